import { defined } from "../../defined.ts";
import type { Item, Lanes } from "../../delivery/lanes.ts";
import { type BridgeError, type ErrorCode, NotPermittedError } from "../../errors.ts";
import { type ItemId, isSameThread, makeThreadKey, toItemId } from "../../ids.ts";
import type { UndecidedReply } from "../../views/actions.ts";
import { adviceFor } from "../../views/advice.ts";
import { renderDeadLetter, renderFailedReply } from "../../views/failed-reply.ts";
import { renderStaysInside } from "../../views/refusal.ts";
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
  const isWhole = settledIn(left) === 0;
  if (error instanceof NotPermittedError && isWhole) {
    return await keepInside(item.id, reply, error, user, dependencies);
  }
  // An earlier attempt may have ended the conversation without showing it.
  if (user) await showTakenAway(user, dependencies);
  // A User who was not given to us may still have got a conversation for a moment, which another Service then ended.
  const isOver = user?.state !== "open" || error.code === "not-taken-over";
  const isElsewhere = user !== undefined && isOver && MEANS_ELSEWHERE.has(error.code);
  const kept = isElsewhere ? await keepForTakeOver(item.id, left, outbox) : undefined;
  const dead = kept && { ...kept, ts: reply.ts };
  const owed = noticeAbout(item, reply, error, user, dependencies, dead, !isWhole);
  await notifier.notice(owed.userId, item.id, owed.purpose, owed.notice);
}

/**
 * What somebody writes who may not answer is a note to those who may. They are told so once for each thread, and only they:
 * whatever they write there later is only marked.
 */
export async function keepInside(
  id: ItemId,
  reply: AgentReply,
  { agent, refusal }: Pick<NotPermittedError, "agent" | "refusal">,
  user: Pick<Conversation, "userId"> | undefined,
  dependencies: Pick<RefuseReplyDependencies, "notifier" | "texts">,
): Promise<void> {
  const { thread, ts } = reply;
  const mark = { thread, mark: { ts, as: "note" } } as const;
  await dependencies.notifier.notice(user?.userId, id, "note", mark);
  await tellStaysInside(id, thread, { agent, refusal }, user, dependencies);
}

/** Tells somebody, once for each thread, that and why what they write there stays inside. */
export async function tellStaysInside(
  id: ItemId,
  thread: AgentReply["thread"],
  { agent, refusal }: Pick<NotPermittedError, "agent" | "refusal">,
  user: Pick<Conversation, "userId"> | undefined,
  { notifier, texts }: Pick<RefuseReplyDependencies, "notifier" | "texts">,
): Promise<void> {
  // That Slack does not say who they are is true of this reply alone.
  const from = refusal.kind === "not-known" ? id : toItemId(makeThreadKey(thread));
  const message = renderStaysInside(refusal, texts);
  const notice = { thread, message, onlyFor: agent, ifUnclear: "nothing" as const };
  await notifier.notice(user?.userId, from, `refused ${agent}`, notice);
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
