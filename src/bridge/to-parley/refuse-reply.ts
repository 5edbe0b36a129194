import { defined } from "../../defined.ts";
import type { Item, Lanes } from "../../delivery/lanes.ts";
import type { BridgeError, ErrorCode } from "../../errors.ts";
import { isSameThread } from "../../ids.ts";
import type { UndecidedReply } from "../../views/actions.ts";
import { adviceFor } from "../../views/advice.ts";
import { renderDeadLetter, renderFailedReply } from "../../views/failed-reply.ts";
import type { Texts } from "../../views/texts/en.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Notifier } from "../notifier.ts";
import { showTakenAway } from "../ownership/end-conversation.ts";
import { keepForTakeOver } from "../ownership/take-over.ts";
import type { Conversations, Permalink } from "../ports.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import type { OwedNotice } from "../stored/notice.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";

export interface RefuseReplyDependencies {
  conversations: Conversations;
  notifier: Notifier;
  outbox: Pick<Lanes<OutboxBody>, "append" | "find">;
  permalink: Permalink;
  texts: Texts;
}

/** The errors that mean that another Service has the User. */
const MEANS_ELSEWHERE: ReadonlySet<ErrorCode> = new Set([
  "not-owner",
  "conversation-closed",
  "not-taken-over",
]);

/**
 * Tells the writer that a reply was refused. The reply becomes no dead letter, because its text is still in Slack. But if
 * another Service has the User it is kept, so that an agent can take the User over and send it.
 */
export async function refuseReply(
  item: Item<OutboxBody>,
  left: ReplyBody,
  error: BridgeError,
  dependencies: RefuseReplyDependencies,
): Promise<void> {
  const { conversations, notifier, outbox } = dependencies;
  const { reply } = left;
  const user = await findUserOf(reply, conversations);
  // An earlier attempt may have ended the conversation without showing it.
  if (user) await showTakenAway(user, dependencies);
  // A User who was not given to us may still have got a conversation for a moment, which another Service then ended.
  const isOver = user?.state !== "open" || error.code === "not-taken-over";
  const isElsewhere = user !== undefined && isOver && MEANS_ELSEWHERE.has(error.code);
  const kept = isElsewhere ? await keepForTakeOver(item.id, left, outbox) : undefined;
  const dead = kept && { ...kept, ts: reply.ts };
  const owed = noticeAbout(item, reply, error, user, dependencies, dead, settledIn(left) > 0);
  await notifier.notice(owed.userId, item.id, owed.purpose, owed.notice);
}

export const settledIn = ({ settled = [] }: ReplyBody): number => settled.length;

/** The newest conversation of the User in whose thread this was written. */
export async function findUserOf(
  { thread }: AgentReply,
  conversations: Conversations,
): Promise<Conversation | undefined> {
  const here = await conversations.byThread(thread);
  return here && ((await conversations.byUser(here.userId)) ?? here);
}

/**
 * The notice to the writer of a reply that did not, or not certainly, reach the User. `dead`: the reply that its buttons are
 * about; `hasBegun`: the User has, or may have, a part of it.
 */
export function noticeAbout(
  item: Pick<Item<OutboxBody>, "id" | "appendedAt">,
  reply: AgentReply,
  error: BridgeError,
  user: Conversation | undefined,
  { permalink, texts }: Pick<RefuseReplyDependencies, "permalink" | "texts">,
  dead?: UndecidedReply & { since: number },
  hasBegun = false,
): OwedNotice {
  const fate =
    error.disposition === "ignore"
      ? "refused"
      : error.disposition === "uncertain"
        ? "uncertain"
        : "failed";
  const newer = user?.state === "open" && !isSameThread(user.thread, reply.thread);
  const team = user && movedFrom(user, reply.thread) ? user.team : undefined;
  const reason = adviceFor(error, user && { ...user, ...defined({ movedTo: team }) }, texts);
  const advice = hasBegun ? `${texts.advice.begun} ${reason}` : reason;
  const link = newer && user.thread ? permalink(user.thread) : undefined;
  return {
    ...defined({ userId: user?.userId }),
    // `appendedAt` changes when an agent sends a reply again, so a second failure gives a second notice.
    purpose: `${fate} ${item.appendedAt}`,
    notice: {
      thread: reply.thread,
      message: renderFailedReply({ fate, advice, ...defined({ dead, link }) }, texts),
      onlyFor: reply.agent,
      mark: { ts: reply.ts, as: fate === "uncertain" ? "uncertain" : "failed" },
      ...(dead && {
        // Everyone sees what can be sent again, so that it is there when the agent comes back, and for colleagues.
        forAll: renderDeadLetter(fate, reply.agent, dead, texts),
        about: { reply: dead.item, since: dead.since },
        ifUnclear: "nothing" as const,
      }),
    },
  };
}
