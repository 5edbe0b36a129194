import { createDelayMarks } from "../bridge/delay-marks.ts";
import {
  createParleyEventHandler,
  eventGoesAhead,
  type InboxDependencies,
} from "../bridge/handle-parley-event.ts";
import {
  createSlackEventHandler,
  type OutboxDependencies,
  replyGoesAhead,
} from "../bridge/handle-slack-event.ts";
import { tellDeadReply } from "../bridge/to-parley/tell-dead-reply.ts";
import { tellNotShown } from "../bridge/to-slack/tell-not-shown.ts";
import type { Claims } from "../delivery/claims.ts";
import type { Queues } from "./open-queues.ts";

/** Begins to handle the lanes of both queues that are ours, what is left of earlier runs first. */
export async function startQueues(
  { inbox, outbox }: Queues,
  claims: Pick<Claims, "start">,
  dependencies: Omit<InboxDependencies & OutboxDependencies, "inbox" | "outbox" | "delays">,
  canDeliver?: () => boolean,
): Promise<void> {
  const queued = { ...dependencies, inbox, outbox };
  inbox.start(createParleyEventHandler(queued), tellNotShown(queued), {
    goesAhead: eventGoesAhead,
  });
  const delays = createDelayMarks(queued);
  outbox.start(createSlackEventHandler({ ...queued, delays }), tellDeadReply(queued), {
    onDelay: delays.onDelay,
    goesAhead: replyGoesAhead,
  });
  await claims.start([inbox, outbox], canDeliver);
}
