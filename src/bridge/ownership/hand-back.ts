import { reasonOf } from "../../convert/text/reason-of.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { type MessageWriting, toParleyMessages } from "../../convert/to-parley/agent-reply.ts";
import { NO_NAMES } from "../../convert/to-parley/mentions.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { type BridgeError, toBridgeError, UncertainDeliveryError } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { causeOf } from "../../views/cause-of.ts";
import { renderHandBackFailed, renderHandBackTooLate } from "../../views/hand-back-failed.ts";
import type { Texts } from "../../views/texts/en.ts";
import {
  type Conversation,
  withAgentMessage,
  withHandingBack,
  withoutHandingBack,
} from "../conversation.ts";
import type { Notifier } from "../notify.ts";
import { asNotOwner, assertOwner, giveTo, nameService } from "../owner.ts";
import type { Conversations, Parley, People } from "../ports.ts";
import { sendOnce } from "../send-once.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";
import { lastMessageProgressSchema } from "../stored/progress-schemas.ts";
import { readStored } from "../stored/read-stored.ts";
import { recordHandBack, recordTakenAway } from "./end-conversation.ts";

export interface HandBackDependencies extends MessageWriting {
  parley: Parley;
  people: People;
  conversations: Conversations;
  notifier: Notifier;
  texts: Texts;
  now: () => number;
}

/** A hand-back that Parley does not take is tried this often; then the agent decides, with the User still ours. */
const TRIES = 3;

/** Stored before and after each part of the last message goes out; everything behind it is safe to repeat. */
export interface LastMessageProgress {
  readonly lastMessage?: "sending" | "sent";
  /** How many parts the User has. */
  readonly parts?: number;
  /** All parts, as they were cut before the first one went. */
  readonly texts?: readonly string[];
}

const SENT: LastMessageProgress = { lastMessage: "sent" };

/** How far it came: what an agent has to know when it fails. */
type Stage = "nothing-done" | "message-begun" | "message-uncertain" | "message-sent";

/**
 * Hands a User back: last message, then `agent/unset`, then the owner, then root and thread say so.
 * Whatever fails is told in the thread, and leaves the conversation open.
 */
export async function handBack(
  work: Work<OutboxBody>,
  request: HandBackRequest,
  dependencies: HandBackDependencies,
): Promise<void> {
  const { parley, conversations } = dependencies;
  const conversation = await conversations.byThread(request.thread);
  if (!conversation) return;
  if (conversation.state !== "open") {
    return await afterTheEnd(work, conversation, request, dependencies);
  }
  let stage: Stage = "nothing-done";
  let refusal: BridgeError | undefined;
  try {
    // After a crash between the change of owner and its record the User is where we wanted.
    const isDone =
      conversation.handingBackTo === request.to &&
      (await parley.ownerOf(conversation.userId)) === request.to;
    if (!isDone) {
      await assertOwner(parley, conversation.userId);
      await sendLastMessage(work, conversation, request, dependencies, (reached) => {
        stage = reached;
      });
      await conversations.update(conversation.id, (c) =>
        withHandingBack(c, request.to, dependencies.now()),
      );
      refusal = await unsetAgent(work, parley, conversation);
      await giveTo(
        parley,
        conversation.userId,
        request.to,
        await describe(conversation, request, dependencies),
      );
    }
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition === "retry" && work.item.attempt < TRIES) throw error;
    const failedAt = error.disposition === "uncertain" ? "message-uncertain" : stage;
    await giveUp(work, conversation, request, failedAt, error, dependencies);
    return;
  }
  const done = defined({
    to: await nameService(parley, request.to),
    by: request.agent,
    note: request.note,
    unsetRefusal: refusal && causeOf(refusal, dependencies.texts),
  });
  await recordHandBack(work.item.id, conversation, done, dependencies);
}

/** The conversation is over: an earlier attempt of this item ended it, or somebody else did and the agent is told. */
async function afterTheEnd(
  work: Work<OutboxBody>,
  conversation: Conversation,
  { agent, thread, to, lastMessage }: HandBackRequest,
  { notifier, texts }: HandBackDependencies,
): Promise<void> {
  const { ending } = conversation;
  const progress = lastMessageProgress(work);
  const isOurs =
    ending?.by === agent &&
    ending.to?.id === to &&
    (progress.lastMessage === "sent" || lastMessage === undefined);
  if (isOurs) return await notifier.refreshRoot(conversation, work.item.id);
  const message = renderHandBackTooLate(
    ending?.to?.name,
    lastMessage !== undefined && progress.lastMessage === undefined && !progress.parts,
    texts,
  );
  const notice = { thread, message, onlyFor: agent };
  await notifier.notice(conversation.userId, work.item.id, "hand-back too late", notice);
}

/** What the agent typed into the form takes the same way as a reply; nothing of it goes twice. */
async function sendLastMessage(
  work: Work<OutboxBody>,
  { id, userId }: Conversation,
  request: HandBackRequest,
  { parley, people, conversations, ...writing }: HandBackDependencies,
  reach: (stage: Stage) => void,
): Promise<void> {
  if (request.lastMessage === undefined) return;
  const { lastMessage, parts = 0, ...progress } = lastMessageProgress(work);
  if (lastMessage === "sent") return reach("message-sent");
  if (lastMessage === "sending") {
    throw new UncertainDeliveryError("The bridge was stopped while it sent the last message");
  }
  if (parts > 0) reach("message-begun");
  const agent = await people.identityOf(request.agent);
  // A form gives what was typed, which Slack escapes everywhere else.
  const typed = { text: escapeText(request.lastMessage) };
  const texts = progress.texts ?? toParleyMessages(typed, NO_NAMES, writing);
  for (const [index, text] of texts.entries()) {
    if (index < parts) continue;
    if (index > 0) await assertOwner(parley, userId);
    const before = { parts: index, texts };
    const mark = { ...before, lastMessage: "sending" };
    await sendOnce(work, () => parley.send(userId, { text, agent }), mark, before);
    await work.save({ parts: index + 1, texts });
    reach("message-begun");
  }
  await work.save(SENT as Json);
  if (texts.length === 0) return;
  reach("message-sent");
  await conversations.update(id, withAgentMessage);
}

const lastMessageProgress = ({ item: { progress } }: Work<OutboxBody>): LastMessageProgress =>
  progress === undefined
    ? {}
    : readStored(lastMessageProgressSchema, progress, "the progress of a hand-back");

/** First, because Parley may refuse it once the User is not ours. That it fails does no harm: the User sees an old name. */
async function unsetAgent(
  work: Work<OutboxBody>,
  parley: Parley,
  { userId }: Conversation,
): Promise<BridgeError | undefined> {
  try {
    await parley.unsetAgent(userId);
    return undefined;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition === "retry" && work.item.attempt < TRIES) throw error;
    return error;
  }
}

/** The metadata for the bot that gets the User back. */
async function describe(
  conversation: Conversation,
  request: HandBackRequest,
  { people, now }: HandBackDependencies,
): Promise<Json> {
  const { name } = await people.identityOf(request.agent);
  return {
    reason: "handed_back",
    note: request.note ?? null,
    handedBackBy: name,
    handedOverFor: handedOverFor(conversation.metadata),
    openedAt: new Date(conversation.openedAt).toISOString(),
    handedBackAt: new Date(now()).toISOString(),
    userMessages: conversation.userMessages,
    agentMessages: conversation.agentMessages + (request.lastMessage === undefined ? 0 : 1),
  };
}

/** The first reason; what stands in its place if that is no text. */
const handedOverFor = (metadata: Json | undefined): Json =>
  reasonOf(metadata) ?? (isJsonObject(metadata) ? metadata.reason : undefined) ?? null;

async function giveUp(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  stage: Stage,
  error: BridgeError,
  dependencies: HandBackDependencies,
): Promise<void> {
  const { parley, conversations, notifier, texts } = dependencies;
  await notifier.notice(conversation.userId, work.item.id, "hand-back failed", {
    thread: request.thread,
    message: renderHandBackFailed(request.agent, stage, causeOf(error, texts), texts),
  });
  // Parley may refuse because the User is not ours any more.
  const notOurs = await asNotOwner(parley, conversation.userId, error);
  if (notOurs) {
    const to = await nameService(parley, notOurs.owner);
    return await recordTakenAway(conversation, to, dependencies);
  }
  await conversations.update(conversation.id, withoutHandingBack);
}
