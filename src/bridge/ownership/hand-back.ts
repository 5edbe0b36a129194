import type { MessageWriting } from "../../convert/to-parley/agent-reply.ts";
import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import {
  type BridgeError,
  CancelledError,
  GoingElsewhereError,
  NotOwnerError,
  toBridgeError,
} from "../../errors.ts";
import { makeDerivedItemId } from "../../ids.ts";
import { causeOf } from "../../views/cause-of.ts";
import { renderHandBackFailed } from "../../views/hand-back-failed.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import { withFailure } from "../clock-of.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { refuseIfInDoubt } from "../doubt.ts";
import { type LetRepliesPassDependencies, letRepliesPass } from "../let-replies-pass.ts";
import type { Notifier } from "../notifier.ts";
import { assertOwner, behindRefusal, giveTo, nameService } from "../owner.ts";
import type { Patience } from "../patience.ts";
import type { Conversations, Parley, People, Permalink } from "../ports.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";
import { type EarlierThreadsDependencies, letEarlierPass } from "../teams/earlier-threads.ts";
import { describeHandBack } from "./describe-hand-back.ts";
import { recordHandBack, recordTakenAway } from "./end-conversation.ts";
import { recordDeed } from "./hand-back-deed.ts";
import { afterNotWanted, afterTheEnd, afterTheMove } from "./hand-back-too-late.ts";
import { type TranscriptDependencies, transcriptFor } from "./hand-back-transcript.ts";
import { assertWanted, giveNoMore, isWanted, NotWantedError } from "./hand-back-wanted.ts";
import { isGoingElsewhere, withHandingBack, withoutHandingBack } from "./handing-back.ts";
import { isConditional } from "./is-conditional.ts";
import { sendLastMessage, stageOf, unsentOf } from "./last-message.ts";

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
      return await afterNotWanted(work, conversation, request, dependencies);
    }
    const error = toBridgeError(thrown);
    if (error instanceof CancelledError) throw error;
    const behind = await behindRefusal(dependencies.parley, conversation.userId, error, work.item);
    for (const cause of [behind, error]) {
      if (cause && isWorthRetrying(cause, work, request, dependencies)) throw cause;
    }
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
  const metadata = await describeHandBack(current, request, dependencies);
  await giveTo(parley, userId, request.to, { ...metadata, ...transcript });
  return refusal;
}

const isWorthRetrying = (
  { disposition }: BridgeError,
  { item }: Work<OutboxBody>,
  { agent }: HandBackRequest,
  { patience }: HandBackDependencies,
): boolean =>
  disposition === "retry" &&
  item.triedMs < (agent === undefined ? patience.deskHandBackMs : patience.handBackMs);

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
  const behind = await behindRefusal(parley, conversation.userId, error, work.item);
  if (behind instanceof NotOwnerError) {
    const to = await nameService(parley, behind.owner);
    return await recordTakenAway(conversation, to, dependencies);
  }
  await conversations.update(conversation.id, (c) => {
    const kept = withoutHandingBack(c, request.to);
    return clock && request.reason ? withFailure(kept, clock, request.reason, now()) : kept;
  });
}
