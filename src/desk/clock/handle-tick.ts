import { type Clock, type Conversation, clockOf, isSameClock } from "../../bridge/conversation.ts";
import type { Desk } from "../../bridge/desk-ports.ts";
import { BEHIND_MESSAGES, userLane } from "../../bridge/inbox-lanes.ts";
import type { Conversations } from "../../bridge/ports.ts";
import type { ClockBody } from "../../bridge/stored/clock-body.ts";
import type { InboxBody } from "../../bridge/stored/inbox-body.ts";
import type { OutboxBody } from "../../bridge/stored/outbox-body.ts";
import type { DeskRules } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import type { Handler, Lanes, Work } from "../../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey, type ServiceId, type Thread } from "../../ids.ts";
import { afterOpenMs } from "../hours.ts";
import { type ClockStep, dueSteps, NOTHING_DONE, stepsOf } from "./clock-steps.ts";
import { withNextTick } from "./set-clock.ts";
import { tickItem } from "./tick-item.ts";

export interface TickDependencies {
  conversations: Pick<Conversations, "byId" | "update">;
  desk: Pick<Desk, "rulesOf" | "opensAt">;
  clock: Pick<Lanes<ClockBody>, "append">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  outbox: Pick<Lanes<OutboxBody>, "append" | "isWaiting">;
  /** Where the desk hands Users back to. */
  botService: ServiceId;
  now: () => number;
}

/** A step that comes so late comes after a downtime. */
const LATE_MS = 60_000;
/** So long what agents wrote meanwhile is read back first. */
export const READ_BACK_MS = 120_000;
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
    const { thread, clock: running } = conversation;
    const rules = desk.rulesOf(conversation);
    const sofar = isSameClock(running, clock) ? running.done : NOTHING_DONE;
    const { due, done } = dueSteps(
      stepsOf(clock, conversation, rules),
      { ...clock, done: sofar },
      rules.hours,
      now(),
    );
    if (!thread) return await setNext(work, { of: clock, done: sofar }, dependencies);
    if (due.length > 0 && !running.late && now() - momentOf(clock, done, rules.hours) > LATE_MS) {
      const next = { of: clock, done: sofar, at: now() + READ_BACK_MS };
      return await setNext(work, next, dependencies);
    }
    if (due.length > 0 && (await dependencies.outbox.isWaiting(makeThreadKey(thread)))) {
      return await setNext(work, { of: clock, done: sofar, at: now() + REPLY_MS }, dependencies);
    }
    for (const step of due) await begin(step, conversation, clock, thread, dependencies);
    await showWaiting(work, conversation, dependencies);
    await setNext(work, { of: clock, done }, dependencies);
  };

/** When a clock had run for so long, in opening hours. */
const momentOf = ({ since }: Clock, ms: number, hours: DeskRules["hours"]): number =>
  (ms === 0 ? since : afterOpenMs(hours, since, ms)) ?? since;

async function setNext(
  { item }: Work<ClockBody>,
  next: Parameters<typeof withNextTick>[1],
  { conversations, desk, clock, now }: TickDependencies,
): Promise<void> {
  const { conversation: id, tick } = item.body;
  const after = await conversations.update(id, (conversation) =>
    conversation.clock?.tick === tick
      ? withNextTick(conversation, next, desk.rulesOf(conversation), now())
      : conversation,
  );
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
  { afterMs, deed }: ClockStep,
  conversation: Conversation,
  clock: Clock,
  thread: Thread,
  { desk, inbox, outbox, botService, now }: TickDependencies,
): Promise<void> {
  const { id, userId, claim } = conversation;
  const { kind, since } = clock;
  const item = makeDerivedItemId(id, `${kind} ${since} ${afterMs} ${JSON.stringify(deed)}`);
  const about = { conversation: id, clock: { kind, since } };
  const toUsersLane = (body: InboxBody) => inbox.append({ lane: userLane(userId), id: item, body });
  // Behind the replies that wait there.
  const toThreadsLane = (body: OutboxBody) =>
    outbox.append({ lane: makeThreadKey(thread), id: item, body });
  if ("remind" in deed) await toUsersLane({ kind: "remind", ...about, whom: deed.remind });
  else if ("release" in deed) {
    if (claim) await toUsersLane({ kind: "release", ...about, from: claim.by, at: now() });
  } else if ("tellUser" in deed)
    await toThreadsLane({ kind: "tell-user", ...about, text: deed.tellUser });
  else {
    const opens = deed.handBack === "outside_hours" ? desk.opensAt(conversation, now()) : undefined;
    const request = {
      thread,
      to: botService,
      reason: deed.handBack,
      onlyIfClock: about.clock,
      ...defined({ opensAt: opens?.at }),
    };
    await toThreadsLane({ kind: "hand-back", request });
  }
}

/** The root says anew for how long the User waits. */
async function showWaiting(
  { item }: Work<ClockBody>,
  { id, userId, waitingSince }: Conversation,
  { inbox }: TickDependencies,
): Promise<void> {
  if (waitingSince === undefined) return;
  await inbox.append({
    lane: userLane(userId),
    id: makeDerivedItemId(item.id, "root"),
    sort: BEHIND_MESSAGES,
    body: { kind: "root", conversation: id },
  });
}
