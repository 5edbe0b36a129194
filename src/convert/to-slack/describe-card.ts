import { oneLine } from "../text/slack-text.ts";
import type { MessageWords } from "./message-words.ts";
import type { ParleyButton, ParleyCard, ParleyMedia, ParleyMessage } from "./parley-message.ts";

/** All files of a message and its cards, in the order in which they are shown. */
export const mediaOf = ({ media, carousel = [] }: ParleyMessage): ParleyMedia[] =>
  [media, ...carousel.map((card) => card.media)].filter((item) => item !== undefined);

/** `receipt.pdf (application/pdf)`. Literal text on one line. */
export function describeMedia(
  { description, filename, id, url, mimeType }: ParleyMedia,
  words: Pick<MessageWords, "namelessFile">,
): string {
  const lastPart = (path: string | undefined) => path?.split(/[?#]/, 1)[0]?.split("/").at(-1);
  const name = [description, filename, lastPart(id), lastPart(url)].find((given) => given?.trim());
  return oneLine(`${name ?? words.namelessFile}${mimeType ? ` (${mimeType})` : ""}`);
}

/** `[Open app]`: a button as text. Literal text on one line. */
export const describeButton = ({
  title,
  payload,
}: Pick<ParleyButton, "title" | "payload">): string => `[${oneLine(title || payload || "")}]`;

/** A card as one text, without blocks. */
export function describeCard(card: ParleyCard, words: MessageWords): string {
  const file = card.media && words.file(describeMedia(card.media, words));
  const buttons = (card.buttons ?? []).map(describeButton).join(" ");
  return [card.title, card.text, file, buttons].filter(Boolean).join("\n");
}
