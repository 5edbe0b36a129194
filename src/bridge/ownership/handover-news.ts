import { anyReasonOf } from "../../convert/text/reason-of.ts";
import type { HandoverNews } from "../../views/further-handover.ts";
import type { Conversation } from "../conversation.ts";

type Known = Pick<Conversation, "user" | "metadata" | "transcript" | "furtherReasons">;

/** What a further handover added to a conversation. */
export function handoverNews(before: Known, after: Known): HandoverNews {
  const isFirstReason = anyReasonOf(before.metadata) === undefined;
  const further =
    after.furtherReasons === before.furtherReasons ? undefined : after.furtherReasons?.at(-1);
  const reason = isFirstReason ? anyReasonOf(after.metadata) : further?.reason;
  return {
    reason: reason ?? null,
    hasDetails:
      after.metadata !== before.metadata ||
      JSON.stringify(after.user) !== JSON.stringify(before.user),
    lines: newLines(before.transcript ?? [], after.transcript ?? []),
  };
}

function newLines(before: readonly unknown[], after: readonly unknown[]): number {
  const goesOn = before.length > 0 && after[0] === before[0];
  return goesOn ? after.length - before.length : after.length;
}
