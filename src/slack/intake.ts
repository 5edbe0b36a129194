import type { App, ReceiverEvent } from "@slack/bolt";
import type { OutboxBody } from "../bridge/events.ts";
import type { Permissions, ThreadReader } from "../bridge/ports.ts";
import {
  type TakeInDependencies,
  takeInDeletion,
  takeInEdit,
  takeInReply,
} from "../bridge/to-parley/take-in-reply.ts";
import { defined } from "../defined.ts";
import type { Lanes } from "../delivery/lanes.ts";
import { makeReplyItemId } from "../ids.ts";
import { type Json, wellFormed } from "../json.ts";
import type { Log } from "../log.ts";
import { type MessageEvent, parseMessageEvent } from "./parse-message-event.ts";
import { parseNoteReaction } from "./parse-note-reaction.ts";
import { parseRootDeletion } from "./parse-root-deletion.ts";
import { foreignTeamOf } from "./permissions.ts";

export interface IntakeOptions extends TakeInDependencies {
  outbox: TakeInDependencies["outbox"] & Pick<Lanes<OutboxBody>, "look">;
  reader: Pick<ThreadReader, "threadOf">;
  team: string;
  botUserId: string;
  permissions: Permissions;
  /** Called for every request or frame of Slack. */
  onRequest: () => void;
  log: Log;
}

/**
 * Stores what agents write before it is acknowledged to Slack. Bolt acknowledges an event before any listener runs, so this
 * is in front of Bolt: if storing fails nothing is acknowledged, and Slack sends the event again.
 */
export function storeBeforeAck(app: App, options: IntakeOptions): void {
  const processEvent = app.processEvent.bind(app);
  app.processEvent = async (received: ReceiverEvent) => {
    options.onRequest();
    const event = { ...received, body: wellFormed(received.body as Json) as ReceiverEvent["body"] };
    const isTaken = (await takeMessage(event, options)) || (await takeReaction(event, options));
    await (isTaken ? event.ack() : processEvent(event));
  };
}

/** Takes a message event in; false if it is none. */
async function takeMessage(event: ReceiverEvent, options: IntakeOptions): Promise<boolean> {
  await takeRootDeletion(event, options);
  const parsed = parseMessageEvent(event.body, options.team);
  if (!parsed) return false;
  if (parsed.kind === "other") {
    const { unreadable: fields } = parsed;
    if (fields) options.log.warn({ fields, event: event.body.event_id }, "reply.unreadable");
    return true;
  }
  if (!(await isOurs(parsed, options))) return true;
  const { reply } = parsed;
  const result = await takeIn(parsed, options);
  options.log.info(
    {
      kind: parsed.kind,
      thread: reply.thread.ts,
      ts: reply.ts,
      result,
      event: event.body.event_id,
      retry: event.retryNum,
    },
    "reply.stored",
  );
  return true;
}

/** If somebody has deleted the root of an open conversation, that goes on in another thread. */
async function takeRootDeletion(
  { body }: ReceiverEvent,
  { team, conversations, notifier, log }: IntakeOptions,
): Promise<void> {
  const deleted = parseRootDeletion(body, team);
  if (!deleted) return;
  const { thread, stands } = deleted;
  const conversation = await conversations.byThread(thread);
  if (conversation?.state !== "open" || conversation.thread?.ts !== thread.ts) return;
  await notifier.threadGone(conversation, thread, stands);
  log.warn({ channel: thread.channel, thread: thread.ts, event: body.event_id }, "root.deleted");
}

function takeIn(parsed: Exclude<MessageEvent, { kind: "other" }>, options: IntakeOptions) {
  switch (parsed.kind) {
    case "reply":
      return takeInReply(parsed.reply, options);
    case "edit":
      return takeInEdit(parsed.reply, parsed.before, parsed.editId, options);
    case "deletion":
      return takeInDeletion(parsed.reply, options);
  }
}

/** Whether the thread is ours. A new thread may not be recorded yet, and an old one not any more: then its root tells. */
async function isOurs(
  { reply, rootAuthor }: Exclude<MessageEvent, { kind: "other" }>,
  { botUserId, conversations }: IntakeOptions,
): Promise<boolean> {
  // Messages with files that the bridge itself shares have no bot_id.
  if (reply.agent === botUserId) return false;
  return rootAuthor === botUserId || (await conversations.byThread(reply.thread)) !== undefined;
}

/** A lock on a message makes it a note, unless it has been sent already. False if the event is no such reaction. */
async function takeReaction(event: ReceiverEvent, options: IntakeOptions): Promise<boolean> {
  const { team, botUserId, outbox, permissions, log } = options;
  const reaction = parseNoteReaction(event.body);
  if (!reaction || reaction.user === botUserId) return false;
  const { channel, ts, user } = reaction;
  const foreignTeam = foreignTeamOf(team, [event.body.team_id]);
  const actor = defined({ agent: user, foreignTeam });
  const refusal = await permissions.refusalOf(actor);
  if (refusal) {
    log.info({ agent: user, reason: refusal, type: "reaction_added" }, "actor.refused");
    return true;
  }
  const id = makeReplyItemId(team, channel, ts);
  if (!(await mayBeReply(channel, ts, options))) return true;
  const isInTime = await outbox.cancel(id);
  log.info({ ts, item: id, in_time: isInTime }, "reply.locked");
  return true;
}

/** Whether the message may be a reply in one of our threads. Locks on other messages are not recorded. */
async function mayBeReply(
  channel: string,
  ts: string,
  { team, botUserId, outbox, reader, conversations }: IntakeOptions,
): Promise<boolean> {
  if (await outbox.look(makeReplyItemId(team, channel, ts))) return true;
  const found = await reader.threadOf(channel, ts);
  // If Slack does not say, better record a lock in vain than send a note to the User.
  if (found === "unknown") return true;
  if (found === "none") return false;
  return found.openedBy === botUserId || (await conversations.byThread(found.thread)) !== undefined;
}
