import { isAnswerOnItsWay } from "../../bridge/answer-on-its-way.ts";
import type { BotReceiver } from "../../bridge/bot-events/bot-event.ts";
import { waitingEvent } from "../../bridge/bot-events/event-items.ts";
import { askForTurn } from "../../bridge/claims/ask-for-turn.ts";
import type { Clock, RunningClock } from "../../bridge/clock.ts";
import { clockOf } from "../../bridge/clock-of.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import type { Desk } from "../../bridge/desk-ports.ts";
import {
  isSameLease,
  type Lease,
  leaseEndsAt,
  runningLease,
  withLeaseTried,
} from "../../bridge/handovers/lease.ts";
import { type HearFirstDependencies, hearFirst } from "../../bridge/hear-first.ts";
import { BEHIND_MESSAGES, userLane } from "../../bridge/inbox-lanes.ts";
import type { Conversations } from "../../bridge/ports.ts";
import type { BotEventBody } from "../../bridge/stored/bot-event-body.ts";
import type { ClockBody } from "../../bridge/stored/clock-body.ts";
import type { InboxBody } from "../../bridge/stored/inbox-body.ts";
import type { OutboxBody } from "../../bridge/stored/outbox-body.ts";
import type { DeskRules } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import type { Handler, Lanes, Work } from "../../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey, type ServiceId } from "../../ids.ts";
import { afterOpenMs } from "../hours.ts";
import { againAt, type ClockStep, dueSteps, stepsOf } from "./clock-steps.ts";
import { progressOf, withNextTick } from "./set-clock.ts";
import { conversationLane, tickItem } from "./tick-item.ts";

export interface TickDependencies extends HearFirstDependencies {
  conversations: Pick<Conversations, "byId" | "update">;
  desk: Pick<Desk, "rulesOf" | "teamOf" | "opensAt">;
  clock: Pick<Lanes<ClockBody>, "append">;
  bot: Pick<Lanes<BotEventBody>, "append">;
  receiver: Pick<BotReceiver, "isOn">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  outbox: Pick<Lanes<OutboxBody>, "append" | "waitingIn">;
  /** Where the desk hands Users back to. */
  botService: ServiceId;
}

/** After a downtime Slack and Parley have so long to tell once more what nobody was there for. */
export const HEAR_MS = 120_000;
/** So long a reply that is on its way may take before it is looked for again. */
const REPLY_MS = 60_000;

/**
 * Handles the ticks of clocks. One looks at the conversation as it is now, appends what is to be done to the lanes of those who
 * do it, who look again, and sets the next tick. Each step has an id of its own, so it is done once.
 */
export const createTickHandler =
  (dependencies: TickDependencies): Handler<ClockBody> =>
  async (work) => {
    const { conversations, desk, now } = dependencies;
    const { conversation: id, tick } = work.item.body;
    const conversation = await conversations.byId(id);
    if (!conversation?.clock) return;
    if (conversation.clock.tick === tick + 1) return await appendNext(conversation, dependencies);
    if (conversation.clock.tick !== tick) return;
    const clock = clockOf(conversation);
    if (!clock) return;
    const { clock: running } = conversation;
    const rules = desk.rulesOf(conversation);
    const of = progressOf(running, clock, rules, now());
    const { due, done } = dueSteps(stepsOf(clock, conversation, rules), of, rules.hours, now());
    const again = of.failed && now() >= againAt(of.failed) ? of.failed : undefined;
    const steps = [...due, ...(again ? [stepAgain(again)] : [])];
    const lease = dueLease(conversation, now());
    const isAnythingDue = steps.length > 0 || lease !== undefined;
    // A tick may have been set for something else, or in place of one that had to wait.
    const dueAt = Math.max(
      running.next ?? now(),
      ...steps.map((step) => momentOf(step, of, rules)),
      ...(lease ? [leaseEndsAt(lease)] : []),
    );
    if (isAnythingDue && (await hearFirst(work, dueAt, conversation, dependencies))) {
      return await setNext(work, { of, at: now() + HEAR_MS }, dependencies);
    }
    if (isAnythingDue && (await isAnswerOnItsWay(conversation, dependencies))) {
      return await setNext(work, { of, at: now() + REPLY_MS }, dependencies);
    }
    for (const step of steps) await begin(step, conversation, clock, dependencies);
    if (lease) await endLease(lease, conversation, dependencies);
    await showWaiting(work, conversation, dependencies);
    const failed = again && { ...again, tried: again.tried + 1, at: now() };
    const next = { of: { ...of, done, ...defined({ failed }) }, ...defined({ lease }) };
    await setNext(work, next, dependencies);
  };

function dueLease(conversation: Conversation, now: number): Lease | undefined {
  const lease = runningLease(conversation);
  return lease && leaseEndsAt(lease) <= now ? lease : undefined;
}

const momentOf = (
  { afterMs, again }: ClockStep,
  { since, failed }: ReturnType<typeof progressOf>,
  { hours }: DeskRules,
): number => {
  if (again !== undefined && failed) return againAt(failed);
  return (afterMs === 0 ? since : afterOpenMs(hours, since, afterMs)) ?? since;
};

const stepAgain = ({ handBack, tried }: NonNullable<RunningClock["failed"]>): ClockStep => ({
  afterMs: 0,
  deed: { handBack },
  again: tried,
});

async function setNext(
  { item }: Work<ClockBody>,
  { lease, ...next }: Parameters<typeof withNextTick>[1] & { readonly lease?: Lease },
  { conversations, desk, clock, now }: TickDependencies,
): Promise<void> {
  const { conversation: id, tick } = item.body;
  const after = await conversations.update(id, (conversation) => {
    if (conversation.clock?.tick !== tick) return conversation;
    const tried = lease ? withLeaseTried(conversation, lease, now()) : conversation;
    return withNextTick(tried, next, desk.rulesOf(conversation), now());
  });
  // Of a later one whoever set it takes care.
  if (after?.clock?.tick === tick + 1) await appendNext(after, { clock });
}

/** Also after a crash between its record and this. */
async function appendNext(
  conversation: Conversation,
  { clock }: Pick<TickDependencies, "clock">,
): Promise<void> {
  const next = tickItem(conversation);
  if (next) await clock.append(next);
}

/** Has a step done by those who do such things. */
async function begin(
  { afterMs, deed, again }: ClockStep,
  conversation: Conversation,
  clock: Clock,
  dependencies: TickDependencies,
): Promise<void> {
  const { desk, inbox, outbox, bot, receiver, botService, now } = dependencies;
  const { id, userId, claim, thread } = conversation;
  const { kind, since } = clock;
  const name = `${kind} ${since} ${afterMs} ${JSON.stringify(deed)}`;
  const item = makeDerivedItemId(id, again === undefined ? name : `${name} again ${again}`);
  const about = { conversation: id, clock: { kind, since } };
  // It is no barrier between what the User wrote.
  const toUsersLane = (body: InboxBody) =>
    inbox.append({ lane: userLane(userId), id: item, sort: BEHIND_MESSAGES, body });
  // Behind the replies that wait there. Without a thread, which Slack may keep from opening, there are none.
  const lane = thread ? makeThreadKey(thread) : conversationLane(id);
  const toThreadsLane = (body: OutboxBody) => outbox.append({ lane, id: item, body });
  if ("turn" in deed) await askForTurn(conversation, `${kind} ${since}`, { desk, inbox });
  else if ("remind" in deed)
    await toUsersLane({ kind: "remind", ...about, step: afterMs, whom: deed.remind });
  else if ("release" in deed) {
    if (claim) await toUsersLane({ kind: "release", ...about, from: claim.by, at: now() });
  } else if ("tellUser" in deed)
    await toThreadsLane({ kind: "tell-user", ...about, step: afterMs, text: deed.tellUser });
  else {
    const opens = deed.handBack === "outside_hours" ? desk.opensAt(conversation, now()) : undefined;
    const request = {
      conversation: id,
      to: botService,
      reason: deed.handBack,
      onlyIfClock: about.clock,
      ...defined({ opensAt: opens?.at }),
    };
    await toThreadsLane({ kind: "hand-back", request });
  }
  const isTold = "remind" in deed || "tellUser" in deed || "handBack" in deed;
  if (kind === "waiting" && again === undefined && isTold && receiver.isOn()) {
    const step = { since, afterMs, ...deed, at: now() };
    await bot.append(waitingEvent(item, conversation, step, desk));
  }
}

/** Nobody has answered in the time that the handover gave. One that does not work is begun again, see {@link leaseEndsAt}. */
async function endLease(
  lease: Lease,
  { id, thread }: Conversation,
  { outbox, botService }: TickDependencies,
): Promise<void> {
  const { handover, since, tried = 0 } = lease;
  const lane = thread ? makeThreadKey(thread) : conversationLane(id);
  const waiting = await outbox.waitingIn(lane);
  const isTried = waiting.some(
    (body) => body.kind === "hand-back" && isSameLease(body.request.onlyIfLease, lease),
  );
  if (isTried) return;
  const request = {
    conversation: id,
    to: botService,
    reason: "expired",
    onlyIfLease: { handover, since },
  } as const;
  await outbox.append({
    lane,
    id: makeDerivedItemId(id, `lease ${handover} ${since} ${tried}`),
    body: { kind: "hand-back", request },
  });
}

/** The root says anew for how long the User waits. */
async function showWaiting(
  { item }: Work<ClockBody>,
  { id, userId, thread, waitingSince }: Conversation,
  { inbox }: TickDependencies,
): Promise<void> {
  if (!thread || waitingSince === undefined) return;
  await inbox.append({
    lane: userLane(userId),
    id: makeDerivedItemId(item.id, "root"),
    sort: BEHIND_MESSAGES,
    body: { kind: "root", conversation: id },
  });
}
