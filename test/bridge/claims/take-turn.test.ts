import { describe, expect, it } from "vitest";
import type { AgentsInTurn } from "../../../src/bridge/desk-ports.ts";
import { takenOver } from "../../../src/bridge/ownership/taken-over.ts";
import { NetworkError } from "../../../src/errors.ts";
import { dieAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, EVE } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

/** Anna and Ben, one after the other, as it is kept for all replicas. */
function inTurn(): AgentsInTurn {
  let last = "U0BEN";
  return {
    next: () => Promise.resolve(last === "U0ANNA" ? "U0BEN" : "U0ANNA"),
    async passed(_, agent) {
      last = agent;
    },
  };
}

const options = () => ({ rules: { assign: "round-robin" as const }, agentsInTurn: inTurn() });
const claimants = async (bridge: Bridge) => [
  (await bridge.conversation(ADA))?.claim?.by,
  (await bridge.conversation(EVE))?.claim?.by,
];

describe("Users who are given to agents in turn", () => {
  it("have one each, of which the thread and a direct message tell", async () => {
    const bridge = await startBridge(options());
    await bridge.handover();
    await bridge.handover({ user: EVE });
    await bridge.settled();
    expect(await claimants(bridge)).toEqual(["U0ANNA", "U0BEN"]);
    expect(bridge.thread(ADA)).toEqual([
      ":point_right: It is the turn of <@U0ANNA> to answer this User.",
    ]);
    expect(bridge.slack.direct.map(({ to }) => to)).toEqual(["U0ANNA", "U0BEN"]);
  });

  it("are nobody's where the team has no turns, or nobody is there", async () => {
    const none = await startBridge({ agentsInTurn: inTurn() });
    await none.handover();
    const empty = await startBridge({ rules: { assign: "round-robin" } });
    await empty.handover();
    for (const bridge of [none, empty]) {
      await bridge.settled();
      expect((await bridge.conversation())?.claim).toBeUndefined();
      expect(bridge.thread()).toEqual([]);
    }
  });

  it("stay with whoever took them over, and with whoever was faster", async () => {
    const bridge = await startBridge(options());
    await bridge.handover({ metadata: takenOver("Carla", undefined) });
    await bridge.settled();
    const next = bridge.calls.hang("agentsInTurn.next");
    await bridge.handover({ user: EVE });
    await bridge.agentWrites("Hello", { user: EVE, agent: "U0CARLA" });
    next();
    await bridge.settled();
    expect(await claimants(bridge)).toEqual([undefined, "U0CARLA"]);
    expect(bridge.slack.direct).toEqual([]);
  });

  it("wait for whoever takes them where Slack does not say for a minute who is there", async () => {
    const bridge = await startBridge(options());
    bridge.calls.fail("agentsInTurn.next", new NetworkError("away"), { times: 1_000 });
    await bridge.handover();
    await bridge.later(120_000);
    bridge.calls.heal();
    await bridge.settled();
    expect((await bridge.conversation())?.claim).toBeUndefined();
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  });

  it("have waited since before the team was there, or since its last hour", async () => {
    const times = [Date.UTC(2026, 10, 30, 10), Date.UTC(2026, 10, 30, 12)] as const;
    const days = [
      { from: 10 * 60, to: 11 * 60 },
      { from: 12 * 60, to: 17 * 60 },
    ];
    const hours = { timezone: "UTC", days: Array.from({ length: 7 }, () => days), closed: [] };
    let isSomebodyThere = true;
    const agentsInTurn: AgentsInTurn = {
      next: () => Promise.resolve(isSomebodyThere && Date.now() >= times[0] ? "U0ANNA" : undefined),
      passed: () => Promise.resolve(),
    };
    const bridge = await startBridge({ rules: { assign: "round-robin", hours }, agentsInTurn });
    await bridge.handover();
    await bridge.later(times[0] - Date.now() - 60_000);
    expect(await claimants(bridge)).toEqual([undefined, undefined]);
    await bridge.later(120_000);
    expect((await claimants(bridge))[0]).toBe("U0ANNA");
    isSomebodyThere = false;
    await bridge.handover({ user: EVE });
    await bridge.skip(times[1] - Date.now() + 10 * 60_000);
    isSomebodyThere = true;
    await bridge.crashAndRestart();
    await bridge.later(180_000);
    expect((await claimants(bridge))[1]).toBe("U0ANNA");
  });

  it("get an agent of the team to which they are moved", async () => {
    const teams = [
      { name: "Support", channel: CHANNEL },
      { name: "Billing", channel: BILLING_CHANNEL },
    ] as const;
    const bridge = await startBridge({ ...options(), teams });
    await bridge.handover();
    await bridge.agentMoves("Billing");
    await bridge.settled();
    expect((await bridge.conversation())?.claim?.by).toBe("U0BEN");
  });
});

const oneEach = (): Story => ({
  options: options(),
  play: (bridge) =>
    bridge.atOnce(async () => {
      await bridge.handover();
      await bridge.handover({ user: EVE });
    }),
  async check(bridge) {
    // Where it dies right before it is kept whose turn it was the next one may get both; nobody gets none.
    for (const user of [ADA, EVE]) {
      expect((await bridge.conversation(user))?.claim?.by).toMatch(/U0ANNA|U0BEN/);
      expect(bridge.thread(user)).toHaveLength(1);
    }
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  },
});

it.each(["before", "after", "unsynced"] as const)(
  "gives each of two Users to one agent, killed at any step: %s",
  async (when) => {
    expect(await dieAtEveryStep(oneEach(), when)).toBeGreaterThan(10);
  },
);
