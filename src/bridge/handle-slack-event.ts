import { defined } from "../defined.ts";
import type { Handler, Item, Lanes, OnDeadLetter, Work } from "../delivery/lanes.ts";
import {
  BridgeError,
  CancelledError,
  ConversationClosedError,
  type ErrorCode,
  NotOwnerError,
  NotPermittedError,
  toBridgeError,
} from "../errors.ts";
import { makeThreadKey, type Thread } from "../ids.ts";
import type { UndecidedReply } from "../views/actions.ts";
import { adviceFor } from "../views/advice.ts";
import { renderDeadLetter, renderFailedReply } from "../views/failed-reply.ts";
import { renderSentFromElsewhere } from "../views/sent-from-elsewhere.ts";
import type { Texts } from "../views/texts/en.ts";
import { type Conversation, isBeingHandedBack, withAgentMessage } from "./conversation.ts";
import type { DelayMarks } from "./delay-marks.ts";
import { type Notifier, tellOwedNotice } from "./notify.ts";
import { nameService } from "./owner.ts";
import { recordTakenAway, showTakenAway } from "./ownership/end-conversation.ts";
import { type HandBackDependencies, handBack } from "./ownership/hand-back.ts";
import {
  hasAsked,
  keepForTakeOver,
  type TakeOverDependencies,
  takeOverFor,
} from "./ownership/take-over.ts";
import type { Patience } from "./patience.ts";
import type { Conversations, Parley, Permalink, Permissions, Reactions } from "./ports.ts";
import type { AgentReply } from "./stored/agent-reply.ts";
import type { OwedNotice } from "./stored/notice.ts";
import type { OutboxBody, ReplyBody } from "./stored/outbox-body.ts";
import { leftOf } from "./to-parley/reply-parts.ts";
import { type SendReplyDependencies, type Sent, sendReply } from "./to-parley/send-reply.ts";

export interface OutboxDependencies
  extends SendReplyDependencies,
    TakeOverDependencies,
    HandBackDependencies {
  parley: Parley;
  patience: Patience;
  reactions: Pick<Reactions, "markLater">;
  permalink: Permalink;
  conversations: Conversations;
  notifier: Notifier;
  delays: DelayMarks;
  permissions: Permissions;
  outbox: Pick<Lanes<OutboxBody>, "append" | "look">;
  texts: Texts;
  now: () => number;
}

/** Handles outbox items, one of a thread at a time, in the order in which people wrote. */
export function createSlackEventHandler(dependencies: OutboxDependencies): Handler<OutboxBody> {
  return async (work) => {
    const { body } = work.item;
    switch (body.kind) {
      case "reply":
        return await relay(work, body, dependencies);
      case "hand-back":
        return await handBack(work, body.request, dependencies);
      default:
        return body satisfies never;
    }
  };
}

/** Tells the writer of a reply that it is a dead letter, with buttons to send it again or to dismiss it. */
export function createOutboxOnDeadLetter(
  dependencies: Pick<OutboxDependencies, "conversations" | "notifier" | "permalink" | "texts">,
): OnDeadLetter<OutboxBody> {
  const { conversations, notifier } = dependencies;
  return {
    async prepare(item, error) {
      if (item.body.kind !== "reply") return undefined;
      const { reply } = item.body;
      const user = await findUserOf(reply, conversations);
      const dead = { item: item.id, ts: reply.ts, since: item.appendedAt };
      return wordsAbout(item, reply, error, user, dependencies, dead);
    },
    tell: (item, owed) => tellOwedNotice(item, owed, notifier),
  };
}

/**
 * Sends an agent's reply to the User, if we own the User. Nothing is ever sent twice on a guess: an intent is stored before
 * the request, and an attempt that finds one sends nothing and has the agent asked.
 */
async function relay(
  work: Work<OutboxBody>,
  body: ReplyBody,
  dependencies: OutboxDependencies,
): Promise<void> {
  const { parley, reactions, permalink, conversations, notifier, delays, permissions } =
    dependencies;
  const { texts, now } = dependencies;
  const { reply } = body;
  let conversation: Conversation | undefined;
  let sent: Sent;
  try {
    const refusal = await permissions.refusalOf(reply);
    if (refusal) throw new NotPermittedError(reply.agent, refusal);
    conversation = await conversationFor(work, body, dependencies);
    sent = await sendReply(work, body, conversation, dependencies);
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
    if (error.disposition === "ignore") await refuse(work.item, left, error, dependencies);
    throw error;
  }
  if (sent === "nothing") return;
  await conversations.update(conversation.id, withAgentMessage);
  if (sent === "all") reactions.markLater(reply.thread, reply.ts, "delivered");
  delays.end(work.item, reply);
  if (body.takeOver && conversation.thread) {
    const link = permalink({ ...reply.thread, ts: reply.ts });
    const by = body.takeOver.by ?? reply.agent;
    const message = renderSentFromElsewhere(by, reply.agent, link, texts);
    const notice = { thread: conversation.thread, message };
    await notifier.notice(conversation.userId, work.item.id, "sent from elsewhere", notice);
  }
}

/**
 * The open conversation that a reply belongs to.
 *
 * @throws {ConversationClosedError} there is none · and what {@link takeOverFor} throws
 */
async function conversationFor(
  work: Work<OutboxBody>,
  { takeOver, ...body }: ReplyBody,
  dependencies: OutboxDependencies,
): Promise<Conversation> {
  if (takeOver) return await takeOverFor(work, { ...body, takeOver }, dependencies);
  const { conversations } = dependencies;
  const { thread } = body.reply;
  const conversation = await conversations.byThread(thread);
  if (conversation?.state === "open") return conversation;
  // People see a root before its `ts` is recorded, so this may be the thread of a conversation that has none yet.
  if (!conversation && conversations.open().some((open) => open.thread === undefined)) {
    throw notYet("The thread is not recorded yet");
  }
  throw new ConversationClosedError(conversation?.id ?? makeThreadKey(thread));
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
async function refuse(
  item: Item<OutboxBody>,
  left: ReplyBody,
  error: BridgeError,
  dependencies: OutboxDependencies,
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
  const words = wordsAbout(item, reply, error, user, dependencies, dead, settledIn(left) > 0);
  await notifier.notice(words.userId, item.id, words.purpose, words.notice);
}

const settledIn = ({ settled = [] }: ReplyBody): number => settled.length;

/** The newest conversation of the User in whose thread this was written. */
async function findUserOf(
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
function wordsAbout(
  item: Pick<Item<OutboxBody>, "id" | "appendedAt">,
  reply: AgentReply,
  error: BridgeError,
  user: Conversation | undefined,
  { permalink, texts }: Pick<OutboxDependencies, "permalink" | "texts">,
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
  const reason = adviceFor(error, user, texts);
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

const notYet = (message: string): BridgeError =>
  new BridgeError(message, { code: "unexpected", disposition: "retry" });

const isSameThread = (a: Thread | undefined, b: Thread): boolean =>
  a !== undefined && makeThreadKey(a) === makeThreadKey(b);
