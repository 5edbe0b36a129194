import { intentOf, type ReplyMode, withoutMarker } from "../../convert/to-parley/reply-intent.ts";
import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import type { Refusal } from "../../errors.ts";
import { type ItemId, makeDerivedItemId, makeReplyItemId, makeThreadKey } from "../../ids.ts";
import { renderFailedReply } from "../../views/failed-reply.ts";
import {
  renderCorrectionOffer,
  renderNotSentYet,
  renderSentAlready,
  renderUndoOffer,
} from "../../views/reply-offers.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import { auditRefusal } from "../audit-refusal.ts";
import { heldItem } from "../claims/held-item.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Desk, Permissions } from "../desk-ports.ts";
import type { Notifier } from "../notifier.ts";
import { cancelReply } from "../ownership/take-over.ts";
import type { Conversations, Permalink } from "../ports.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import type { Notice } from "../stored/notice.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";
import { teamIn } from "../teams/team-in.ts";
import { keepInside, tellStaysInside } from "./refuse-reply.ts";

export interface TakeInDependencies {
  outbox: Pick<Lanes<OutboxBody>, "append" | "cancel" | "replace" | "hasBegun" | "find">;
  conversations: Pick<Conversations, "byThread">;
  notifier: Notifier;
  permissions: Pick<Permissions, "refusalOf">;
  desk: Pick<Desk, "teamOf">;
  permalink: Permalink;
  audit: Audit;
  replyMode: ReplyMode;
  /** How long a reply waits so that it can be undone, ms; 0: not at all. */
  undoMs: number;
  texts: Texts;
  now: () => number;
}

/** Only up to this age an unknown message is new. Far shorter than idempotency keys are kept. */
const YOUNG_MS = 3 * 86_400_000;

/** Slack waits 3 s for the acknowledgement. */
const LOOK_UP_WITHIN_MS = 1_000;

const idOf = ({ thread, ts }: AgentReply): ItemId =>
  makeReplyItemId(thread.team, thread.channel, ts);

/**
 * Takes in what an agent wrote, in the order of Slack's `ts`, whichever way and however often it is reported. Notes never
 * become outbox items. If the agent must confirm a reply, or can undo it, the agent is told so; whoever may not answer is offered
 * nothing. On disk when resolved.
 */
export async function takeInReply(
  written: AgentReply,
  dependencies: TakeInDependencies,
): Promise<"appended" | "duplicate" | "note"> {
  const { outbox, replyMode, undoMs, texts, now } = dependencies;
  const intent = intentOf(written, replyMode);
  const id = idOf(written);
  const lane = makeThreadKey(written.thread);
  const refusal = intent === "ask" ? await refusalOf(written, dependencies) : undefined;
  if (intent === "note" || refusal) {
    // Its id is stored, so that it is not taken for a reply when the thread is read back later.
    await outbox.cancel(id);
    if (refusal) await refuse(written, id, refusal, dependencies);
    else await markNote(written, id, dependencies);
    return "note";
  }
  const reply = replyMode === "explicit" ? withoutMarker(written) : written;
  const { ts } = reply;
  const result = await outbox.append({
    lane,
    id,
    sort: ts,
    body: { kind: "reply", reply },
    ...(intent === "ask" ? { held: true } : undoMs > 0 ? { notBefore: now() + undoMs } : {}),
  });
  const onlyFor = reply.agent;
  if (intent === "ask") {
    const message = renderNotSentYet({ item: id, ts }, texts);
    const ifUnclear = { ts, as: "note" as const };
    await tell(
      reply,
      id,
      "ask",
      { message, onlyFor, about: { reply: id }, ifUnclear },
      dependencies,
    );
  } else if (undoMs > 0 && result === "appended" && !(await refusalOf(reply, dependencies))) {
    const message = renderUndoOffer({ item: id, ts }, undoMs / 1000, texts);
    await tell(reply, id, "undo", { message, onlyFor, ifUnclear: "nothing" }, dependencies);
  }
  return result;
}

/**
 * Takes in that an agent has changed a message. If it has not been sent yet the new text replaces the old one. Otherwise
 * the agent is asked, because Parley cannot change what a User has. `editId`: the `ts` of the edit, which distinguishes edits of one
 * message.
 */
export async function takeInEdit(
  written: AgentReply,
  before: Pick<AgentReply, "text" | "blocks" | "attachments">,
  editId: string,
  dependencies: TakeInDependencies,
): Promise<void> {
  const { outbox, replyMode, texts, now } = dependencies;
  const was = intentOf(before, replyMode);
  const is = intentOf(written, replyMode);
  const id = idOf(written);
  const lane = makeThreadKey(written.thread);
  if (is === "note") {
    if (was === "note") return;
    if (await cancelReply(id, outbox)) return await markNote(written, id, dependencies);
    return await tellTooLate(written, makeDerivedItemId(id, editId), dependencies);
  }
  const reply = replyMode === "explicit" ? withoutMarker(written) : written;
  const body: ReplyBody = { kind: "reply", reply };
  // Its `>>` was removed, so it must not be sent any more, not even with the new text.
  const isTakenBack = was === "send" && is === "ask" && (await cancelReply(id, outbox));
  // Also if it was never reported to us: when the thread is read back it would look like a reply.
  if (was === "note") await outbox.cancel(id);
  else if (!isTakenBack) {
    if (await replaceReply(id, body, outbox)) return;
    // Slack may report a change before the message itself, or instead of it.
    const isYoung = now() - Number(written.ts) * 1000 < YOUNG_MS;
    if (isYoung && (await takeInReply(written, dependencies)) !== "duplicate") return;
    // It may have come in since the first look, with its old text.
    if (await replaceReply(id, body, outbox)) return;
  }
  // A reply that is kept for a takeover has the old text.
  const isBack = await cancelReply(id, outbox);
  const isNews = was === "note" || (isBack && !(await outbox.hasBegun(id)));
  const refusal = await refusalOf(reply, dependencies);
  if (refusal) return await refuseEdit(reply, id, refusal, isNews, dependencies);
  const correction = makeDerivedItemId(id, `edit ${editId}`);
  if (isNews && (await isLeft(reply, correction, editId, dependencies))) return;
  // The conversation may be leaving the thread just now.
  const news: OutboxBody = isNews ? { ...body, meantSince: editId } : { ...body, wordsOnly: true };
  await outbox.append({ lane, id: correction, body: news, held: true });
  const offer = renderCorrectionOffer({ item: correction, ts: reply.ts }, isNews, texts);
  await tell(
    reply,
    correction,
    "edit",
    { message: offer, onlyFor: reply.agent, about: { reply: correction } },
    dependencies,
  );
}

/** Gives a reply that has not been sent its new text, also where it is held back because a colleague answers. */
async function replaceReply(
  id: ItemId,
  body: ReplyBody,
  outbox: Pick<Lanes<OutboxBody>, "replace">,
): Promise<boolean> {
  const isWaiting = await outbox.replace(id, body);
  // It may be held back at this moment.
  return (await outbox.replace(heldItem(id), { ...body, anyway: true })) || isWaiting;
}

/** Takes in that an agent has deleted a message: if it has not been sent yet, it never is. */
export async function takeInDeletion(
  deleted: AgentReply,
  dependencies: TakeInDependencies,
): Promise<void> {
  const { outbox, replyMode } = dependencies;
  if (intentOf(deleted, replyMode) === "note") return;
  const id = idOf(deleted);
  if (await cancelReply(id, outbox)) return;
  await tellTooLate(deleted, makeDerivedItemId(id, "deleted"), dependencies);
}

/**
 * Whether the conversation had left the thread before the edit. What its writer never meant for the User until then goes no more
 * from there than what is written anew, and they are told where the User is.
 */
async function isLeft(
  { thread, agent }: AgentReply,
  correction: ItemId,
  editId: string,
  { conversations, desk, permalink, notifier, texts }: TakeInDependencies,
): Promise<boolean> {
  const here = await conversations.byThread(thread);
  const left = here && movedFrom(here, thread);
  if (here?.state !== "open" || !left || editId < left.until) return false;
  const advice = texts.advice.moved(desk.teamOf(here).name);
  const link = here.thread && permalink(here.thread);
  const message = renderFailedReply({ fate: "refused", advice, ...defined({ link }) }, texts);
  const notice = { thread, message, onlyFor: agent };
  await notifier.notice(here.userId, correction, "left", notice);
  return true;
}

/** Records the attempt by the time at which it was written, and tells the writer as where replies go at once. */
async function refuse(
  reply: AgentReply,
  id: ItemId,
  refusal: Refusal,
  dependencies: TakeInDependencies,
): Promise<void> {
  const at = Math.floor(Number(reply.ts) * 1000);
  const about = await recordRefusedReply(reply, refusal, at, dependencies);
  await keepInside(id, reply, { agent: reply.agent, refusal }, about, dependencies);
}

/** The same of a change. What the User has already is not marked as if it had stayed inside. */
async function refuseEdit(
  reply: AgentReply,
  id: ItemId,
  refusal: Refusal,
  isNews: boolean,
  dependencies: TakeInDependencies,
): Promise<void> {
  const about = await recordRefusedReply(reply, refusal, dependencies.now(), dependencies);
  const why = { agent: reply.agent, refusal };
  if (isNews) await keepInside(id, reply, why, about, dependencies);
  else await tellStaysInside(id, reply.thread, why, about, dependencies);
}

/** Returns whom the thread is about. */
async function recordRefusedReply(
  { thread, agent: by }: AgentReply,
  { kind: why }: Refusal,
  at: number,
  { conversations, audit }: TakeInDependencies,
): Promise<Conversation | undefined> {
  const about = await conversations.byThread(thread);
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  const place = makeThreadKey(thread);
  await auditRefusal({ what: "reply", by, at, why, place, ...whose }, audit);
  return about;
}

/** Why its writer may not answer, as far as anybody can tell in time. When it is about to be sent there is time to look. */
async function refusalOf(
  reply: AgentReply,
  { conversations, permissions, desk }: TakeInDependencies,
): Promise<Refusal | undefined> {
  const conversation = await conversations.byThread(reply.thread);
  const team = conversation && teamIn(reply.thread, conversation, desk);
  const refusal = await permissions.refusalOf(reply, { as: "agent", team }, LOOK_UP_WITHIN_MS);
  return refusal?.kind === "not-known" ? undefined : refusal;
}

const markNote = (reply: AgentReply, id: ItemId, dependencies: TakeInDependencies) =>
  tell(reply, id, "note", { mark: { ts: reply.ts, as: "note" } }, dependencies);

const tellTooLate = (reply: AgentReply, from: ItemId, dependencies: TakeInDependencies) =>
  tell(
    reply,
    from,
    "too late",
    { message: renderSentAlready(dependencies.texts), onlyFor: reply.agent },
    dependencies,
  );

async function tell(
  { thread }: AgentReply,
  from: ItemId,
  purpose: string,
  notice: Omit<Notice, "thread">,
  { conversations, notifier }: TakeInDependencies,
): Promise<void> {
  const conversation = await conversations.byThread(thread);
  // Without a conversation the reply itself will be refused, and that has a notice of its own.
  if (!conversation) return;
  await notifier.notice(conversation.userId, from, purpose, { thread, ...notice });
}
