import { type BotEventBody, botEventBodySchema } from "../bridge/stored/bot-event-body.ts";
import { type ClockBody, clockBodySchema } from "../bridge/stored/clock-body.ts";
import { type InboxBody, inboxBodySchema } from "../bridge/stored/inbox-body.ts";
import { type OutboxBody, outboxBodySchema } from "../bridge/stored/outbox-body.ts";
import { readProgress } from "../bridge/stored/read-progress.ts";
import { parseStored } from "../bridge/stored/read-stored.ts";
import type { Clock } from "../clock.ts";
import type { BackoffPolicy } from "../delivery/backoff.ts";
import { createEmbeddedLanes, type EmbeddedLanes } from "../delivery/embedded-lanes.ts";
import type { Attempt } from "../delivery/lanes.ts";
import type { QueueName } from "../state/queues.ts";
import type { State } from "../state/state.ts";

/** A bot that is away for hours has everybody's events waiting, and people's messages go first: it is asked so many times less often. */
const BOT_PATIENCE = 10;

/** How many items of a queue are handled at once. */
const CONCURRENCY = 64;

export interface Queues {
  /** From Parley to Slack. */
  readonly inbox: EmbeddedLanes<InboxBody>;
  /** From Slack to Parley. */
  readonly outbox: EmbeddedLanes<OutboxBody>;
  /** What the desk does by itself, at its time. */
  readonly clock: EmbeddedLanes<ClockBody>;
  /** What the bot is told. */
  readonly bot: EmbeddedLanes<BotEventBody>;
}

/** Opens the queues; what is appended is kept, and nothing is handled before they are started. */
export function openQueues(
  { journals, claims }: Pick<State, "journals" | "claims">,
  {
    clock,
    ...options
  }: {
    backoff: BackoffPolicy;
    settleMs: number;
    clock: Clock;
    onAttempt: (attempt: Attempt) => void;
  },
): Queues {
  const open = <Body>(
    queue: QueueName,
    readBody: (text: string) => Body,
    backoff = options.backoff,
  ) =>
    createEmbeddedLanes<Body>({
      ...options,
      backoff,
      ...clock,
      queue,
      journal: journals[queue],
      claims,
      reader: { readBody, readProgress },
      concurrency: CONCURRENCY,
    });
  return {
    inbox: open("inbox", (text) => parseStored(inboxBodySchema, text, "an inbox item")),
    outbox: open("outbox", (text) => parseStored(outboxBodySchema, text, "an outbox item")),
    clock: open("clock", (text) => parseStored(clockBodySchema, text, "an item of the clock")),
    bot: open("bot", (text) => parseStored(botEventBodySchema, text, "an event"), {
      ...options.backoff,
      capMs: options.backoff.capMs * BOT_PATIENCE,
    }),
  };
}
