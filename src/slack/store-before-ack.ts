import type { App, ReceiverEvent } from "@slack/bolt";
import {
  type TakeInDependencies,
  takeInDeletion,
  takeInEdit,
  takeInReply,
} from "../bridge/to-parley/take-in-reply.ts";
import { type Json, wellFormed } from "../json.ts";
import type { ThreadEvent } from "./parse-message-event.ts";
import type { RootDeletion } from "./parse-root-deletion.ts";
import { foreignTeamOf } from "./permissions.ts";
import { parseSlackEvent, type SlackEvent } from "./slack-event.ts";
import { type TakeInLockDependencies, takeInLock } from "./take-in-lock.ts";

export interface IntakeOptions extends TakeInDependencies, TakeInLockDependencies {
  outbox: TakeInDependencies["outbox"];
  conversations: TakeInDependencies["conversations"];
  /** Called for every request or frame of Slack. */
  onRequest: () => void;
}

/**
 * Stores what agents do before it is acknowledged to Slack. Bolt acknowledges an event before any listener runs, so this is
 * in front of Bolt: if storing fails nothing is acknowledged, and Slack sends the event again.
 */
export function storeBeforeAck(app: App, options: IntakeOptions): void {
  const processEvent = app.processEvent.bind(app);
  app.processEvent = async (received: ReceiverEvent) => {
    options.onRequest();
    const request = {
      ...received,
      body: wellFormed(received.body as Json) as ReceiverEvent["body"],
    };
    const event = parseSlackEvent(request.body, options.team);
    if (!event) return await processEvent(request);
    await store(event, request, options);
    await request.ack();
  };
}

/**
 * Where each kind of event is stored, and what makes two of them the same. No id is made of Slack's `event_id`: what is
 * read back from a thread after an outage has none, and has to be recognised too.
 */
async function store(
  event: SlackEvent,
  { body, retryNum }: ReceiverEvent,
  options: IntakeOptions,
): Promise<void> {
  const { team, log } = options;
  const { event_id: id } = body as { event_id?: unknown };
  const report = { event: typeof id === "string" ? id : undefined, retry: retryNum };
  switch (event.kind) {
    // In the thread's lane, in the order of `ts`. Channel and `ts` are the id: a redelivery is a duplicate.
    case "reply":
    // Changes the item of the reply; one that comes too late is an item of its own, with the time of the edit in its id.
    case "edit":
    // Ends the item of the reply.
    case "deletion":
      return await storeThreadEvent(event, report, options);
    // In the User's lane of the inbox, because another thread has to be opened. The thread is the id: it is lost once.
    case "root-deletion":
      return await storeRootDeletion(event, report, options);
    // Ends the item of the reply on which it is; what is no reply yet is remembered by the same id.
    case "lock":
      return await takeInLock(event, foreignTeamOf(team, [body.team_id]), options);
    // Says nothing that we could keep. The log has it, because a reply may be lost by that.
    case "unreadable":
      return log.warn({ fields: event.fields, event: report.event }, "reply.unreadable");
    // Nothing to keep: see what makes an event `other` where it is read.
    case "other":
      return;
    default:
      return event satisfies never;
  }
}

interface Report {
  readonly event: string | undefined;
  readonly retry: number | undefined;
}

async function storeThreadEvent(
  event: ThreadEvent,
  report: Report,
  options: IntakeOptions,
): Promise<void> {
  if (!(await isOurs(event, options))) return;
  const { kind, reply } = event;
  const result = await takeIn(event, options);
  options.log.info(
    { kind, thread: reply.thread.ts, ts: reply.ts, result, ...report },
    "reply.stored",
  );
}

/** Returns what became of a reply, for the log. */
async function takeIn(event: ThreadEvent, options: IntakeOptions): Promise<string | undefined> {
  switch (event.kind) {
    case "reply":
      return await takeInReply(event.reply, options);
    case "edit":
      await takeInEdit(event.reply, event.before, event.editId, options);
      return undefined;
    case "deletion":
      await takeInDeletion(event.reply, options);
      return undefined;
  }
}

/** Whether the thread is ours. A new thread may not be recorded yet, and an old one not any more: then its root tells. */
async function isOurs(
  { reply, rootAuthor }: ThreadEvent,
  { botUserId, conversations }: IntakeOptions,
): Promise<boolean> {
  // Messages with files that the bridge itself shares have no bot_id.
  if (reply.agent === botUserId) return false;
  return rootAuthor === botUserId || (await conversations.byThread(reply.thread)) !== undefined;
}

/** Only an open conversation goes on in another thread, and only if it is not in another one already. */
async function storeRootDeletion(
  { thread, stands }: RootDeletion,
  { event }: Report,
  { conversations, notifier, log }: IntakeOptions,
): Promise<void> {
  const conversation = await conversations.byThread(thread);
  if (conversation?.state !== "open" || conversation.thread?.ts !== thread.ts) return;
  await notifier.threadGone(conversation, thread, stands);
  log.warn({ channel: thread.channel, thread: thread.ts, event }, "root.deleted");
}
