import {
  type BotEventDependencies,
  createBotEventHandler,
} from "../bridge/bot-events/handle-bot-event.ts";
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
import { type TellNotShownDependencies, tellNotShown } from "../bridge/to-slack/tell-not-shown.ts";
import type { Claims } from "../delivery/claims.ts";
import { createTickHandler, type TickDependencies } from "../desk/clock/handle-tick.ts";
import type { Queues } from "./open-queues.ts";

/** Begins to handle the lanes of all queues that are ours, what is left of earlier runs first. */
export async function startQueues(
  { inbox, outbox, clock, bot }: Queues,
  claims: Pick<Claims, "start">,
  dependencies: Omit<
    InboxDependencies &
      TellNotShownDependencies &
      OutboxDependencies &
      TickDependencies &
      BotEventDependencies,
    keyof Queues | "delays"
  >,
  canDeliver?: () => boolean,
): Promise<void> {
  const queued = { ...dependencies, inbox, outbox, clock, bot };
  inbox.start(createParleyEventHandler(queued), tellNotShown(queued), {
    goesAhead: eventGoesAhead,
  });
  const delays = createDelayMarks(queued);
  outbox.start(createSlackEventHandler({ ...queued, delays }), tellDeadReply(queued), {
    onDelay: delays.onDelay,
    goesAhead: replyGoesAhead,
  });
  clock.start(createTickHandler(queued), NOBODY_IS_TOLD);
  bot.start(createBotEventHandler(queued), NOBODY_IS_TOLD);
  await claims.start([inbox, outbox, clock, bot], canDeliver);
}

/** A tick that fails for good is set anew, see `FollowedConversations`; an event to the bot concerns nobody in Slack. */
const NOBODY_IS_TOLD = {
  prepare: () => Promise.resolve(undefined),
  tell: () => Promise.resolve(),
};
