import { describe, expect, it } from "vitest";
import type { BotEvent, BotReceiver } from "../../../src/bridge/bot-events/bot-event.ts";
import { NetworkError } from "../../../src/errors.ts";
import { dieAtEveryStep, dieTwiceAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

/** A bot that dedupes by the id of the event, as the form of the requests asks of it. */
function createBot() {
  const events = new Map<string, BotEvent>();
  const arrivals: string[] = [];
  const receiver: BotReceiver = {
    isOn: () => true,
    tell(id, event) {
      arrivals.push(id);
      const known = events.get(id);
      if (known) expect(event).toEqual(known);
      else events.set(id, event);
      return Promise.resolve();
    },
  };
  const types = () => [...events.values()].map(({ type }) => type.replace("handover.", ""));
  const last = () => [...events.values()].at(-1)?.data;
  return { receiver, events, arrivals, types, last };
}

const LADDER = {
  waiting: [
    { afterMs: 60_000, remind: "thread" as const },
    { afterMs: 120_000, tellUser: "waiting" },
  ],
};

const WHOLE = ["accepted", "waiting", "waiting", "claimed", "answered", "completed"];

async function play(bridge: Bridge): Promise<void> {
  await bridge.handover({ metadata: { reason: "damaged_parcel" } });
  await bridge.later(60_000);
  await bridge.later(60_000);
  await bridge.agentWrites("Sorry to hear that");
  await bridge.agentHandsBack({ note: "Refund is booked" });
}

/** The same story with a bot of its own each time that it is told. */
function toldTo(given: { replicas?: number } = {}): Story {
  let bot = createBot();
  const receiver: BotReceiver = {
    isOn: () => true,
    tell: (id, event) => bot.receiver.tell(id, event),
  };
  return {
    options: { ...given, receiver, rules: LADDER },
    before: () => {
      bot = createBot();
      return Promise.resolve();
    },
    play,
    async check(bridge) {
      await bridge.later(60_000);
      await bridge.settled();
      // A reply that may have gone is none until an agent says so.
      const { firstClaimAt, firstAnswerAt } = (await bridge.conversation()) ?? expect.unreachable();
      const never = [
        ...(firstClaimAt === undefined ? ["claimed"] : []),
        ...(firstAnswerAt === undefined ? ["answered"] : []),
      ];
      const told = [...bot.events.values()];
      const types = bot.types();
      const expected = WHOLE.filter((type) => ![...never, "waiting"].includes(type));
      expect(types.filter((type) => type !== "waiting").toSorted()).toEqual(expected.toSorted());
      // While no process was there nothing of the ladder has happened.
      expect(types.filter((type) => type === "waiting").length).toBeLessThanOrEqual(2);
      expect(told).toEqual(told.toSorted((a, b) => a.timestamp.localeCompare(b.timestamp)));
      expect(bot.types().at(-1)).toBe("completed");
    },
  };
}

describe("the bot is told", () => {
  it("each thing that becomes of a handover, once and in order", async () => {
    const bot = createBot();
    const bridge = await startBridge({ receiver: bot.receiver, rules: LADDER });
    await play(bridge);
    await bridge.settled();
    expect(bot.types()).toEqual(WHOLE);
    expect(bot.arrivals).toHaveLength(WHOLE.length);
    expect(bot.last()).toMatchObject({
      version: 1,
      userId: ADA,
      reason: "handed_back",
      note: "Refund is booked",
      endedBy: "Anna",
      agentMessages: 1,
    });
  });

  it.each(["before", "after", "unsynced"] as const)(
    "the same when the bridge is killed %s any step",
    async (when) => {
      expect(await dieAtEveryStep(toldTo(), when)).toBeGreaterThan(20);
    },
  );

  it("the same when the next process is killed too", async () => {
    expect(await dieTwiceAtEveryStep(toldTo())).toBeGreaterThan(20);
  });

  it("the same by several replicas, one of which is killed at any step", async () => {
    expect(await dieAtEveryStep(toldTo({ replicas: 2 }), "after")).toBeGreaterThan(20);
  });

  it("later, in order, what it did not take at first", async () => {
    const bot = createBot();
    let isDown = true;
    const tell: BotReceiver["tell"] = (...event) =>
      isDown ? Promise.reject(new NetworkError("refused")) : bot.receiver.tell(...event);
    const bridge = await startBridge({ receiver: { ...bot.receiver, tell }, rules: LADDER });
    await play(bridge);
    expect(bot.types()).toEqual([]);
    isDown = false;
    await bridge.settled();
    expect(bot.types()).toEqual(WHOLE);
  });

  it("nothing of what an agent wrote for another Service", async () => {
    const bot = createBot();
    const bridge = await startBridge({ receiver: bot.receiver });
    await bridge.handover({ metadata: { reason: "damaged_parcel" } });
    await bridge.agentHandsBack({ to: NIGHT.id, note: "For you", messageForUser: "Soon" });
    await bridge.settled();
    expect(bot.last()).toMatchObject({ to: { id: NIGHT.id }, note: null, summary: null });
    expect(JSON.stringify([...bot.events.values()])).not.toMatch(/For you|Soon/);
  });
});
