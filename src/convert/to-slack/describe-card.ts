import { oneLine } from "../text/slack-text.ts";
import type { ParleyButton, ParleyCard, ParleyMedia, ParleyMessage } from "./parley-message.ts";

/** Everything to download that belongs to a message, in the order in which {@link describeMedia} names it. */
export const mediaOf = ({ media, carousel = [] }: ParleyMessage): ParleyMedia[] =>
  [media, ...carousel.map((card) => card.media)].filter((item) => item !== undefined);

/** `receipt.pdf (application/pdf)`. Literal text on one line. */
export function describeMedia({ description, filename, id, url, mimeType }: ParleyMedia): string {
  const lastPart = (path: string | undefined) => path?.split(/[?#]/, 1)[0]?.split("/").at(-1);
  const name = [description, filename, lastPart(id), lastPart(url)].find((given) => given?.trim());
  return oneLine(`${name ?? "file without a name"}${mimeType ? ` (${mimeType})` : ""}`);
}

/** `[Open app]`, as people know buttons. Literal text on one line. */
export const describeButton = ({
  title,
  payload,
}: Pick<ParleyButton, "title" | "payload">): string => `[${oneLine(title || payload || "")}]`;

/** A card in one text, without anything that only Slack's blocks can say. */
export function describeCard(card: ParleyCard): string {
  const file = card.media && `[file: ${describeMedia(card.media)}]`;
  const buttons = (card.buttons ?? []).map(describeButton).join(" ");
  return [card.title, card.text, file, buttons].filter(Boolean).join("\n");
}
