import { defined } from "../../defined.ts";
import type { Item, Lanes, Work } from "../../delivery/lanes.ts";
import {
  BridgeError,
  CancelledError,
  ConversationClosedError,
  NotOwnerError,
  NotPermittedError,
  type Refusal,
  toBridgeError,
} from "../../errors.ts";
import { makeThreadKey, type Thread } from "../../ids.ts";
import { renderSentFromElsewhere } from "../../views/sent-from-elsewhere.ts";
import type { Texts } from "../../views/texts/en.ts";
import { auditRefusal } from "../audit-refusal.ts";
import { withAnswer } from "../claims/with-claim.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { DelayMarks } from "../delay-marks.ts";
import type { Actor, Desk, Permissions, Team } from "../desk-ports.ts";
import { refuseIfInDoubt } from "../doubt.ts";
import type { Notifier } from "../notifier.ts";
import { assertOwner, nameService } from "../owner.ts";
import { recordTakenAway } from "../ownership/end-conversation.ts";
import { isBeingHandedBack } from "../ownership/handing-back.ts";
import { hasAsked, type TakeOverDependencies, takeOverFor } from "../ownership/take-over.ts";
import type { Conversations, Parley, Permalink, Reactions } from "../ports.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";
import { letEarlierPass } from "../teams/earlier-threads.ts";
import { teamIn } from "../teams/team-in.ts";
import { isMoving } from "../teams/with-move.ts";
import { afterReply, holdBack, holdBackStill } from "./collide.ts";
import { refuseReply, settledIn } from "./refuse-reply.ts";
import { leftOf } from "./reply-parts.ts";
import { type SendReplyDependencies, type Sent, sendReply, textsOf } from "./send-reply.ts";

export interface RelayReplyDependencies extends SendReplyDependencies, TakeOverDependencies {
  parley: Parley;
  reactions: Pick<Reactions, "markLater">;
  permalink: Permalink;
  conversations: Conversations;
  notifier: Notifier;
  delays: DelayMarks;
  permissions: Permissions;
  desk: Pick<Desk, "teams" | "teamOf" | "rulesOf">;
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "isWaiting" | "replace">;
  texts: Texts;
  now: () => number;
}

/** For so long a reply waits for Slack to say, for the first time, whether its writer may answer. */
const UNKNOWN_LIFE_MS = 60_000;

/**
 * Sends an agent's reply to the User, if we own the User. Nothing is ever sent twice on a guess: an intent is stored before
 * the request, and an attempt that finds one sends nothing and has the agent asked.
 */
export async function relayReply(
  work: Work<OutboxBody>,
  body: ReplyBody,
  dependencies: RelayReplyDependencies,
): Promise<void> {
  const { parley, reactions, permalink, conversations, notifier, delays } = dependencies;
  const { texts, now } = dependencies;
  const { reply } = body;
  // All that can be done while the reply before this one is on its way; it stores nothing.
  const words = textsOf(reply, dependencies);
  words.catch(() => {});
  await work.untilHead();
  if (await holdBackStill(work, body, dependencies)) return delays.end(work.item, reply);
  let conversation: Conversation | undefined;
  let sent: Sent;
  try {
    const here = await findHere(reply.thread, dependencies);
    const refusal = await refusalOfWriter(body, here, dependencies);
    if (refusal) await refuse(work.item, reply, reply, refusal, here, dependencies);
    refuseIfInDoubt(work);
    conversation = await conversationFor(work, body, dependencies);
    if (body.takeOver && !conversation.thread) {
      // Slack may keep it from opening for long, and then another Service may have the User.
      await assertOwner(parley, conversation.userId);
      throw notYet("The thread is not open yet");
    }
    if (body.takeOver && conversation.id !== here?.id) {
      await assertFitsElsewhere(work.item, body, conversation, dependencies);
    }
    if (await holdBack(work, body, conversation, dependencies)) {
      return delays.end(work.item, reply);
    }
    sent = await sendReply(work, body, words, conversation, dependencies);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    // Its writer has just deleted or changed it, so there is nothing to tell them.
    if (error instanceof CancelledError) throw error;
    const left = leftOf(work, body);
    if (error instanceof NotOwnerError && conversation) {
      const current = (await conversations.byId(conversation.id)) ?? conversation;
      if (isBeingHandedBack(current, error.owner, now())) throw notYet("A hand-back is under way");
      const to = await nameService(parley, error.owner);
      await recordTakenAway(conversation, to, dependencies);
      // "Take over" means from whoever has the User now, even if that was not known when it was said.
      const isUnasked = body.takeOver !== undefined && !hasAsked(work, body.takeOver);
      if (isUnasked && settledIn(left) === settledIn(body)) throw notYet("The User is elsewhere");
    }
    if (error instanceof NotPermittedError) delays.end(work.item, reply);
    if (error.disposition === "ignore") await refuseReply(work.item, left, error, dependencies);
    throw error;
  }
  if (sent === "nothing") return;
  await afterReply(work, body, conversation, dependencies);
  const { id, userId, thread } = conversation;
  const heardAt = work.item.appendedAt;
  const answer = { by: reply.agent, at: now(), heardAt, ts: reply.ts };
  work.atEnd(() => conversations.update(id, (c) => withAnswer(c, answer)));
  if (sent === "all") reactions.markLater(reply.thread, reply.ts, "delivered");
  delays.end(work.item, reply);
  if (body.takeOver && thread) {
    const link = permalink({ ...reply.thread, ts: reply.ts });
    const by = body.takeOver.by ?? reply.agent;
    const message = renderSentFromElsewhere(by, reply.agent, link, texts);
    const notice = { thread, message };
    await notifier.notice(userId, work.item.id, "sent from elsewhere", notice);
  }
}

/**
 * A reply for which an agent takes the User over may come to a conversation that is none of their team: another team may have
 * got the User meanwhile, or get the User just now.
 */
async function assertFitsElsewhere(
  item: Item<OutboxBody>,
  { reply, takeOver }: ReplyBody,
  conversation: Conversation,
  dependencies: RelayReplyDependencies,
): Promise<void> {
  const { permissions, desk } = dependencies;
  if (isMoving(conversation)) throw notYet("The User is being moved");
  const deed = { as: "agent", team: desk.teamOf(conversation) } as const;
  const by = takeOver?.by ?? reply.agent;
  for (const actor of by === reply.agent ? [reply] : [{ agent: by }, reply]) {
    const refusal = await permissions.refusalOf(actor, deed);
    if (refusal) await refuse(item, reply, actor, refusal, conversation, dependencies);
  }
  const { thread = reply.thread } = conversation;
  await letEarlierPass(conversation, thread, item.lane, dependencies);
}

/**
 * By the time at which the reply was written: an attempt that is made again records it once.
 *
 * @throws {NotPermittedError}
 */
async function refuse(
  { appendedAt: at, triedMs }: Item<OutboxBody>,
  { thread }: AgentReply,
  { agent: by }: Actor,
  refusal: Refusal,
  about: Conversation | undefined,
  { audit }: RelayReplyDependencies,
): Promise<never> {
  const { kind: why } = refusal;
  if (why === "not-known" && triedMs < UNKNOWN_LIFE_MS) {
    throw notYet("Slack does not say whose agent the writer is");
  }
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  await auditRefusal({ what: "reply", by, at, why, place: makeThreadKey(thread), ...whose }, audit);
  throw new NotPermittedError(by, refusal);
}

/**
 * Why its writer may not answer. What is written in a thread after the conversation has left it goes nowhere, so whoever is of
 * either team is only told where it is now.
 */
async function refusalOfWriter(
  body: ReplyBody,
  here: Conversation | undefined,
  { permissions, desk }: RelayReplyDependencies,
): Promise<Refusal | undefined> {
  const { reply } = body;
  const refusalFrom = (team: Team | undefined) =>
    permissions.refusalOf(reply, { as: "agent", team });
  if (!here) return await refusalFrom(undefined);
  const refusal = await refusalFrom(teamIn(reply.thread, here, desk));
  const left = movedFrom(here, reply.thread);
  if (!refusal || !left || meantSince(body) < left.until) return refusal;
  return await refusalFrom(desk.teamOf(here));
}

/** The conversation in whose thread a reply was written, if there is a record of it. */
async function findHere(
  thread: Thread,
  { conversations }: Pick<RelayReplyDependencies, "conversations">,
): Promise<Conversation | undefined> {
  const conversation = await conversations.byThread(thread);
  if (conversation) return conversation;
  // People see a root before its `ts` is recorded, so this may be the thread of a conversation that has none yet.
  if (await conversations.hasUnrooted()) throw notYet("The thread is not recorded yet");
  // It may have been recorded since the first look.
  return await conversations.byThread(thread);
}

/**
 * The open conversation that a reply belongs to, as it is now: it may have taken a while to find out who the writer is.
 *
 * @throws {ConversationClosedError} there is none · and what {@link takeOverFor} throws
 */
async function conversationFor(
  work: Work<OutboxBody>,
  { takeOver, ...body }: ReplyBody,
  dependencies: RelayReplyDependencies,
): Promise<Conversation> {
  if (takeOver) return await takeOverFor(work, { ...body, takeOver }, dependencies);
  const { thread } = body.reply;
  const here = await findHere(thread, dependencies);
  if (here?.state !== "open") throw new ConversationClosedError(here?.id ?? makeThreadKey(thread));
  const left = movedFrom(here, thread);
  // Slack tells in which order people wrote, whichever thread it was in.
  if (left && meantSince(body) >= left.until) throw new ConversationClosedError(here.id);
  if (isMoving(here)) throw notYet("The User is being moved");
  await letEarlierPass(here, thread, work.item.lane, dependencies);
  return here;
}

/** From which `ts` on it is for the User. */
const meantSince = ({
  reply,
  meantSince: since = reply.ts,
}: Pick<ReplyBody, "reply" | "meantSince">) => since;

const notYet = (message: string): BridgeError =>
  new BridgeError(message, { code: "unexpected", disposition: "retry" });
