import type { Conversation } from "../../bridge/conversation.ts";
import { defined } from "../../defined.ts";
import type { ConversationTimes } from "./figures.ts";

/** How long things took, as of `now`; `openMs`: how long its team was open between two moments. */
export function timesOf(
  { openedAt, firstClaimAt, firstAnswerAt, state, ending, rating }: Conversation,
  openMs: (from: number, to: number) => number,
  now: number,
): ConversationTimes {
  const since = (at: number) => openMs(openedAt, at);
  const until = (at: number | undefined) => (at === undefined ? undefined : since(at));
  return {
    ...defined({
      toClaim: until(firstClaimAt),
      toAnswer: until(firstAnswerAt),
      toEnd: until(ending?.at),
      stars: rating?.stars,
    }),
    waited: since(firstAnswerAt ?? ending?.at ?? now),
    isOpen: state === "open",
  };
}
