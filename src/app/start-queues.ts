import { createDelayMarks } from "../bridge/delay-marks.ts";
import { createParleyEventHandler, type InboxDependencies } from "../bridge/handle-parley-event.ts";
import { createSlackEventHandler, type OutboxDependencies } from "../bridge/handle-slack-event.ts";
import { tellDeadReply } from "../bridge/to-parley/tell-dead-reply.ts";
import { tellNotShown } from "../bridge/to-slack/tell-not-shown.ts";
import type { Queues } from "./open-queues.ts";

/** Begins to handle both queues, what is left of earlier runs first. */
export async function startQueues(
  { inbox, outbox }: Queues,
  dependencies: Omit<InboxDependencies & OutboxDependencies, "inbox" | "outbox" | "delays">,
): Promise<void> {
  const queued = { ...dependencies, inbox, outbox };
  await inbox.start(createParleyEventHandler(queued), tellNotShown(queued));
  const delays = createDelayMarks(queued);
  await outbox.start(
    createSlackEventHandler({ ...queued, delays }),
    tellDeadReply(queued),
    delays.onDelay,
  );
}
