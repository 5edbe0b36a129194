import type { ParleyCard, ParleyMedia, ParleyMessage } from "./parley-message.ts";

/** What a message becomes in a thread, in its order: words, and files between them. */
export type MessageStep =
  | { readonly kind: "words"; readonly message: ParleyMessage }
  | { readonly kind: "file"; readonly media: ParleyMedia };

/** Title, text and buttons first, then the file, for the message and for each of its cards; quick replies at the end. */
export function splitAtFiles(message: ParleyMessage): MessageStep[] {
  const { carousel = [], quickReplies, ...own } = message;
  const steps: MessageStep[] = [];
  let cards: ParleyCard[] = [];
  let head: ParleyCard | undefined;

  const flush = (more: Pick<ParleyMessage, "quickReplies"> = {}) => {
    const { title, text, buttons } = head ?? {};
    const isEmpty = !title && !text && !buttons && cards.length === 0 && !more.quickReplies;
    if (!isEmpty) {
      const words = {
        typeId: own.typeId,
        ...(title && { title }),
        ...(text && { text }),
        ...(buttons && { buttons }),
        ...(cards.length > 0 && { carousel: cards }),
        ...more,
      };
      steps.push({ kind: "words", message: words });
    }
    head = undefined;
    cards = [];
  };
  const take = ({ media }: ParleyCard) => {
    if (!media) return;
    flush();
    steps.push({ kind: "file", media });
  };

  head = own;
  take(own);
  for (const card of carousel) {
    const { media: _, ...words } = card;
    if (Object.keys(words).length > 0) cards.push(words);
    take(card);
  }
  flush(quickReplies ? { quickReplies } : {});
  return steps;
}
