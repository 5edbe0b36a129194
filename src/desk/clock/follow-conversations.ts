import { isSameClock } from "../../bridge/clock.ts";
import { clockOf } from "../../bridge/clock-of.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import type { Desk } from "../../bridge/desk-ports.ts";
import { BEHIND_MESSAGES, userLane } from "../../bridge/inbox-lanes.ts";
import type { Conversations } from "../../bridge/ports.ts";
import type { ClockBody } from "../../bridge/stored/clock-body.ts";
import type { InboxBody } from "../../bridge/stored/inbox-body.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import { makeDerivedItemId } from "../../ids.ts";
import { errorFields, type Log } from "../../log.ts";
import { HEAR_MS } from "./handle-tick.ts";
import { CLAIMED_MS, shownBy } from "./root-moments.ts";
import { withClock } from "./set-clock.ts";
import { tickId, tickItem } from "./tick-item.ts";

export interface FollowDependencies {
  desk: Pick<Desk, "rulesOf">;
  clock: Pick<Lanes<ClockBody>, "append" | "cancel" | "find">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  now: () => number;
  log: Log;
}

/** Conversations whose clocks run, and whose roots tell who answers and who waits. */
export interface FollowedConversations extends Conversations {
  /**
   * Sets the clock of a conversation that was left without its next tick: a crash came in between, its rules have changed, or an
   * earlier version has stored it. Safe to repeat.
   */
  settle(conversation: Conversation): Promise<void>;
}

/**
 * Follows what becomes of conversations, whoever changes them: with the change itself the clock that runs now is recorded, and
 * after it its tick waits in the queue, and the root is to show what is new. That is only a wake-up call. The record is what
 * counts, and {@link FollowedConversations.settle} makes up for what a crash left out; so a failure of it does not fail the change.
 */
export function followConversations(
  conversations: Conversations,
  dependencies: FollowDependencies,
): FollowedConversations {
  const { desk, clock, now, log } = dependencies;

  async function announce(before: Conversation, after: Conversation): Promise<void> {
    try {
      await setTick(before, after, dependencies);
      await showNews(before, after, dependencies);
    } catch (error) {
      log.warn({ conversation: after.id, ...errorFields(error) }, "clock.not-set");
    }
  }

  return {
    ...conversations,

    async create(conversation) {
      const set = withClock(conversation, desk.rulesOf(conversation), now());
      await conversations.create(set);
      void announce(conversation, set);
    },

    async update(id, change) {
      let before: Conversation | undefined;
      const after = await conversations.update(id, (conversation) => {
        before = conversation;
        const changed = change(conversation);
        return isSameTime(conversation, changed)
          ? changed
          : withClock(changed, desk.rulesOf(changed), now());
      });
      if (before && after && before !== after) void announce(before, after);
      return after;
    },

    async settle({ id }) {
      let before: Conversation | undefined;
      const current = await conversations.byId(id);
      const tick = current?.clock?.tick ?? 0;
      const item = current && tickItem(current);
      const waits = item && (await clock.find(item.id).catch(() => undefined))?.state === "waiting";
      const after = await conversations.update(id, (conversation) => {
        before = conversation;
        // It has gone on meanwhile.
        if ((conversation.clock?.tick ?? 0) !== tick) return conversation;
        if (waits && isSoon(conversation, now())) return conversation;
        const given = answeredNow(waits ? conversation : withoutTick(conversation), now());
        const set = withClock(given, desk.rulesOf(conversation), now());
        const isSame = JSON.stringify(set.clock) === JSON.stringify(conversation.clock);
        return isSame ? conversation : set;
      });
      if (before && after && before !== after) await setTick(before, after, dependencies);
    },
  };
}

/** Nothing that the clock goes by is different. */
const isSameTime = (before: Conversation, after: Conversation): boolean =>
  before === after ||
  (isSameClock(clockOf(before), clockOf(after)) &&
    before.team === after.team &&
    before.clock?.failed === after.clock?.failed &&
    before.lease === after.lease &&
    (before.thread === undefined) === (after.thread === undefined));

/** Its next tick comes soon, perhaps instead of a late one. */
const isSoon = (conversation: Conversation, now: number): boolean =>
  conversation.clock?.next !== undefined &&
  conversation.clock.next - now <= HEAR_MS &&
  isSameClock(conversation.clock, clockOf(conversation));

/** An earlier version has not stored when agents answered last, so that counts from now on: nobody is taken for silent. */
const answeredNow = (conversation: Conversation, now: number): Conversation =>
  conversation.clock || conversation.waitingSince !== undefined || conversation.lastAnswerAt
    ? conversation
    : { ...conversation, lastAnswerAt: now };

/** The tick that it has does not come. */
function withoutTick(conversation: Conversation): Conversation {
  if (!conversation.clock) return conversation;
  const { next: _, ...clock } = conversation.clock;
  return { ...conversation, clock };
}

async function setTick(
  before: Conversation,
  after: Conversation,
  { clock }: FollowDependencies,
): Promise<void> {
  if (before.clock?.tick === after.clock?.tick) return;
  const item = tickItem(after);
  if (item) await clock.append(item);
  if (before.clock?.next !== undefined) await clock.cancel(tickId(before.id, before.clock.tick));
}

async function showNews(
  before: Conversation,
  after: Conversation,
  { inbox, now }: FollowDependencies,
): Promise<void> {
  const { id, userId, waitingSince, lastAnswerAt } = after;
  const { waitingSince: waited } = before;
  const [firstShown = 0] = CLAIMED_MS;
  const hadWaited =
    waited !== undefined && waitingSince === undefined && now() - waited >= firstShown;
  // The end is shown by whoever ends it; and a root that is posted later shows all there is.
  if (after.state !== "open" || !after.thread) return;
  if (shownBy(before) === shownBy(after) && !hadWaited) return;
  const news = JSON.stringify([shownBy(after), after.claim?.since, lastAnswerAt]);
  await inbox.append({
    lane: userLane(userId),
    id: makeDerivedItemId(id, `root ${news}`),
    sort: BEHIND_MESSAGES,
    body: { kind: "root", conversation: id },
  });
}
