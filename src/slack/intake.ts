import type { App, ReceiverEvent } from "@slack/bolt";
import { appendReply } from "../bridge/append-reply.ts";
import type { OutboxBody } from "../bridge/events.ts";
import type { Conversations } from "../bridge/ports.ts";
import type { Lanes } from "../delivery/lanes.ts";
import type { Log } from "../log.ts";
import { isMessageEvent, parseMessageEvent } from "./parse-message-event.ts";

export interface IntakeOptions {
  readonly outbox: Pick<Lanes<OutboxBody>, "append">;
  readonly conversations: Pick<Conversations, "byThread">;
  readonly team: string;
  readonly botUserId: string;
  readonly log: Log;
}

/**
 * Stores agents' replies before Slack is told that we have them. Bolt acknowledges an event before any listener runs,
 * so this stands in front of it: if storing fails nothing is acknowledged, and Slack sends the event again.
 */
export function storeBeforeAck(app: App, options: IntakeOptions): void {
  const processEvent = app.processEvent.bind(app);
  app.processEvent = async (event: ReceiverEvent) => {
    if (!isMessageEvent(event.body)) return await processEvent(event);
    await store(event, options);
    await event.ack();
  };
}

async function store(event: ReceiverEvent, options: IntakeOptions): Promise<void> {
  const { outbox, conversations, team, botUserId, log } = options;
  const parsed = parseMessageEvent(event.body, team);
  if (!parsed) return;
  const { reply, rootAuthor } = parsed;
  // A thread of ours may be younger than its record, or older than we remember: its root still names us.
  const isOurs = rootAuthor === botUserId || (await conversations.byThread(reply.thread));
  if (!isOurs) return;
  const result = await appendReply(outbox, reply);
  log.info(
    {
      thread: reply.thread.ts,
      ts: reply.ts,
      result,
      event: event.body.event_id,
      retry: event.retryNum,
    },
    "reply.stored",
  );
}
