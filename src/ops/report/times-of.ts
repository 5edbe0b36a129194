import type { Conversation } from "../../bridge/conversation.ts";
import type { OpeningHours } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import { openMsBetween } from "../../desk/hours.ts";
import type { ConversationTimes } from "./figures.ts";

/** How long things took in the opening hours of the team that has it, as of `now`. */
export function timesOf(
  { openedAt, firstClaimAt, firstAnswerAt, state, ending }: Conversation,
  hours: OpeningHours | undefined,
  now: number,
): ConversationTimes {
  const since = (at: number) => openMsBetween(hours, openedAt, at);
  const until = (at: number | undefined) => (at === undefined ? undefined : since(at));
  return {
    ...defined({
      toClaim: until(firstClaimAt),
      toAnswer: until(firstAnswerAt),
      toEnd: until(ending?.at),
    }),
    waited: since(firstAnswerAt ?? ending?.at ?? now),
    isOpen: state === "open",
  };
}
