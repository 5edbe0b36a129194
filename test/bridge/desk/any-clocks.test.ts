import fc from "fast-check";
import { expect } from "vitest";
import { clockOf } from "../../../src/bridge/clock-of.ts";
import type { DeskRules } from "../../../src/config/desk-rules.ts";
import { NetworkError } from "../../../src/errors.ts";
import { holds } from "../../support/property.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const MINUTE_MS = 60_000;

const rules: Partial<DeskRules> = {
  waiting: [
    { afterMs: 3 * MINUTE_MS, remind: "thread" },
    { afterMs: 6 * MINUTE_MS, tellUser: "waiting" },
  ],
  silent: { afterMs: 10 * MINUTE_MS, release: true },
  idle: [{ afterMs: 15 * MINUTE_MS, tellUser: "still-there" }],
};

/** Open for a quarter, closed for a quarter: many of the moments are at an edge. */
const QUARTERS: Partial<DeskRules> = {
  ...rules,
  hours: {
    timezone: "UTC",
    days: Array.from({ length: 7 }, () =>
      Array.from({ length: 48 }, (_, half) => ({ from: half * 30, to: half * 30 + 15 })),
    ),
    closed: [],
  },
};

type Step =
  | {
      readonly does: "user" | "agent" | "take" | "release" | "crash" | "parley-away" | "slack-away";
    }
  | { readonly does: "later" | "down" | "answered-meanwhile"; readonly minutes: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom<Step>(
        { does: "user" },
        { does: "agent" },
        { does: "take" },
        { does: "release" },
      ),
    },
    {
      weight: 5,
      arbitrary: fc
        .integer({ min: 1, max: 12 })
        .map((minutes): Step => ({ does: "later", minutes })),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Step>(
        { does: "crash" },
        { does: "parley-away" },
        { does: "slack-away" },
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("down", "answered-meanwhile"), fc.integer({ min: 1, max: 40 }))
        .map(([does, minutes]): Step => ({ does, minutes })),
    },
  ),
  { minLength: 3, maxLength: 14 },
);

/** How often each thing was done. */
const seen = (bridge: Bridge) => {
  const thread = bridge.thread();
  const count = (texts: readonly string[], what: RegExp) =>
    texts.filter((text) => what.test(text)).length;
  return {
    reminded: count(thread, /^:bell: .*nobody has answered/),
    claimantReminded: count(thread, /^:bell: .*for an answer/),
    released: count(thread, /^:wave: .* has not answered/),
    thanked: count(bridge.sent(), /^Thank you for waiting/),
    asked: count(bridge.sent(), /^Are you still there/),
    closed: count(bridge.sent(), /We are not here/),
  };
};

async function play(bridge: Bridge, all: readonly Step[]) {
  let isWaiting = true;
  const periods = { waiting: 1, silent: 0, idle: 0 };
  for (const [n, step] of all.entries()) {
    const before = seen(bridge);
    const claimant = (await bridge.conversation())?.claim?.by;
    switch (step.does) {
      case "user":
        await bridge.userWrites(`User ${n}`);
        if (!isWaiting) periods[claimant ? "silent" : "waiting"] += 1;
        isWaiting = true;
        break;
      case "agent":
        // What they have not seen they have not answered.
        await bridge.settled();
        await bridge.agentWrites(`Agent ${n}`);
        await bridge.settled();
        isWaiting = false;
        periods.idle += 1;
        break;
      case "take":
        await bridge.agentClaims({ by: "U0ANNA", to: "U0ANNA", ...expecting(claimant) });
        periods.silent += 1;
        break;
      case "release":
        if (!claimant) break;
        await bridge.agentClaims({ by: "U0ANNA", expects: claimant });
        periods.waiting += 1;
        break;
      case "later":
        await bridge.later(step.minutes * MINUTE_MS);
        break;
      case "down":
        await bridge.skip(step.minutes * MINUTE_MS);
        await bridge.crashAndRestart();
        break;
      case "answered-meanwhile":
        await bridge.settled();
        await bridge.agentWrites(`Agent ${n}`, { unheard: true });
        await bridge.skip(step.minutes * MINUTE_MS);
        await bridge.crashAndRestart();
        // It is heard of with the next round, if nothing is due before.
        await bridge.later(10 * MINUTE_MS);
        await bridge.settled();
        isWaiting = false;
        periods.idle += 1;
        break;
      case "crash":
        await bridge.crashAndRestart();
        break;
      case "parley-away":
        bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 2 });
        break;
      case "slack-away":
        bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 2 });
        break;
    }
    const after = seen(bridge);
    if (!isWaiting && step.does !== "agent") {
      const { asked: _, ...waited } = after;
      const { asked: __, ...waitedBefore } = before;
      expect(waited, `after an answer, at step ${n}`).toEqual(waitedBefore);
    }
    const conversation = await bridge.conversation();
    if (conversation?.clock) expect(conversation.clock).toMatchObject(clockOf(conversation) ?? {});
  }
  return { isWaiting, periods };
}

const expecting = (claimant: string | undefined) => (claimant ? { expects: claimant } : {});

holds(
  "whatever happens in whichever order, on one replica or two: each step once at most, none after an answer, and one clock runs",
  fc.tuple(steps, fc.boolean(), fc.constantFrom(1, 2)),
  async ([all, hasHours, replicas]) => {
    const bridge = await startBridge({
      replicas,
      rules: hasHours ? QUARTERS : rules,
      reconcileEveryMs: 10 * MINUTE_MS,
    });
    await bridge.handover();
    const { isWaiting, periods } = await play(bridge, all);

    const done = seen(bridge);
    const waits = periods.waiting + done.released;
    expect(done.reminded).toBeLessThanOrEqual(waits);
    expect(done.thanked).toBeLessThanOrEqual(waits);
    expect(done.claimantReminded).toBeLessThanOrEqual(periods.silent);
    expect(done.released).toBeLessThanOrEqual(periods.silent);
    expect(done.asked).toBeLessThanOrEqual(periods.idle);
    expect(done.closed).toBe(0);

    // Nobody is forgotten: in so long everything comes that has to.
    await bridge.later(60 * MINUTE_MS);
    const { reminded, thanked, asked } = seen(bridge);
    if (isWaiting) expect(reminded + thanked).toBeGreaterThan(0);
    else expect(asked).toBeGreaterThan(0);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  },
  { runs: 25 },
);
