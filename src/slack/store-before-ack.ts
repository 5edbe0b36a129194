import type { App, ReceiverEvent } from "@slack/bolt";
import { z } from "zod";
import type { ChannelWatch } from "../bridge/channels/watch-channels.ts";
import type { Desk } from "../bridge/desk-ports.ts";
import type { Conversations } from "../bridge/ports.ts";
import {
  type TakeInDependencies,
  takeInDeletion,
  takeInEdit,
  takeInReply,
} from "../bridge/to-parley/take-in-reply.ts";
import { SLACKBOT } from "../ids.ts";
import { type Json, wellFormed } from "../json.ts";
import type { ChannelIds } from "./channel-ids.ts";
import type { FindFormerChannel } from "./find-former-channel.ts";
import { foreignTeamOf } from "./foreign-team.ts";
import type { ChannelEvent, ChannelIdEvent } from "./parse-channel-event.ts";
import type { ThreadEvent } from "./parse-message-event.ts";
import type { RootDeletion } from "./parse-root-deletion.ts";
import { parseSlackEvent, type SlackEvent } from "./slack-event.ts";
import { type TakeInLockDependencies, takeInLock } from "./take-in-lock.ts";
import { renumberedAdvice } from "./workspace.ts";

export interface IntakeOptions extends TakeInDependencies, TakeInLockDependencies {
  outbox: TakeInDependencies["outbox"];
  conversations: Pick<Conversations, "byThread" | "open" | "hasUnrooted">;
  desk: Pick<Desk, "teams" | "teamOf">;
  channelWatch: Pick<ChannelWatch, "onEvent">;
  channelIds: ChannelIds;
  findFormerChannel: FindFormerChannel;
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
    const body = wellFormed(received.body as Json) as ReceiverEvent["body"];
    await learnChannel(body, options);
    const request = { ...received, body: options.channelIds.toKnown(body) };
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
    // In the lane of the channel, which is then looked at. What has happened twice has an id of its own each time.
    case "channel":
      return await storeChannelEvent(event, report, options);
    // At once, because what follows comes under the new id.
    case "channel-id":
      return await storeChannelId(event, options);
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
  const { kind } = event;
  const { reply } = await underKnownId(event, options);
  const result = await takeIn({ ...event, reply }, options);
  options.log.info(
    { kind, thread: reply.thread.ts, ts: reply.ts, result, ...report },
    "reply.stored",
  );
}

/** Slack may have given the channel another id a moment ago, and tell of it later or never. */
async function underKnownId(
  { reply }: ThreadEvent,
  { desk, conversations, channelIds, findFormerChannel, log }: IntakeOptions,
): Promise<Pick<ThreadEvent, "reply">> {
  const { thread } = reply;
  if (desk.teams.some(({ channel }) => channel === thread.channel)) return { reply };
  if (await conversations.byThread(thread)) return { reply };
  const channel = await findFormerChannel(thread);
  if (channel === undefined || channel === thread.channel) return { reply };
  await recordNewId(channel, thread.channel, { channelIds, log });
  return { reply: { ...reply, thread: { ...thread, channel } } };
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

/**
 * Whether the thread is ours. A new thread may not be recorded yet, and an old one not any more: then its root tells. Of a root
 * that is deleted nobody can tell while there is a conversation whose root is not recorded.
 */
async function isOurs(
  { reply, rootAuthor }: ThreadEvent,
  { botUserId, conversations, desk }: IntakeOptions,
): Promise<boolean> {
  // Messages with files that the bridge itself shares have no bot_id.
  if (reply.agent === botUserId) return false;
  if (rootAuthor === botUserId) return true;
  // In this order: it may be recorded in between.
  const isInTeam = desk.teams.some(({ channel }) => channel === reply.thread.channel);
  if (rootAuthor === SLACKBOT && isInTeam && (await conversations.hasUnrooted())) return true;
  return (await conversations.byThread(reply.thread)) !== undefined;
}

const named = z.union([z.string(), z.looseObject({ id: z.string() })]);
const placed = z.looseObject({
  event: z
    .looseObject({
      channel: named.optional().catch(undefined),
      item: z.looseObject({ channel: z.string() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  channel: named.optional().catch(undefined),
  channel_id: z.string().optional().catch(undefined),
});

/** The channel that a request of Slack is about. */
function channelIn(body: unknown): string | undefined {
  const read = placed.safeParse(body);
  if (!read.success) return undefined;
  const { event, channel, channel_id } = read.data;
  const found = event?.channel ?? event?.item?.channel ?? channel ?? channel_id;
  return typeof found === "object" ? found.id : found;
}

/** Slack's name for a channel may be news of another replica. */
async function learnChannel(
  body: ReceiverEvent["body"],
  { desk, channelIds }: IntakeOptions,
): Promise<void> {
  const channel = channelIn(body);
  if (channel === undefined) return;
  const known = channelIds.known(channel);
  if (!desk.teams.some((team) => team.channel === known)) await channelIds.learn(channel);
}

async function storeChannelEvent(
  { channel, event, hint, member }: ChannelEvent,
  report: Report,
  { botUserId, channelWatch, log }: IntakeOptions,
): Promise<void> {
  if (member !== undefined && member !== botUserId) return;
  if (await channelWatch.onEvent(channel, event, hint)) {
    log.info({ channel, hint, ...report }, "channel.event");
  }
}

/** Whose channel it is: other channels of the workspace are not our business, so nothing of them is kept. */
async function storeChannelId(
  { from, to, event }: ChannelIdEvent,
  { desk, channelIds, channelWatch, conversations, log }: IntakeOptions,
): Promise<void> {
  await channelIds.learn(from);
  const channel = channelIds.known(from);
  const isOurs =
    desk.teams.some((team) => team.channel === channel) ||
    (await conversations.open()).some(({ thread }) => thread?.channel === channel);
  if (!isOurs) return;
  await recordNewId(from, to, { channelIds, log });
  await channelWatch.onEvent(channel, event, undefined);
}

async function recordNewId(
  from: string,
  to: string,
  { channelIds, log }: Pick<IntakeOptions, "channelIds" | "log">,
): Promise<void> {
  if (channelIds.known(to) !== to) return;
  await channelIds.changed(from, to);
  log.warn({ channel: from, now: to, advice: renumberedAdvice(from, to) }, "channel.renumbered");
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
