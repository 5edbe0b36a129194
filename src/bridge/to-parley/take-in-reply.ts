import { intentOf, type ReplyMode, withoutMarker } from "../../convert/to-parley/reply-intent.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, makeReplyItemId, makeThreadKey } from "../../ids.ts";
import {
  renderCorrectionOffer,
  renderNotSentYet,
  renderSentAlready,
  renderUndoOffer,
} from "../../views/notices.ts";
import type { AgentReply, Notice, OutboxBody } from "../events.ts";
import type { Notifier } from "../notify.ts";
import { cancelReply } from "../ownership/take-over.ts";
import type { Conversations } from "../ports.ts";

export interface TakeInDependencies {
  outbox: Pick<Lanes<OutboxBody>, "append" | "cancel" | "replace" | "hasBegun" | "look">;
  conversations: Pick<Conversations, "byThread">;
  notifier: Notifier;
  replyMode: ReplyMode;
  /** How long a reply is held so that it can be undone; 0: not at all. */
  undoMs: number;
  now: () => number;
}

/** An unknown message is a new one up to this age: far below that at which the marks against duplicates expire. */
const YOUNG_MS = 3 * 86_400_000;

const idOf = ({ thread, ts }: AgentReply): ItemId =>
  makeReplyItemId(thread.team, thread.channel, ts);

/**
 * Takes in what an agent wrote, in the order of Slack's `ts`, whichever way and however often we heard of it. Notes
 * never enter the outbox; where the agent has a say before it goes, the agent is asked. Durable when resolved.
 */
export async function takeInReply(
  written: AgentReply,
  dependencies: TakeInDependencies,
): Promise<"appended" | "duplicate" | "note"> {
  const { outbox, replyMode, undoMs, now } = dependencies;
  const intent = intentOf(written, replyMode);
  const id = idOf(written);
  const lane = makeThreadKey(written.thread);
  if (intent === "note") {
    // Remembered, so that no later reading of the thread takes it for a reply.
    await outbox.cancel(lane, id);
    await markNote(written, id, dependencies);
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
    const message = renderNotSentYet({ item: id, ts });
    const ifUnclear = { ts, as: "note" as const };
    await tell(
      reply,
      id,
      "ask",
      { message, onlyFor, about: { reply: id }, ifUnclear },
      dependencies,
    );
  } else if (undoMs > 0 && result === "appended") {
    const message = renderUndoOffer({ item: id, ts }, undoMs / 1000);
    await tell(reply, id, "undo", { message, onlyFor, ifUnclear: "nothing" }, dependencies);
  }
  return result;
}

/**
 * Takes in that an agent has changed a message. Before it has gone the new text goes in its place; afterwards the agent
 * is asked, because Parley cannot change what a User has. `editId` tells edits of one message apart.
 */
export async function takeInEdit(
  written: AgentReply,
  before: Pick<AgentReply, "text" | "blocks" | "attachments">,
  editId: string,
  dependencies: TakeInDependencies,
): Promise<void> {
  const { outbox, replyMode, now } = dependencies;
  const was = intentOf(before, replyMode);
  const is = intentOf(written, replyMode);
  const id = idOf(written);
  const lane = makeThreadKey(written.thread);
  if (is === "note") {
    if (was === "note") return;
    if (await cancelReply(lane, id, outbox)) return await markNote(written, id, dependencies);
    return await tellTooLate(written, makeDerivedItemId(id, editId), dependencies);
  }
  const reply = replyMode === "explicit" ? withoutMarker(written) : written;
  const body: OutboxBody = { kind: "reply", reply };
  // Without its `>>` it may not go any more, not even with the new text.
  const isTakenBack = was === "send" && is === "ask" && (await cancelReply(lane, id, outbox));
  // Also if we never heard of it: read back later it would look like a reply.
  if (was === "note") await outbox.cancel(lane, id);
  else if (!isTakenBack) {
    if (await outbox.replace(id, body)) return;
    // Slack may tell of a change before, or instead of, the message itself.
    const isYoung = now() - Number(written.ts) * 1000 < YOUNG_MS;
    if (isYoung && (await takeInReply(written, dependencies)) !== "duplicate") return;
  }
  // What is kept for a takeover has the text as it was.
  await cancelReply(lane, id, outbox);
  const isNews = was === "note" || !(await outbox.hasBegun(id));
  const correction = makeDerivedItemId(id, `edit ${editId}`);
  const news: OutboxBody = isNews ? body : { ...body, wordsOnly: true };
  await outbox.append({ lane, id: correction, body: news, held: true });
  const offer = renderCorrectionOffer({ item: correction, ts: reply.ts }, isNews);
  await tell(
    reply,
    correction,
    "edit",
    { message: offer, onlyFor: reply.agent, about: { reply: correction } },
    dependencies,
  );
}

/** Takes in that an agent has deleted a message: it does not go if it has not gone. */
export async function takeInDeletion(
  deleted: AgentReply,
  dependencies: TakeInDependencies,
): Promise<void> {
  const { outbox, replyMode } = dependencies;
  if (intentOf(deleted, replyMode) === "note") return;
  const id = idOf(deleted);
  if (await cancelReply(makeThreadKey(deleted.thread), id, outbox)) return;
  await tellTooLate(deleted, makeDerivedItemId(id, "deleted"), dependencies);
}

const markNote = (reply: AgentReply, id: ItemId, dependencies: TakeInDependencies) =>
  tell(reply, id, "note", { mark: { ts: reply.ts, as: "note" } }, dependencies);

const tellTooLate = (reply: AgentReply, from: ItemId, dependencies: TakeInDependencies) =>
  tell(
    reply,
    from,
    "too late",
    { message: renderSentAlready(), onlyFor: reply.agent },
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
  // Without a conversation the reply itself will be refused, with words of its own.
  if (!conversation) return;
  await notifier.notice(conversation.userId, from, purpose, { thread, ...notice });
}
