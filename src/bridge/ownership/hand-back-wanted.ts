import { isRunning } from "../clock-of.ts";
import { type Conversation, isAnswered } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { isSameLease, runningLease } from "../handovers/lease.ts";
import { hasOpened } from "../has-opened.ts";
import type { Conversations } from "../ports.ts";
import type { HandBackRequest } from "../stored/outbox-body.ts";
import { withoutHandingBack } from "./handing-back.ts";

export interface WantedDependencies {
  conversations: Pick<Conversations, "update">;
  desk: Pick<Desk, "opensAt">;
  now: () => number;
}

/**
 * The clock or lease for which the desk wanted it does not run any more, or may soon not; its team is there again; or somebody has
 * answered the User whom an agent declined.
 */
export class NotWantedError extends Error {
  override readonly name = "NotWantedError";
}

export function isWanted(
  { onlyIfClock, onlyIfLease, reason }: HandBackRequest,
  conversation: Conversation,
  dependencies: Pick<WantedDependencies, "desk" | "now">,
): boolean {
  if (reason === "declined" && isAnswered(conversation)) return false;
  if (onlyIfLease) return isSameLease(onlyIfLease, runningLease(conversation));
  if (onlyIfClock === undefined) return true;
  const isOver =
    reason === "outside_hours" && hasOpened(conversation, dependencies.now(), dependencies);
  return !isOver && isRunning(onlyIfClock, conversation);
}

/** @throws {NotWantedError} and an earlier attempt has left no trace */
export async function assertWanted(
  request: HandBackRequest,
  conversation: Conversation,
  dependencies: WantedDependencies,
): Promise<void> {
  if (isWanted(request, conversation, dependencies)) return;
  await giveNoMore(conversation, request, dependencies);
}

/** @throws {NotWantedError} */
export async function giveNoMore(
  { id }: Conversation,
  { to }: HandBackRequest,
  { conversations }: Pick<WantedDependencies, "conversations">,
): Promise<never> {
  await conversations.update(id, (c) => withoutHandingBack(c, to));
  throw new NotWantedError();
}
