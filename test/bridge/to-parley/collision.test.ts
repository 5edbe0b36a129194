import { describe, expect, it } from "vitest";
import type { DeskRules } from "../../../src/config/desk-rules.ts";
import { dieAtEveryStep, dieTwiceAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, BOT, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const ANNA = { agent: "U0ANNA" };
const BEN = { agent: "U0BEN" };
const rules = (collision: DeskRules["collision"]) => ({ rules: { collision } });

/** Anna answers Ada. */
async function answeredByAnna(
  collision: DeskRules["collision"],
  options: Parameters<typeof startBridge>[0] = {},
): Promise<Bridge> {
  const bridge = await startBridge({ ...options, ...rules(collision) });
  await bridge.handover();
  await bridge.agentWrites("Anna here", ANNA);
  return bridge;
}

const claimant = async (bridge: Bridge) => (await bridge.conversation())?.claim?.by;
const held = (bridge: Bridge) => bridge.items("outbox").held;

describe("a reply while a colleague answers", () => {
  it("goes where the team has no rule, and nobody is told", async () => {
    const bridge = await answeredByAnna("off");
    await bridge.agentWrites("Ben here", BEN);
    expect(bridge.sent()).toEqual(["Anna here", "Ben here"]);
    expect([...bridge.told("U0ANNA"), ...bridge.told("U0BEN")]).toEqual([]);
    expect(await claimant(bridge)).toBe("U0ANNA");
  });

  it("goes, and both are told, once for each two and claim", async () => {
    const bridge = await answeredByAnna("warn");
    await bridge.agentWrites("Ben here", BEN);
    await bridge.agentWrites("Ben again", BEN);
    await bridge.crashAndRestart();
    await bridge.agentWrites("Ben once more", BEN);
    expect(bridge.sent()).toHaveLength(4);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringContaining("<@U0ANNA> answers this User. Your message has gone"),
    ]);
    expect(bridge.told("U0ANNA")).toEqual([
      expect.stringContaining("<@U0BEN> has written to this User too"),
    ]);
    await bridge.agentWrites("Carla here", { agent: "U0CARLA" });
    expect(bridge.told("U0CARLA")).toHaveLength(1);
    expect(bridge.told("U0ANNA")).toHaveLength(2);
    await bridge.agentClaims({ by: "U0ANNA", expects: "U0ANNA" });
    await bridge.agentClaims({ by: "U0ANNA", to: "U0ANNA" });
    await bridge.agentWrites("Ben in the next claim", BEN);
    expect(bridge.told("U0BEN")).toHaveLength(2);
  });

  it("is held where that is the rule, and goes at once if its writer says so", async () => {
    const bridge = await answeredByAnna("hold");
    const reply = await bridge.agentWrites("Ben here", BEN);
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(bridge.marks(reply)).toEqual(["note"]);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringContaining("Not sent: <@U0ANNA> answers this User"),
    ]);
    await bridge.agentWrites("Anna again", ANNA);
    await bridge.press("sendAgain", "U0BEN");
    expect(bridge.sent()).toEqual(["Anna here", "Anna again", "Ben here"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.told("U0ANNA")).toEqual([]);
    expect(held(bridge)).toBe(0);
  });

  it("stays a note if its writer says so", async () => {
    const bridge = await answeredByAnna("hold");
    const reply = await bridge.agentWrites("Ben here", BEN);
    await bridge.press("dismiss", "U0BEN");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(bridge.marks(reply)).toEqual(["note"]);
    expect(held(bridge)).toBe(0);
  });

  it("is held although both wrote at the same moment: whose message Slack has first has the User", async () => {
    const bridge = await startBridge(rules("hold"));
    await bridge.handover();
    await bridge.atOnce(async () => {
      await bridge.agentWrites("Anna here", ANNA);
      await bridge.agentWrites("Ben here", BEN);
    });
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(held(bridge)).toBe(1);
  });

  it("goes if it was written before the colleague pressed the button, and both are told", async () => {
    const bridge = await startBridge(rules("hold"));
    await bridge.handover();
    const send = bridge.calls.hang("parley.ownerOf");
    await bridge.agentWrites("Ben here", BEN);
    await bridge.agentClaims({ by: "U0ANNA", to: "U0ANNA", ts: bridge.slack.nextTs() });
    await bridge.crashAndRestart();
    send();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Ben here"]);
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.told("U0BEN").join()).toContain("<@U0ANNA> answers this User");
    expect(bridge.told("U0ANNA").join()).toContain("<@U0BEN> has written to this User too");
  });

  it("is held until its writer decides although the colleague releases the User meanwhile; then it claims", async () => {
    const bridge = await answeredByAnna("hold");
    await bridge.agentWrites("Ben here", BEN);
    await bridge.agentClaims({ by: "U0ANNA", expects: "U0ANNA" });
    await bridge.crashAndRestart();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here"]);
    await bridge.press("sendAgain", "U0BEN");
    expect(bridge.sent()).toEqual(["Anna here", "Ben here"]);
    expect(await claimant(bridge)).toBe("U0BEN");
  });

  it("has its newest text when it goes", async () => {
    const bridge = await answeredByAnna("hold");
    const reply = await bridge.agentWrites("Ben hree", BEN);
    await bridge.agentEdits(reply, "Ben here");
    await bridge.press("sendAgain", "U0BEN");
    expect(bridge.sent()).toEqual(["Anna here", "Ben here"]);
    expect(bridge.told("U0BEN")).toHaveLength(1);
    await bridge.agentEdits({ ...reply, text: "Ben here" }, "Ben is here");
    expect(bridge.told("U0BEN").at(-1)).toContain("correction");
  });

  it("has its newest text although it was changed while it was being held", async () => {
    const bridge = await answeredByAnna("hold");
    const append = bridge.calls.hang("outbox.append", { skip: 1 });
    const reply = await bridge.agentWrites("Ben hree", BEN);
    await bridge.agentEdits(reply, "Ben here");
    append();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here"]);
    await bridge.press("sendAgain", "U0BEN");
    expect(bridge.sent()).toEqual(["Anna here", "Ben here"]);
  });

  it("never goes once it is deleted, whether it is held already or at this moment", async () => {
    const bridge = await answeredByAnna("hold");
    await bridge.agentDeletes(await bridge.agentWrites("Held", BEN));
    const append = bridge.calls.hang("outbox.append", { skip: 1 });
    const reply = await bridge.agentWrites("Being held", BEN);
    await bridge.agentDeletes(reply);
    append();
    await bridge.settled();
    expect(held(bridge)).toBe(0);
    expect(bridge.items("outbox").waiting).toBe(0);
    expect(bridge.sent()).toEqual(["Anna here"]);
  });

  it("is a note of its own once it is changed into one", async () => {
    const bridge = await answeredByAnna("hold");
    await bridge.agentEdits(await bridge.agentWrites("Ben here", BEN), "// Ben here");
    await bridge.settled();
    expect(held(bridge)).toBe(0);
    expect(bridge.sent()).toEqual(["Anna here"]);
  });

  it("goes to nobody once the conversation has ended, and is offered anew for whoever takes the User over", async () => {
    const bridge = await answeredByAnna("hold");
    const reply = await bridge.agentWrites("Ben here", BEN);
    await bridge.agentHandsBack({ to: BOT.id });
    await bridge.settled();
    await bridge.press("sendAgain", "U0BEN");
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here", "Ben here"]);
    await bridge.settled();
    expect(held(bridge)).toBe(0);
  });

  it("goes through its undo first, and is then held once", async () => {
    const bridge = await answeredByAnna("hold", { undoMs: 10_000 });
    await bridge.settled();
    await bridge.agentWrites("Ben here", BEN);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(held(bridge)).toBe(1);
  });

  it("is found by the reconciler once, held or not", async () => {
    const bridge = await answeredByAnna("hold", { reconcileEveryMs: 60_000 });
    const reply = await bridge.agentWrites("Ben here", { ...BEN, unheard: true });
    await bridge.later(130_000);
    expect(bridge.sent()).toEqual(["Anna here"]);
    expect(held(bridge)).toBe(1);
    await bridge.slackTells(reply);
    await bridge.settled();
    expect(held(bridge)).toBe(1);
  });
});

/** Ben writes while Anna releases; whatever happens it goes once, or waits for Ben, who knows. */
const releasedMeanwhile: Story = {
  options: rules("hold"),
  async before(bridge) {
    await bridge.handover();
    await bridge.agentWrites("Anna here", ANNA);
  },
  async play(bridge) {
    await bridge.atOnce(async () => {
      await bridge.agentWrites("Ben here", BEN);
      await bridge.agentClaims({ by: "U0ANNA", expects: "U0ANNA" });
    });
  },
  async check(bridge) {
    const { waiting, held: kept, dead } = bridge.items("outbox");
    const sent = bridge.sent().filter((text) => text === "Ben here").length;
    expect(waiting).toBe(0);
    expect(sent).toBeLessThanOrEqual(1);
    // Where it was cut off while it was sent, nobody can tell whether it went.
    if (sent + kept === 0) expect(dead).toBe(1);
    if (sent === 1) expect(kept).toBe(0);
    if (kept === 0) return;
    const words = [...bridge.told("U0BEN"), ...bridge.thread()].join();
    expect(words).toContain("Not sent:");
    await bridge.press("sendAgain", "U0BEN");
    await bridge.settled();
    expect(bridge.sent().filter((text) => text === "Ben here")).toHaveLength(1);
  },
};

const takenAwayMeanwhile: Story = {
  ...releasedMeanwhile,
  async play(bridge) {
    await bridge.atOnce(async () => {
      await bridge.agentWrites("Ben here", BEN);
      bridge.parley.user(ADA).owner = NIGHT.id;
      await bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: NIGHT.id });
    });
  },
  async check(bridge) {
    expect(bridge.sent().filter((text) => text === "Ben here").length).toBeLessThanOrEqual(1);
    // It is kept in one way only: two buttons would send it twice.
    expect(held(bridge)).toBeLessThanOrEqual(1);
  },
};

describe("a reply that is held back ends one way", () => {
  it.each(["before", "after", "unsynced"] as const)(
    "killed at any step while the colleague releases the User: %s",
    async (when) => {
      expect(await dieAtEveryStep(releasedMeanwhile, when)).toBeGreaterThan(5);
    },
  );

  it("also where the next process is killed soon after its start", async () => {
    expect(await dieTwiceAtEveryStep(releasedMeanwhile)).toBeGreaterThan(5);
  });

  it.each(["before", "after", "unsynced"] as const)(
    "killed at any step while the User is taken away: %s",
    async (when) => {
      expect(await dieAtEveryStep(takenAwayMeanwhile, when)).toBeGreaterThan(5);
    },
  );
});
