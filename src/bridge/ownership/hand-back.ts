import { reasonOf } from "../../convert/text/reason-of.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { type MessageWriting, toParleyMessages } from "../../convert/to-parley/agent-reply.ts";
import { NO_NAMES } from "../../convert/to-parley/mentions.ts";
import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import {
  type BridgeError,
  CancelledError,
  type ErrorCode,
  GoingElsewhereError,
  toBridgeError,
} from "../../errors.ts";
import { makeDerivedItemId, type Thread } from "../../ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { causeOf } from "../../views/cause-of.ts";
import {
  renderHandBackFailed,
  renderHandBackMoved,
  renderHandBackTooLate,
  renderNotDeclined,
  type UnsentWords,
} from "../../views/hand-back-failed.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import {
  type Conversation,
  isAnswered,
  isGoingElsewhere,
  isRunning,
  movedFrom,
  withAnswer,
  withFailure,
  withHandingBack,
  withoutHandingBack,
} from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { refuseIfInDoubt } from "../doubt.ts";
import { isSameLease, runningLease } from "../handovers/lease.ts";
import { hasOpened } from "../has-opened.ts";
import { type LetRepliesPassDependencies, letRepliesPass } from "../let-replies-pass.ts";
import type { Notifier } from "../notifier.ts";
import { asNotOwner, assertOwner, giveTo, nameService } from "../owner.ts";
import type { Patience } from "../patience.ts";
import { piecesOnce } from "../pieces.ts";
import type { Conversations, Parley, People, Permalink } from "../ports.ts";
import { requestOnce, storeDone } from "../request-once.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";
import { type EarlierThreadsDependencies, letEarlierPass } from "../teams/earlier-threads.ts";
import { recordHandBack, recordTakenAway, showTakenAway } from "./end-conversation.ts";
import { type TranscriptDependencies, transcriptFor } from "./hand-back-transcript.ts";
import { isConditional } from "./is-conditional.ts";

export interface HandBackDependencies
  extends MessageWriting,
    EarlierThreadsDependencies,
    LetRepliesPassDependencies,
    TranscriptDependencies {
  parley: Parley;
  people: People;
  conversations: Conversations;
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "isWaiting" | "waitingIn">;
  audit: Audit;
  notifier: Notifier;
  permalink: Permalink;
  texts: Texts;
  patience: Patience;
  desk: Pick<Desk, "rulesOf" | "namedIn" | "opensAt">;
  now: () => number;
}

/** The step that stands for the whole last message; each of its parts is a step before it. */
const LAST_MESSAGE = "last message";
const PART = "part ";

/**
 * Hands a User back, for an agent or for the desk itself: last message, then `agent/unset`, then the owner, then root and thread say so.
 * Whatever fails is told in the thread, and leaves the conversation open. What the desk does by itself is left out without a
 * word where it has become pointless, and where it fails those who lead the team are named, and the clock has it tried again.
 */
export async function handBack(
  work: Work<OutboxBody>,
  request: HandBackRequest,
  dependencies: HandBackDependencies,
): Promise<void> {
  const conversation = await conversationOf(request, dependencies);
  if (!conversation) return;
  if (conversation.state !== "open") {
    return await afterTheEnd(work, conversation, request, dependencies);
  }
  const { agent, thread = conversation.thread } = request;
  const left = thread && movedFrom(conversation, thread);
  // The desk means the User, in whichever thread they are.
  if (left && agent !== undefined && work.item.appendedAt > left.at) {
    return await afterTheMove(work, conversation, { ...request, agent, thread }, dependencies);
  }
  if (thread) await letEarlierPass(conversation, thread, work.item.lane, dependencies);
  let refusal: BridgeError | undefined;
  try {
    refusal = await giveBack(work, conversation, request, dependencies);
  } catch (thrown) {
    if (thrown instanceof NotWantedError) {
      return await notWanted(work, conversation, request, dependencies);
    }
    const error = toBridgeError(thrown);
    if (error instanceof CancelledError) throw error;
    if (isWorthRetrying(error, work, request, dependencies)) throw error;
    return await giveUp(work, conversation, request, error, dependencies);
  }
  const done = defined({
    to: await nameService(dependencies.parley, request.to),
    by: request.agent,
    note: request.note,
    messageForUser: request.messageForUser,
    reason: request.reason,
    outcome: request.outcome,
    tags: request.tags,
    unsetRefusal: refusal && causeOf(refusal, dependencies.texts),
  });
  await recordDeed(work, conversation, request, undefined, dependencies);
  await recordHandBack(work.item.id, conversation, done, dependencies);
}

const conversationOf = async (
  { thread, conversation }: HandBackRequest,
  { conversations }: Pick<HandBackDependencies, "conversations">,
): Promise<Conversation | undefined> =>
  (thread && (await conversations.byThread(thread))) ??
  (conversation && (await conversations.byId(conversation)));

/** Before the conversation shows what became of it: whoever tries again after that finds nothing to record any more. */
async function recordDeed(
  { item }: Work<OutboxBody>,
  { id: conversation, userId }: Conversation,
  { agent: by, to, reason }: HandBackRequest,
  failure: ErrorCode | undefined,
  { parley, audit, now }: HandBackDependencies,
): Promise<void> {
  // One that failed is tried again after a crash, and may succeed then.
  const id = makeDerivedItemId(item.id, failure ? "hand-back failed" : "handed back");
  const outcome = failure
    ? ({ result: "failed", why: failure } as const)
    : { result: "done" as const };
  const deed = {
    id,
    at: now(),
    what: reason === "declined" ? "decline" : "hand-back",
    userId,
    conversation,
    ...defined({ by }),
  } as const;
  await audit.record({ ...deed, from: parley.self, to, ...outcome });
}

/** The desk needs no word about it; an agent does. */
async function notWanted(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  dependencies: HandBackDependencies,
): Promise<void> {
  const { agent, thread } = request;
  const { notifier, texts } = dependencies;
  if (agent === undefined || !thread) return;
  await recordDeed(work, conversation, request, "cancelled", dependencies);
  const notice = {
    thread,
    message: renderNotDeclined(unsentOf(work, request), texts),
    onlyFor: agent,
  };
  await notifier.notice(conversation.userId, work.item.id, "not declined", notice);
}

/** Returns why Parley refused to remove the agent's name; that does no harm, the User only sees it for longer. */
async function giveBack(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  dependencies: HandBackDependencies,
): Promise<BridgeError | undefined> {
  const { parley, conversations, now } = dependencies;
  const { id, userId } = conversation;
  // After a crash between the change of owner and its record the User is where we wanted.
  const mayBeDone = conversation.handingBackTo === request.to;
  if (mayBeDone && (await parley.ownerOf(userId)) === request.to) return undefined;
  const transcript = await transcriptFor(conversation, work.signal, dependencies);
  await assertWanted(request, (await conversations.byId(id)) ?? conversation, dependencies);
  if (isConditional(request) && (await letRepliesPass(work, conversation, dependencies))) {
    await giveNoMore(conversation, request, dependencies);
  }
  await assertOwner(parley, userId);
  if (isGoingElsewhere(conversation, request.to, now())) throw new GoingElsewhereError(userId);
  // The User is ours, but perhaps again.
  refuseIfInDoubt(work);
  await sendLastMessage(work, conversation, request, dependencies);
  // With the replies that went just before, although their records may not have been on disk when this began.
  const current =
    (await conversations.update(id, (c) =>
      isWanted(request, c, dependencies) ? withHandingBack(c, request.to, now()) : c,
    )) ?? conversation;
  // Somebody else has just given the User away. It begins again, with what is true now.
  if (current.state !== "open") throw new CancelledError(work.item.id);
  await assertWanted(request, current, dependencies);
  if (current.handingBackTo !== request.to) throw new GoingElsewhereError(userId);
  // First, because Parley may refuse it once the User is not ours.
  const refusal = await parley.unsetAgent(userId).then(() => undefined, toBridgeError);
  if (refusal && isWorthRetrying(refusal, work, request, dependencies)) throw refusal;
  const metadata = await describe(current, request, dependencies);
  await giveTo(parley, userId, request.to, { ...metadata, ...transcript });
  return refusal;
}

/**
 * The clock or lease for which the desk wanted it does not run any more, or may soon not; its team is there again; or somebody has
 * answered the User whom an agent declined.
 */
class NotWantedError extends Error {
  override readonly name = "NotWantedError";
}

function isWanted(
  { onlyIfClock, onlyIfLease, reason }: HandBackRequest,
  conversation: Conversation,
  dependencies: Pick<HandBackDependencies, "desk" | "now">,
): boolean {
  if (reason === "declined" && isAnswered(conversation)) return false;
  if (onlyIfLease) return isSameLease(onlyIfLease, runningLease(conversation));
  if (onlyIfClock === undefined) return true;
  const isOver =
    reason === "outside_hours" && hasOpened(conversation, dependencies.now(), dependencies);
  return !isOver && isRunning(onlyIfClock, conversation);
}

/** @throws {NotWantedError} and an earlier attempt has left no trace */
async function assertWanted(
  request: HandBackRequest,
  conversation: Conversation,
  dependencies: HandBackDependencies,
): Promise<void> {
  if (isWanted(request, conversation, dependencies)) return;
  await giveNoMore(conversation, request, dependencies);
}

/** @throws {NotWantedError} */
async function giveNoMore(
  { id }: Conversation,
  { to }: HandBackRequest,
  { conversations }: Pick<HandBackDependencies, "conversations">,
): Promise<never> {
  await conversations.update(id, (c) => withoutHandingBack(c, to));
  throw new NotWantedError();
}

const isWorthRetrying = (
  { disposition }: BridgeError,
  { item }: Work<OutboxBody>,
  { agent }: HandBackRequest,
  { patience }: HandBackDependencies,
): boolean =>
  disposition === "retry" &&
  item.triedMs < (agent === undefined ? patience.deskHandBackMs : patience.handBackMs);

/** The conversation is over: an earlier attempt of this item ended it, or somebody else did and the agent is told. */
async function afterTheEnd(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  dependencies: HandBackDependencies,
): Promise<void> {
  const { agent, thread, to, lastMessage } = request;
  const { notifier, texts } = dependencies;
  await showTakenAway(conversation, { notifier });
  const { ending } = conversation;
  const isSent = work.stateOf(LAST_MESSAGE) === "done";
  const isSettled = isSent || lastMessage === undefined;
  if (ending?.to?.id === to && ending.by === agent && isSettled) {
    return await notifier.refreshRoot(conversation, work.item.id);
  }
  if (agent === undefined || !thread) return;
  const message = renderHandBackTooLate(ending?.to?.name, unsentOf(work, request), texts);
  const notice = { thread, message, onlyFor: agent };
  await recordDeed(work, conversation, request, "conversation-closed", dependencies);
  await notifier.notice(conversation.userId, work.item.id, "hand-back too late", notice);
}

/** Another team had the User already when this was asked for. */
async function afterTheMove(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest & { agent: string; thread: Thread },
  dependencies: HandBackDependencies,
): Promise<void> {
  const { userId, thread: now } = conversation;
  const { agent, thread } = request;
  const { notifier, permalink, texts } = dependencies;
  const link = now && permalink(now);
  const message = renderHandBackMoved(link, unsentOf(work, request), texts);
  const notice = { thread, message, onlyFor: agent };
  await recordDeed(work, conversation, request, "conversation-closed", dependencies);
  await notifier.notice(userId, work.item.id, "hand-back too late", notice);
}

/** What the agent typed into the form takes the same way as a reply; nothing of it goes twice. */
async function sendLastMessage(
  work: Work<OutboxBody>,
  { id, userId }: Conversation,
  request: HandBackRequest,
  { parley, people, conversations, now, ...writing }: HandBackDependencies,
): Promise<void> {
  const { agent: by, lastMessage } = request;
  if (by === undefined || lastMessage === undefined || work.stateOf(LAST_MESSAGE) === "done")
    return;
  const agent = await people.identityOf(by);
  // A form gives what was typed, which Slack escapes everywhere else.
  const typed = { text: escapeText(lastMessage) };
  const texts = await piecesOnce(work, hasBegun(work), async () =>
    toParleyMessages(typed, NO_NAMES, writing),
  );
  for (const [index, text] of texts.entries()) {
    const name = `${PART}${index}`;
    if (work.stateOf(name) === "done") continue;
    if (index > 0) await assertOwner(parley, userId);
    await requestOnce(work, name, () => parley.send(userId, { text, agent }));
  }
  await storeDone(work, LAST_MESSAGE);
  const answer = { by, at: now() };
  if (texts.length > 0) await conversations.update(id, (c) => withAnswer(c, answer));
}

const hasBegun = (work: Work<OutboxBody>): boolean =>
  work.names().some((name) => name.startsWith(PART));

/** What the agent wrote and nobody got; of a last message of which something may have gone the notice says how far it came. */
const unsentOf = (
  work: Work<OutboxBody>,
  { lastMessage, messageForUser, note }: HandBackRequest,
): UnsentWords =>
  defined({ messageForUser, note, lastMessage: hasBegun(work) ? undefined : lastMessage });

type Stage = Parameters<typeof renderHandBackFailed>[2];

/** How far it came: what an agent has to know when it fails. */
function stageOf(work: Work<OutboxBody>, error: BridgeError): Stage {
  if (error.disposition === "uncertain") return "message-uncertain";
  if (!hasBegun(work)) return "nothing-done";
  return work.stateOf(LAST_MESSAGE) === "done" ? "message-sent" : "message-begun";
}

/** The metadata for the bot that gets the User back. */
async function describe(
  conversation: Conversation,
  request: HandBackRequest,
  { people, now }: HandBackDependencies,
): Promise<JsonObject> {
  const { agent, reason = "handed_back", outcome, tags = [], opensAt } = request;
  const { firstClaimAt, firstAnswerAt } = conversation;
  const moment = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    reason,
    outcome: outcome ?? null,
    tags,
    note: request.note ?? null,
    messageForUser: request.messageForUser ?? null,
    handedBackBy: agent === undefined ? null : (await people.identityOf(agent)).name,
    handedOverFor: handedOverFor(conversation.metadata),
    openedAt: moment(conversation.openedAt),
    claimedAt: moment(firstClaimAt),
    firstAnswerAt: moment(firstAnswerAt),
    handedBackAt: moment(now()),
    userMessages: conversation.userMessages,
    agentMessages: conversation.agentMessages,
    ...(opensAt !== undefined && { opensAt: moment(opensAt) }),
  };
}

/** The first reason; what stands in its place if that is no text. */
const handedOverFor = (metadata: Json | undefined): Json =>
  reasonOf(metadata) ?? (isJsonObject(metadata) ? metadata.reason : undefined) ?? null;

async function giveUp(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  error: BridgeError,
  dependencies: HandBackDependencies,
): Promise<void> {
  const { parley, conversations, desk, notifier, texts, now } = dependencies;
  const { agent, onlyIfClock: clock, onlyIfLease: lease, thread = conversation.thread } = request;
  if (thread) {
    const leads = desk.namedIn(conversation, "leads");
    // What the desk tries again fails again, of which nobody needs to hear.
    const why = clock ? `${clock.kind} ${clock.since}` : lease && `lease ${lease.since}`;
    const from = why ? makeDerivedItemId(conversation.id, `hand-back ${why}`) : work.item.id;
    await notifier.notice(conversation.userId, from, "hand-back failed", {
      thread,
      message: renderHandBackFailed(
        agent,
        leads,
        stageOf(work, error),
        causeOf(error, texts),
        unsentOf(work, request),
        texts,
      ),
    });
  }
  await recordDeed(work, conversation, request, error.code, dependencies);
  // Parley may refuse because the User is not ours any more.
  const notOurs = await asNotOwner(parley, conversation.userId, error);
  if (notOurs) {
    const to = await nameService(parley, notOurs.owner);
    return await recordTakenAway(conversation, to, dependencies);
  }
  await conversations.update(conversation.id, (c) => {
    const kept = withoutHandingBack(c, request.to);
    return clock && request.reason ? withFailure(kept, clock, request.reason, now()) : kept;
  });
}
