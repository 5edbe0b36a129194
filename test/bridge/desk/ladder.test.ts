import { describe, expect, it } from "vitest";
import { clockOf } from "../../../src/bridge/clock-of.ts";
import { takenOver } from "../../../src/bridge/ownership/taken-over.ts";
import type { DeskRules } from "../../../src/config/desk-rules.ts";
import { NetworkError, ParleyApiError } from "../../../src/errors.ts";
import { toUserId } from "../../../src/ids.ts";
import { dieAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const MINUTE_MS = 60_000;
const TEAMS = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

const ALWAYS = { times: Number.POSITIVE_INFINITY };

const WAITING: Partial<DeskRules> = {
  waiting: [
    { afterMs: 3 * MINUTE_MS, remind: "thread" },
    { afterMs: 10 * MINUTE_MS, tellUser: "waiting" },
    { afterMs: 20 * MINUTE_MS, handBack: "nobody_available" },
  ],
};

const start = async (rules: Partial<DeskRules>): Promise<Bridge> => {
  const bridge = await startBridge({ rules });
  await bridge.handover();
  return bridge;
};

const said = (bridge: Bridge, what: RegExp): number =>
  bridge.thread().filter((text) => what.test(text)).length;

const REMINDER = /^:bell: .*nobody has answered yet/;
const TOLD = /^:robot_face: Sent to the User/;

describe("while nobody answers", () => {
  it("takes each step at its time, and then hands the User back", async () => {
    const bridge = await start(WAITING);
    await bridge.later(3 * MINUTE_MS - 5_000);
    expect(said(bridge, REMINDER)).toBe(0);
    await bridge.later(6_000);
    expect(said(bridge, REMINDER)).toBe(1);
    expect(bridge.sent()).toEqual([]);
    await bridge.later(7 * MINUTE_MS);
    expect(bridge.sent()).toEqual([expect.stringMatching(/^Thank you for waiting/)]);
    expect(said(bridge, TOLD)).toBe(1);
    expect((await bridge.conversation())?.state).toBe("open");
    await bridge.later(10 * MINUTE_MS);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(await bridge.conversation()).toMatchObject({
      state: "handed-back",
      ending: { reason: "nobody_available" },
    });
    await bridge.later(60 * MINUTE_MS);
    expect([said(bridge, REMINDER), said(bridge, TOLD), bridge.sent().length]).toEqual([1, 1, 1]);
  });

  it("leaves the order of what the User wrote alone, and so does a claim", async () => {
    const bridge = await start(WAITING);
    bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 1_000 });
    await bridge.userWrites("Third", { id: "30" });
    await bridge.later(4 * MINUTE_MS);
    await bridge.userWrites("Second", { id: "20" });
    await bridge.agentClaims({ by: "U0ANNA", to: "U0ANNA" });
    await bridge.userWrites("First", { id: "10" });
    bridge.calls.heal();
    await bridge.settled();
    const texts = bridge.thread().join("\n");
    expect(texts).toMatch(/First.*Second.*Third/s);
    expect(texts).toContain("<@U0ANNA> answers this User");
  });

  it("stops with an answer", async () => {
    const bridge = await start(WAITING);
    await bridge.later(2 * MINUTE_MS);
    await bridge.agentWrites("Hello");
    await bridge.later(60 * MINUTE_MS);
    expect(bridge.sent()).toEqual(["Hello"]);
    expect([said(bridge, REMINDER), said(bridge, TOLD)]).toEqual([0, 0]);
    expect((await bridge.conversation())?.state).toBe("open");
  });

  it("goes on for what the User has written after the answer, while that was on its way", async () => {
    const bridge = await startBridge({ rules: WAITING, undoMs: 5_000 });
    await bridge.handover();
    await bridge.agentWrites("Hello");
    await bridge.later(1_000);
    await bridge.userWrites("And my refund?");
    await bridge.later(10_000);
    expect(bridge.sent()).toEqual(["Hello"]);
    expect(clockOf((await bridge.conversation()) ?? expect.unreachable())?.kind).toBe("silent");
    await bridge.agentWrites("It is on its way");
    await bridge.later(10_000);
    expect(clockOf((await bridge.conversation()) ?? expect.unreachable())?.kind).toBe("idle");
  });

  it("does of what was due in a downtime the latest step only, once agents' replies were read back", async () => {
    const bridge = await startBridge({ rules: WAITING, reconcileEveryMs: 600_000 });
    await bridge.handover();
    await bridge.skip(12 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(MINUTE_MS);
    expect(bridge.sent()).toEqual([]);
    await bridge.later(MINUTE_MS + 5_000);
    expect(bridge.sent()).toEqual([expect.stringMatching(/^Thank you for waiting/)]);
    expect(said(bridge, REMINDER)).toBe(0);
  });

  it("does nothing after a downtime in which somebody has answered", async () => {
    const bridge = await startBridge({ rules: WAITING, reconcileEveryMs: 600_000 });
    await bridge.handover();
    await bridge.agentWrites("Here I am", { unheard: true });
    await bridge.skip(12 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(9 * MINUTE_MS);
    expect(bridge.sent()).toEqual(["Here I am"]);
    expect([said(bridge, REMINDER), said(bridge, TOLD)]).toEqual([0, 0]);
  });
});

describe("what the desk has begun while the User gets another thread", () => {
  const due = async () => {
    const bridge = await start({
      waiting: [{ afterMs: 3 * MINUTE_MS, handBack: "nobody_available" }],
    });
    bridge.calls.fail("parley.setOwner", new NetworkError("refused"), ALWAYS);
    await bridge.later(3 * MINUTE_MS + 200);
    expect(bridge.items("outbox").waiting).toBe(1);
    await bridge.somebodyDeletesRoot();
    return bridge;
  };

  it("keeps no reply there back, and is left out then", async () => {
    const bridge = await due();
    await bridge.agentWrites("Here I am");
    bridge.calls.heal();
    await bridge.later(MINUTE_MS);
    expect(bridge.sent()).toEqual(["Here I am"]);
    expect((await bridge.conversation())?.state).toBe("open");
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  });

  it("is done where nobody answers there either", async () => {
    const bridge = await due();
    bridge.calls.heal();
    await bridge.later(MINUTE_MS);
    expect(await bridge.conversation()).toMatchObject({ ending: { reason: "nobody_available" } });
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  });

  it("is left out where a reply waits in the thread that is gone", async () => {
    const bridge = await start({ waiting: [{ afterMs: 3 * MINUTE_MS, tellUser: "waiting" }] });
    bridge.calls.fail("parley.send", new NetworkError("refused"), ALWAYS);
    await bridge.agentWrites("Here I am");
    await bridge.somebodyDeletesRoot();
    await bridge.later(4 * MINUTE_MS);
    bridge.calls.heal();
    await bridge.later(5 * MINUTE_MS);
    expect(bridge.sent()).toEqual(["Here I am"]);
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  });
});

it("says once what it had put behind a reply that was taken back after a kill", async () => {
  const bridge = await start({ waiting: [{ afterMs: 3 * MINUTE_MS, tellUser: "waiting" }] });
  bridge.calls.fail("parley.send", new NetworkError("refused"));
  await bridge.later(3 * MINUTE_MS + 200);
  const reply = await bridge.agentWrites("Here I am");
  bridge.calls.hang("outbox.append", { after: true });
  await bridge.later(1_000);
  await bridge.agentDeletes(reply);
  await bridge.crashAndRestart();
  await bridge.later(MINUTE_MS);
  expect(bridge.sent()).toEqual([expect.stringMatching(/^Thank you for waiting/)]);
  expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
});

it("reminds nobody of a User whose answer waits in the thread that they have left", async () => {
  const bridge = await startBridge({
    rules: { waiting: [{ afterMs: 3 * MINUTE_MS, remind: "thread" }] },
    teams: TEAMS,
  });
  await bridge.handover();
  const reply = await bridge.agentWrites("Here I am", { unheard: true });
  await bridge.agentMoves("Billing");
  await bridge.settled();
  bridge.calls.fail("posts.post", new NetworkError("refused"));
  await bridge.later(3 * MINUTE_MS + 200);
  bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 2 });
  await bridge.slackTells(reply);
  await bridge.later(MINUTE_MS);
  expect(bridge.sent()).toEqual(["Here I am"]);
  expect(said(bridge, REMINDER)).toBe(0);
});

describe("after a downtime in which somebody has answered", () => {
  // Nothing reads threads back by itself here.
  const unheard = async (bridge: Bridge) => {
    await bridge.agentWrites("Here I am", { unheard: true });
    await bridge.skip(30 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(5 * MINUTE_MS);
  };
  const silentDesk = async (bridge: Bridge) => {
    expect(bridge.sent()).toEqual(["Here I am"]);
    expect([said(bridge, REMINDER), said(bridge, TOLD)]).toEqual([0, 0]);
    expect((await bridge.conversation())?.state).toBe("open");
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  };

  it("does nothing that became due meanwhile", async () => {
    const bridge = await start(WAITING);
    await unheard(bridge);
    await silentDesk(bridge);
  });

  it("does nothing that became due in one before, which it waited for to be heard of", async () => {
    const bridge = await start(WAITING);
    await bridge.skip(12 * MINUTE_MS);
    await bridge.crashAndRestart();
    await bridge.later(30_000);
    await unheard(bridge);
    await silentDesk(bridge);
  });

  it("says nothing to the User that waited for Parley by then", async () => {
    const bridge = await start({ waiting: [{ afterMs: 3 * MINUTE_MS, tellUser: "waiting" }] });
    bridge.calls.fail("parley.send", new NetworkError("refused"));
    await bridge.later(3 * MINUTE_MS + 200);
    expect(bridge.items("outbox").waiting).toBe(1);
    await unheard(bridge);
    await silentDesk(bridge);
  });

  it("hands nobody back although that waited for Parley by then", async () => {
    const bridge = await start({
      waiting: [{ afterMs: 3 * MINUTE_MS, handBack: "nobody_available" }],
    });
    bridge.calls.fail("parley.setOwner", new NetworkError("refused"));
    await bridge.later(3 * MINUTE_MS + 200);
    expect(bridge.items("outbox").waiting).toBe(1);
    await unheard(bridge);
    await silentDesk(bridge);
  });

  it("lets whoever has the User keep them although that they fall silent waited for Slack by then", async () => {
    const bridge = await start({ silent: { afterMs: 10 * MINUTE_MS, release: true } });
    await bridge.agentWrites("One moment");
    await bridge.userWrites("Still there?");
    await bridge.later(9 * MINUTE_MS);
    bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 10 });
    await bridge.userWrites("Hello?");
    await bridge.later(MINUTE_MS + 200);
    expect(bridge.items("inbox").waiting).toBeGreaterThan(1);
    bridge.calls.heal();
    await unheard(bridge);
    expect(bridge.sent()).toEqual(["One moment", "Here I am"]);
    expect((await bridge.conversation())?.claim?.by).toBe("U0ANNA");
    expect(said(bridge, /^:wave:/)).toBe(0);
  });
});

describe("while Slack lets threads be read slowly after a downtime", () => {
  const rules = { waiting: [{ afterMs: 3 * MINUTE_MS, remind: "thread" as const }] };
  const isSlow = (bridge: Bridge) => {
    for (let reading = 0; reading < 2_000; reading++) bridge.calls.hang("reader.repliesAfter");
  };

  it("does not keep messages of others from going", async () => {
    const bridge = await startBridge({ rules });
    for (let user = 0; user < 64; user++) await bridge.handover({ user: toUserId(`${user}`) });
    bridge.calls.fail("posts.post", new NetworkError("refused"), ALWAYS);
    await bridge.later(3 * MINUTE_MS + 200);
    expect(bridge.items("inbox").waiting).toBeGreaterThan(63);
    await bridge.skip(30 * MINUTE_MS);
    await bridge.crashAndRestart();
    bridge.calls.heal();
    isSlow(bridge);
    await bridge.later(MINUTE_MS);
    await bridge.handover();
    await bridge.later(10_000);
    expect(bridge.roots()).toHaveLength(65);
  });

  it("says nothing before it has heard of the answers there, however long that takes", async () => {
    const bridge = await start(rules);
    bridge.calls.fail("posts.post", new NetworkError("refused"), ALWAYS);
    await bridge.later(3 * MINUTE_MS + 200);
    bridge.calls.heal();
    await bridge.agentWrites("Here I am", { unheard: true });
    await bridge.skip(30 * MINUTE_MS);
    isSlow(bridge);
    await bridge.crashAndRestart();
    await bridge.later(10 * MINUTE_MS);
    expect([bridge.sent(), said(bridge, REMINDER)]).toEqual([[], 0]);
    bridge.calls.heal();
    await bridge.later(5 * MINUTE_MS);
    expect([bridge.sent(), said(bridge, REMINDER)]).toEqual([["Here I am"], 0]);
  });
});

it("does not make up for what Slack was away for in a heap", async () => {
  const bridge = await start({
    waiting: [
      { afterMs: 3 * MINUTE_MS, remind: "thread" },
      { afterMs: 10 * MINUTE_MS, remind: "thread" },
    ],
  });
  bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 1_000 });
  await bridge.later(12 * MINUTE_MS);
  bridge.calls.heal();
  await bridge.later(5 * MINUTE_MS);
  expect(said(bridge, REMINDER)).toBe(1);
});

it("tells the User although Slack keeps their thread from opening, and hands them back", async () => {
  const bridge = await startBridge({ rules: WAITING });
  bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 1_000 });
  await bridge.handover();
  await bridge.later(10 * MINUTE_MS + 5_000);
  expect(bridge.sent()).toEqual([expect.stringMatching(/^Thank you for waiting/)]);
  expect(bridge.roots()).toEqual([]);
  await bridge.later(10 * MINUTE_MS);
  expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  expect(await bridge.conversation()).toMatchObject({ ending: { reason: "nobody_available" } });
});

it("stops for an answer in a thread that opens late", async () => {
  const bridge = await startBridge({ rules: WAITING });
  bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 1_000 });
  bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 1_000 });
  await bridge.handover();
  await bridge.later(10 * MINUTE_MS + 5_000);
  expect(bridge.items("outbox").waiting).toBe(1);
  bridge.calls.heal();
  bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 2 });
  await bridge.later(MINUTE_MS);
  await bridge.agentWrites("Here I am");
  await bridge.later(20 * MINUTE_MS);
  expect(bridge.sent().filter((text) => text === "Here I am")).toHaveLength(1);
  expect(bridge.sent().at(-1)).toBe("Here I am");
  expect((await bridge.conversation())?.state).toBe("open");
});

describe("a hand-back by the desk that does not work", () => {
  const rules = {
    waiting: [
      { afterMs: 3 * MINUTE_MS, tellUser: "nobody-available" },
      { afterMs: 3 * MINUTE_MS, handBack: "nobody_available" },
    ],
  } satisfies Partial<DeskRules>;
  const FAILED = /did not work/;

  it.each([
    ["is refused", new ParleyApiError("PUT owner", 400, []), 1],
    ["cannot be asked for", new NetworkError("refused"), 100],
  ])("is tried again until it does, and the team is told once: it %s", async (_, error, times) => {
    const bridge = await start(rules);
    bridge.calls.fail("parley.setOwner", error, { times });
    await bridge.later(7 * MINUTE_MS);
    expect(bridge.thread().filter((text) => FAILED.test(text))).toEqual([
      expect.stringMatching(/^:x: <!here> /),
    ]);
    expect((await bridge.conversation())?.state).toBe("open");
    await bridge.later(7 * MINUTE_MS);
    bridge.calls.heal();
    await bridge.later(12 * MINUTE_MS);
    expect(await bridge.conversation()).toMatchObject({ ending: { reason: "nobody_available" } });
    expect(said(bridge, FAILED)).toBe(1);
    expect(bridge.sent()).toHaveLength(1);
  });

  it("is not tried again once somebody has answered", async () => {
    const bridge = await start(rules);
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, []));
    await bridge.later(4 * MINUTE_MS);
    await bridge.agentWrites("Here I am");
    await bridge.later(60 * MINUTE_MS);
    expect((await bridge.conversation())?.state).toBe("open");
    expect((await bridge.conversation())?.clock).not.toHaveProperty("failed");
  });
});

describe("while whoever has claimed it is silent", () => {
  const rules: Partial<DeskRules> = {
    ...WAITING,
    silent: { afterMs: 30 * MINUTE_MS, release: true },
  };

  it("reminds them, lets others have it, and then begins anew", async () => {
    const bridge = await start(rules);
    await bridge.agentWrites("One moment");
    await bridge.userWrites("Still there?");
    await bridge.later(15 * MINUTE_MS + 1_000);
    expect(said(bridge, /^:bell: <@U0ANNA> .*for an answer/)).toBe(1);
    await bridge.later(15 * MINUTE_MS);
    expect(said(bridge, /^:wave: <@U0ANNA> has not answered/)).toBe(1);
    expect((await bridge.conversation())?.claim).toBeUndefined();
    expect(said(bridge, REMINDER)).toBe(0);
    await bridge.later(3 * MINUTE_MS);
    expect(said(bridge, REMINDER)).toBe(1);
    expect(bridge.deeds()).toContainEqual(
      expect.objectContaining({ what: "claim", from: "U0ANNA", result: "done" }),
    );
  });

  it("does not run while the User does not wait", async () => {
    const bridge = await start(rules);
    await bridge.agentWrites("Done");
    await bridge.later(90 * MINUTE_MS);
    expect((await bridge.conversation())?.claim?.by).toBe("U0ANNA");
    expect(bridge.thread()).toEqual([]);
  });
});

it("asks a User who does not write, and hands them back", async () => {
  const bridge = await start({
    idle: [
      { afterMs: 20 * MINUTE_MS, tellUser: "still-there" },
      { afterMs: 30 * MINUTE_MS, handBack: "user_silent" },
    ],
  });
  await bridge.agentWrites("Is it solved?");
  await bridge.later(10 * MINUTE_MS);
  await bridge.userWrites("Nearly");
  await bridge.later(5 * MINUTE_MS);
  await bridge.agentWrites("And now?");
  await bridge.later(20 * MINUTE_MS + 1_000);
  expect(bridge.sent()).toEqual([
    "Is it solved?",
    "And now?",
    expect.stringMatching(/^Are you still there/),
  ]);
  await bridge.later(10 * MINUTE_MS);
  expect(await bridge.conversation()).toMatchObject({ ending: { reason: "user_silent" } });
  expect(bridge.sent()).toHaveLength(3);
});

describe("outside of the hours", () => {
  // The story begins on a Monday at nine by UTC.
  const hours = {
    timezone: "UTC",
    days: Array.from({ length: 7 }, () => [{ from: 10 * 60, to: 17 * 60 }]),
    closed: [],
  };

  it("tells the User when it opens, and counts from then on", async () => {
    const bridge = await start({ ...WAITING, hours });
    await bridge.later(5_000);
    expect(bridge.sent()).toEqual([expect.stringContaining("Monday 30 November at 10:00")]);
    await bridge.later(62 * MINUTE_MS);
    expect([said(bridge, REMINDER), bridge.sent().length]).toEqual([0, 1]);
    await bridge.later(2 * MINUTE_MS);
    expect(said(bridge, REMINDER)).toBe(1);
  });

  it.each(["queue", "hand-back"] as const)(
    "does nothing of that any more where it has opened while Parley was away (%s)",
    async (outside) => {
      const bridge = await startBridge({ rules: { ...WAITING, hours, outside } });
      bridge.calls.fail("parley.send", new NetworkError("refused"), ALWAYS);
      bridge.calls.fail("parley.setOwner", new NetworkError("refused"), ALWAYS);
      await bridge.handover();
      await bridge.later(5_000);
      expect(bridge.items("outbox").waiting).toBe(1);
      await bridge.later(61 * MINUTE_MS);
      bridge.calls.heal();
      await bridge.later(90_000);
      expect(bridge.sent()).toEqual([]);
      expect((await bridge.conversation())?.state).toBe("open");
      expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
    },
  );

  it("tries a hand-back that did not work until it opens, and then no more", async () => {
    const bridge = await startBridge({ rules: { hours, outside: "hand-back" } });
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, []), ALWAYS);
    await bridge.handover();
    await bridge.later(59 * MINUTE_MS);
    const tried = () => bridge.calls.made.filter((call) => call === "outbox.append").length;
    const before = tried();
    expect(before).toBeGreaterThan(4);
    await bridge.later(12 * MINUTE_MS);
    expect(tried()).toBe(before);
    expect((await bridge.conversation())?.clock).not.toHaveProperty("failed");
    bridge.calls.heal();
    await bridge.later(24 * 60 * MINUTE_MS);
    expect((await bridge.conversation())?.state).toBe("open");
  });

  it("says in the thread what the User was told, although Slack takes long to open it", async () => {
    const bridge = await startBridge({ rules: { ...WAITING, hours } });
    const post = bridge.calls.hang("posts.post");
    await bridge.handover();
    await bridge.later(20_000);
    expect(bridge.sent()).toEqual([]);
    post();
    await bridge.later(1_000);
    expect([bridge.sent().length, said(bridge, TOLD)]).toEqual([1, 1]);
  });

  it("hands the User back at once where that is wanted", async () => {
    const bridge = await start({ ...WAITING, hours, outside: "hand-back" });
    await bridge.later(5_000);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({
      reason: "outside_hours",
      opensAt: "2026-11-30T10:00:00.000Z",
    });
  });

  it.each(["queue", "hand-back"] as const)(
    "leaves a User alone whom an agent has taken over (%s)",
    async (outside) => {
      const bridge = await startBridge({ rules: { ...WAITING, hours, outside } });
      await bridge.handover({ metadata: takenOver("U0ANNA", undefined) });
      await bridge.later(5_000);
      expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
      expect(bridge.sent()).toEqual([]);
    },
  );
});

const LADDER: Story = {
  options: {
    rules: {
      waiting: [
        { afterMs: 2_000, remind: "thread" },
        { afterMs: 4_000, tellUser: "waiting" },
        { afterMs: 6_000, handBack: "nobody_available" },
      ],
    },
    reconcileEveryMs: 600_000,
  },
  before: (bridge) => bridge.handover(),
  async play(bridge) {
    await bridge.later(8_000);
  },
  async check(bridge) {
    await bridge.later(5 * MINUTE_MS);
    expect(said(bridge, REMINDER)).toBeLessThan(2);
    expect(bridge.sent().length, "told twice").toBeLessThan(2);
    expect(bridge.thread().filter((text) => /went back to/.test(text))).toHaveLength(1);
    expect((await bridge.conversation())?.state).toBe("handed-back");
  },
};

describe("a ladder ends one way, each step once", () => {
  it.each(["before", "after"] as const)(
    "although the process is killed %s any step",
    async (when) => {
      expect(await dieAtEveryStep(LADDER, when)).toBeGreaterThan(15);
    },
  );
});
