import { describe, expect, it } from "vitest";
import type { DeskRules } from "../../../src/config/desk-rules.ts";
import { NetworkError, ParleyApiError } from "../../../src/errors.ts";
import { makeKeyedHandoverId } from "../../../src/ids.ts";
import { dieAtEveryStep, dieTwiceAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const MINUTE_MS = 60_000;
const ALWAYS = { times: Number.POSITIVE_INFINITY };

/** Nobody but the lease hands the User back. */
const RULES: Partial<DeskRules> = { waiting: [{ afterMs: 3 * MINUTE_MS, remind: "thread" }] };

const said = (bridge: Bridge, what: RegExp): number =>
  bridge.thread().filter((text) => what.test(text)).length;

const EXPIRED = /Nobody answered in the time that the handover gave/;

const ownerOf = (bridge: Bridge) => bridge.parley.user(ADA).owner;

async function start(seconds: number, options = {}): Promise<Bridge> {
  const bridge = await startBridge({ rules: RULES, ...options });
  await bridge.handover({ key: "first", expiresInSeconds: seconds });
  return bridge;
}

const expectExpired = async (bridge: Bridge): Promise<void> => {
  expect(ownerOf(bridge)).toBe(BOT.id);
  expect(said(bridge, EXPIRED)).toBe(1);
  expect(await bridge.conversation()).toMatchObject({
    state: "handed-back",
    ending: { reason: "expired" },
  });
  expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
};

const expectOurs = async (bridge: Bridge): Promise<void> => {
  expect(ownerOf(bridge)).toBe(AGENTS.id);
  expect(said(bridge, EXPIRED)).toBe(0);
  expect((await bridge.conversation())?.state).toBe("open");
};

describe("a handover that expires", () => {
  it("is handed back at its time, and not before", async () => {
    const bridge = await start(600);
    await bridge.later(10 * MINUTE_MS - 5_000);
    await expectOurs(bridge);
    await bridge.later(6_000);
    await expectExpired(bridge);
    await bridge.later(120 * MINUTE_MS);
    await expectExpired(bridge);
  });

  it("is handed back although somebody has claimed it", async () => {
    const bridge = await start(600);
    await bridge.agentClaims({ by: "U0ANNA", to: "U0ANNA" });
    await bridge.userWrites("Hello?");
    await bridge.later(10 * MINUTE_MS + 1_000);
    await expectExpired(bridge);
  });

  it("is kept once an agent has answered", async () => {
    const bridge = await start(600);
    await bridge.later(9 * MINUTE_MS);
    await bridge.agentWrites("Hello");
    await bridge.userWrites("Are you there?");
    await bridge.later(60 * MINUTE_MS);
    await expectOurs(bridge);
  });

  it("is kept for an answer that is on its way", async () => {
    const bridge = await start(600);
    bridge.calls.fail("parley.send", new NetworkError("refused"), ALWAYS);
    await bridge.later(10 * MINUTE_MS - 2_000);
    await bridge.agentWrites("Hello");
    await bridge.later(5 * MINUTE_MS);
    await expectOurs(bridge);
    bridge.calls.heal();
    await bridge.later(20 * MINUTE_MS);
    expect(bridge.sent()).toEqual(["Hello"]);
    await expectOurs(bridge);
  });

  it("is kept for an answer that nobody heard of in a downtime", async () => {
    const bridge = await start(600, { reconcileEveryMs: 600_000 });
    await bridge.agentWrites("Here I am", { unheard: true });
    await bridge.skip(12 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(30 * MINUTE_MS);
    expect(bridge.sent()).toEqual(["Here I am"]);
    await expectOurs(bridge);
  });

  it("is handed back after a downtime in which nobody answered", async () => {
    const bridge = await start(600, { reconcileEveryMs: 600_000 });
    await bridge.skip(12 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(3 * MINUTE_MS);
    await expectExpired(bridge);
  });

  it("waits for no opening hours", async () => {
    const never = { timezone: "UTC", days: [[], [], [], [], [], [], []], closed: [] };
    const bridge = await start(600, { rules: { hours: never } });
    await bridge.later(10 * MINUTE_MS + 1_000);
    await expectExpired(bridge);
  });

  it("is handed back where Slack keeps the thread from opening", async () => {
    const bridge = await startBridge({ rules: RULES });
    bridge.calls.fail("posts.post", new NetworkError("refused"), ALWAYS);
    await bridge.handover({ key: "first", expiresInSeconds: 120 });
    await bridge.later(3 * MINUTE_MS);
    expect(ownerOf(bridge)).toBe(BOT.id);
  });

  it("is tried again where Parley does not take the User, and the leads hear of it once", async () => {
    const bridge = await start(600);
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, ["no"]), ALWAYS);
    await bridge.later(45 * MINUTE_MS);
    expect(ownerOf(bridge)).toBe(AGENTS.id);
    expect(said(bridge, /could not be handed back|Handing .* back/i)).toBe(1);
    bridge.calls.heal();
    await bridge.later(11 * MINUTE_MS);
    await expectExpired(bridge);
  });

  it("is not tried any more once somebody answers after all", async () => {
    const bridge = await start(600);
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, ["no"]), ALWAYS);
    await bridge.later(15 * MINUTE_MS);
    await bridge.agentWrites("Sorry for the wait");
    bridge.calls.heal();
    await bridge.later(60 * MINUTE_MS);
    await expectOurs(bridge);
  });
});

describe("a further handover", () => {
  it("sets a new time, also after an answer", async () => {
    const bridge = await start(600);
    await bridge.later(8 * MINUTE_MS);
    await bridge.handover({ key: "second", expiresInSeconds: 1_200 });
    await bridge.later(15 * MINUTE_MS);
    await expectOurs(bridge);
    await bridge.agentWrites("Hello");
    await bridge.handover({ key: "third", expiresInSeconds: 300 });
    await bridge.later(4 * MINUTE_MS);
    await expectOurs(bridge);
    await bridge.later(MINUTE_MS + 1_000);
    await expectExpired(bridge);
  });

  it("that says nothing of it leaves the time as it is", async () => {
    const bridge = await start(600);
    await bridge.later(8 * MINUTE_MS);
    await bridge.handover({ key: "second", metadata: { reason: "more" } });
    await bridge.later(2 * MINUTE_MS + 1_000);
    await expectExpired(bridge);
  });

  it("that is the same one sets none", async () => {
    const bridge = await start(600);
    await bridge.agentWrites("Hello");
    await bridge.handover({ key: "second", expiresInSeconds: 600 });
    await bridge.agentWrites("Still here");
    await bridge.later(MINUTE_MS);
    await bridge.handover({ key: "first", expiresInSeconds: 600 });
    await bridge.handover({ key: "second", expiresInSeconds: 600 });
    await bridge.later(60 * MINUTE_MS);
    await expectOurs(bridge);
    expect((await bridge.conversation())?.handovers).toHaveLength(2);
  });
});

const story = (options: Story["options"]): Story => ({
  options: { rules: RULES, reconcileEveryMs: 120_000, ...options },
  async play(bridge) {
    await bridge.handover({ key: "first", expiresInSeconds: 300 });
    await bridge.later(MINUTE_MS);
    await bridge.handover({ key: "second", expiresInSeconds: 120 });
    await bridge.later(2 * MINUTE_MS + 1_000);
  },
  async check(bridge) {
    // After a downtime the thread is read back first.
    await bridge.later(6 * MINUTE_MS);
    await expectExpired(bridge);
    const { id, handovers } = (await bridge.conversation()) ?? expect.unreachable();
    const ids = ["first", "second"].map(makeKeyedHandoverId);
    expect(handovers).toEqual(ids);
    for (const each of ids) {
      expect(await bridge.handovers.byId(each)).toMatchObject({ conversation: id });
    }
  },
});

describe("whatever kills the bridge", () => {
  it.each(["before", "after", "unsynced"] as const)(
    "it hands the User back once, killed %s any step",
    async (when) => {
      expect(await dieAtEveryStep(story({}), when)).toBeGreaterThan(15);
    },
  );

  it("it hands the User back once, although the next process is killed too", async () => {
    expect(await dieTwiceAtEveryStep(story({}))).toBeGreaterThan(15);
  });

  it("it hands the User back once, of several replicas", async () => {
    expect(await dieAtEveryStep(story({ replicas: 2 }), "after")).toBeGreaterThan(15);
  });
});
