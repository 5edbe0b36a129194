import { defined } from "../../defined.ts";
import type { ParleyCard, ParleyMedia, ParleyMessage } from "./parley-message.ts";

/** One step of showing a message in a thread: text, or a file. */
export type MessageStep =
  | { kind: "words"; message: ParleyMessage }
  | { kind: "file"; media: ParleyMedia };

/** Files beyond this number are only named in the text. */
export const MAX_FILES = 10;

/** For the message and each of its cards: title, text and buttons, then the file. Quick replies are at the end. */
export function splitAtFiles(message: ParleyMessage): MessageStep[] {
  const { carousel = [], quickReplies, ...own } = message;
  const steps: MessageStep[] = [];
  let cards: ParleyCard[] = [];
  let head: ParleyCard | undefined;
  let files = 0;

  const flush = (more: Pick<ParleyMessage, "quickReplies"> = {}) => {
    const { title, text, buttons } = head ?? {};
    const isEmpty = !title && !text && !buttons && cards.length === 0 && !more.quickReplies;
    if (!isEmpty) {
      const words = {
        typeId: own.typeId,
        ...defined({ title: title || undefined, text: text || undefined, buttons }),
        ...(cards.length > 0 && { carousel: cards }),
        ...more,
      };
      steps.push({ kind: "words", message: words });
    }
    head = undefined;
    cards = [];
  };
  const take = (media: ParleyMedia) => {
    flush();
    steps.push({ kind: "file", media });
    files++;
  };

  head = own;
  if (own.media) take(own.media);
  for (const card of carousel) {
    const { media, ...words } = card;
    if (!media || files === MAX_FILES) {
      cards.push(card);
      continue;
    }
    if (Object.keys(words).length > 0) cards.push(words);
    take(media);
  }
  flush(quickReplies ? { quickReplies } : {});
  return steps;
}
