import { defined } from "../../defined.ts";
import { isSameThread, type Thread } from "../../ids.ts";
import { withoutClaim } from "../claims/with-claim.ts";
import { type Conversation, isOpening, type Moved, withoutOpening } from "../conversation.ts";

/** Another thread has it from now on: nobody there has claimed it, and the User waits for them from this moment. */
export function withMove(
  conversation: Conversation,
  {
    from,
    to,
    team,
    ...how
  }: Pick<Moved, "by" | "at" | "item"> & { from: Thread; to: Thread; team: string },
): Conversation {
  const free = withoutClaim(withoutOpening(conversation), how.at);
  const { readUntil, lost = [], moved = [], team: before, ...rest } = free;
  const others = lost.filter((each) => !isSameThread(from, each));
  const left: Moved = {
    thread: from,
    until: to.ts,
    unreadAfter: readUntil ?? from.ts,
    ...how,
    ...defined({ team: before }),
  };
  return {
    ...rest,
    team,
    thread: to,
    waitingSince: rest.waitingSince ?? how.at,
    waitingAnewSince: how.at,
    moved: [left, ...moved],
    ...(others.length > 0 && { lost: others }),
  };
}

/** The thread that it has left was read back once more. */
export function withReadBack(conversation: Conversation, left: Thread): Conversation {
  const { moved = [] } = conversation;
  const read = moved.map((each) => {
    if (!isSameThread(each.thread, left)) return each;
    const { unreadAfter: _, ...rest } = each;
    return rest;
  });
  return { ...conversation, moved: read };
}

/** A thread that opened for it in vain leads to it all the same. */
export function withThreadInVain(
  conversation: Conversation,
  thread: Thread,
  how: Pick<Moved, "by" | "at" | "item">,
): Conversation {
  const { moved = [], ...rest } = withoutOpening(conversation);
  const vain: Moved = { thread, until: thread.ts, inVain: true, ...how };
  return { ...rest, moved: [...moved, vain] };
}

/**
 * Whether the root of another team's thread may be in Slack already, so that nobody knows whether what is written here came before
 * it. Normally that takes as long as one post. However long it takes, whoever moves it finds out, or gives up.
 */
export const isMoving = ({ thread, openingSince }: Conversation): boolean =>
  thread !== undefined && openingSince !== undefined;

/** The thread of another team that was to open does not open any more. */
export const withoutMove = (conversation: Conversation): Conversation =>
  conversation.thread !== undefined && isOpening(conversation)
    ? withoutOpening(conversation)
    : conversation;
