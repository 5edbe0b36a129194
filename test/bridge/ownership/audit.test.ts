import { describe, expect, it } from "vitest";
import type { NamedAuditRecord } from "../../../src/bridge/audit.ts";
import type { Permissions } from "../../../src/bridge/desk-ports.ts";
import { NetworkError, ParleyApiError, StorageError } from "../../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, BOT, NIGHT } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const BEN = { agent: "U0BEN" };

/** The records of one kind, without what differs from run to run. */
const of = (bridge: Bridge, kind: NamedAuditRecord["what"]) =>
  bridge
    .deeds()
    .flatMap(({ id: _id, at: _at, what, conversation: _c, byName: _n, ...record }) =>
      what === kind ? [record] : [],
    );

const before = (bridge: Bridge) => bridge.handover();

const handedBack: Story = {
  before,
  play: (bridge) => bridge.agentHandsBack({ note: "Secret", lastMessage: "Goodbye" }),
  async check(bridge) {
    const isDone = (await bridge.conversation())?.state === "handed-back";
    expect(bridge.parley.user(ADA).owner === BOT.id).toBe(isDone);
    const done = of(bridge, "hand-back").filter(({ result }) => result === "done");
    const record = { by: "U0ANNA", userId: ADA, from: AGENTS.id, to: BOT.id, result: "done" };
    expect(done).toEqual(isDone ? [record] : []);
    const failed = of(bridge, "hand-back").filter(({ result }) => result === "failed");
    if (!isDone) expect(failed).toHaveLength(1);
    expect(JSON.stringify(bridge.deeds())).not.toMatch(/Secret|Goodbye/);
  },
};

const takenOver: Story = {
  async before(bridge) {
    await bridge.handover();
    bridge.parley.user(ADA).owner = NIGHT.id;
    await bridge.agentWrites("It ships today", BEN);
    await bridge.settled();
  },
  play: (bridge) => bridge.press("takeOver", "U0ANNA"),
  check(bridge) {
    const record = { by: "U0ANNA", userId: ADA, from: NIGHT.id, to: AGENTS.id, result: "done" };
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
    expect(of(bridge, "take-over")).toEqual([record]);
    expect(JSON.stringify(bridge.deeds())).not.toContain("ships");
  },
};

const takenAway: Story = {
  before,
  async play(bridge) {
    bridge.parley.user(ADA).owner = NIGHT.id;
    await bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: NIGHT.id });
    await bridge.agentWrites("Too late", BEN);
  },
  check(bridge) {
    const record = { userId: ADA, from: AGENTS.id, to: NIGHT.id, result: "done" };
    expect(of(bridge, "taken-away")).toEqual([record]);
  },
};

const moved: Story = {
  options: {
    teams: [
      { name: "Support", channel: CHANNEL },
      { name: "Billing", channel: BILLING_CHANNEL },
    ],
  },
  before,
  play: (bridge) => bridge.agentMoves("Billing", { note: "Secret" }),
  check(bridge) {
    const record = { by: "U0ANNA", userId: ADA, from: "Support", to: "Billing", result: "done" };
    expect(of(bridge, "move")).toEqual([record]);
    expect(JSON.stringify(bridge.deeds())).not.toContain("Secret");
  },
};

/** Ben may not answer. */
const permissions: Permissions = {
  refusalOf: ({ agent }) =>
    Promise.resolve(agent === BEN.agent ? { kind: "guest" as const } : undefined),
  teamsOf: () => Promise.resolve([]),
};

const refused: Story = {
  options: { permissions },
  before,
  play: async (bridge) => void (await bridge.agentWrites("From outside", BEN)),
  check(bridge) {
    expect(bridge.sent()).toEqual([]);
    const record = { by: "U0BEN", userId: ADA, result: "refused", why: "guest" };
    expect(of(bridge, "reply")).toEqual([record]);
  },
};

describe.each([
  ["a hand-back", handedBack],
  ["a take-over", takenOver],
  ["a User taken away", takenAway],
  ["a move", moved],
  ["a reply of somebody who may not answer", refused],
])("%s is recorded once", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(3);
  });

  it("although it cannot be stored at first", async () => {
    const error = new StorageError("The disk is full");
    expect(await failAtEveryCall(story, /^audit\.add$/, error)).toBeGreaterThan(0);
    expect(await failAtEveryCall(story, /^audit\.add$/, error, { after: true })).toBeGreaterThan(0);
  });
});

describe.each([
  ["a hand-back", handedBack],
  ["a take-over", takenOver],
])("%s is recorded once", (_, story) => {
  it("killed at any step while the answer to the change of owner is lost", async () => {
    const lost = new NetworkError("lost");
    const trouble = ({ calls }: Bridge) => calls.fail("parley.setOwner", lost, { after: true });
    expect(await dieAtEveryStep(story, "after", trouble)).toBeGreaterThan(3);
  });
});

it("says why a hand-back failed, and that it did once more", async () => {
  const bridge = await startBridge();
  await bridge.handover();
  const refuse = () => bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT", 400, []));
  for (const _ of ["first", "second"]) {
    refuse();
    await bridge.agentHandsBack();
  }
  const record = { by: "U0ANNA", userId: ADA, from: AGENTS.id, to: BOT.id };
  const failed = { ...record, result: "failed", why: "parley-api" };
  expect(of(bridge, "hand-back")).toEqual([failed, failed]);
  await bridge.agentHandsBack();
  expect(of(bridge, "hand-back").at(-1)).toEqual({ ...record, result: "done" });
});

it("says that a hand-back came too late", async () => {
  const bridge = await startBridge();
  await bridge.handover();
  const thread = bridge.threadOf();
  await bridge.agentHandsBack();
  await bridge.agentHandsBack({ thread, agent: "U0BEN" });
  expect(of(bridge, "hand-back")).toEqual([
    expect.objectContaining({ by: "U0ANNA", result: "done" }),
    expect.objectContaining({ by: "U0BEN", result: "failed", why: "conversation-closed" }),
  ]);
});

it("says that a take-over failed because another Service was faster", async () => {
  const bridge = await startBridge();
  await takenOver.before?.(bridge);
  bridge.parley.afterOwner = (user) => {
    if (bridge.parley.user(user).handovers.at(-1)?.to === AGENTS.id) {
      bridge.parley.user(user).owner = BOT.id;
    }
  };
  await bridge.press("takeOver", "U0ANNA");
  await bridge.settled();
  expect(of(bridge, "take-over")).toEqual([
    {
      by: "U0ANNA",
      userId: ADA,
      from: NIGHT.id,
      to: AGENTS.id,
      result: "failed",
      why: "owner-unchanged",
    },
  ]);
});

it("records a flood of refused replies once an hour for each person and thread", async () => {
  const bridge = await startBridge({ permissions });
  await bridge.handover();
  for (let n = 0; n < 100; n++) await bridge.agentWrites(`From outside ${n}`, BEN);
  expect(of(bridge, "reply")).toHaveLength(1);

  await bridge.skip(60 * 60_000);
  await bridge.agentWrites("Again", BEN);

  expect(of(bridge, "reply")).toHaveLength(2);
});
