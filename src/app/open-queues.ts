import { type InboxBody, inboxBodySchema } from "../bridge/stored/inbox-body.ts";
import { type OutboxBody, outboxBodySchema } from "../bridge/stored/outbox-body.ts";
import { readProgress } from "../bridge/stored/read-progress.ts";
import { parseStored } from "../bridge/stored/read-stored.ts";
import type { Clock } from "../clock.ts";
import type { BackoffPolicy } from "../delivery/backoff.ts";
import { createEmbeddedLanes } from "../delivery/embedded-lanes.ts";
import type { Attempt, Lanes } from "../delivery/lanes.ts";
import type { Journals } from "../state/state.ts";

/** How many items of a queue are handled at once. */
const CONCURRENCY = 64;

export interface Queues {
  /** From Parley to Slack. */
  readonly inbox: Lanes<InboxBody>;
  /** From Slack to Parley. */
  readonly outbox: Lanes<OutboxBody>;
}

/** Opens both queues; what is appended is kept, and nothing is handled before they are started. */
export async function openQueues(
  journals: Journals,
  {
    clock,
    ...options
  }: { backoff: BackoffPolicy; clock: Clock; onAttempt: (attempt: Attempt) => void },
): Promise<Queues> {
  const open = async <Body>(queue: "inbox" | "outbox", readBody: (text: string) => Body) =>
    await createEmbeddedLanes<Body>({
      ...options,
      ...clock,
      queue,
      journal: journals[queue],
      reader: { readBody, readProgress },
      concurrency: CONCURRENCY,
    });
  return {
    inbox: await open("inbox", (text) => parseStored(inboxBodySchema, text, "an inbox item")),
    outbox: await open("outbox", (text) => parseStored(outboxBodySchema, text, "an outbox item")),
  };
}
