import { describe, expect, it } from "vitest";
import { withoutClaim } from "../../../src/bridge/claims/with-claim.ts";
import { clockOf } from "../../../src/bridge/clock-of.ts";
import type { ClaimRequest } from "../../../src/bridge/stored/inbox-body.ts";
import { NetworkError, type Refusal } from "../../../src/errors.ts";
import { dieAtEveryStep, dieTwiceAtEveryStep, type Story } from "../support/every-step.ts";
import { BOT } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const TEAMS = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

const take = (by: string, expects?: string): Partial<ClaimRequest> => ({
  by,
  to: by,
  ...(expects !== undefined && { expects }),
});
const release = (by: string, expects = by) => ({ by, expects });

async function handedOver(): Promise<Bridge> {
  const bridge = await startBridge({ teams: TEAMS });
  await bridge.handover({ details: { name: "Ada" } });
  return bridge;
}

const claimant = async (bridge: Bridge) => (await bridge.conversation())?.claim?.by;

const claims = (bridge: Bridge) =>
  bridge
    .deeds()
    .flatMap(({ what, by, from, to, result, why }) =>
      what === "claim" ? [[by, from, to, why ?? result]] : [],
    );

describe("a claim", () => {
  it("is told in the thread and recorded, and whoever has it can release it", async () => {
    const bridge = await handedOver();
    await bridge.agentClaims(take("U0ANNA"));
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.thread()).toEqual([":raising_hand: <@U0ANNA> answers this User."]);
    await bridge.agentClaims(release("U0ANNA"));
    expect(await claimant(bridge)).toBeUndefined();
    expect(bridge.thread().at(-1)).toBe(":wave: <@U0ANNA> released this User: nobody answers now.");
    expect(claims(bridge)).toEqual([
      ["U0ANNA", undefined, "U0ANNA", "done"],
      ["U0ANNA", "U0ANNA", undefined, "done"],
    ]);
  });

  it("has one winner of two at the same moment, and the other is told who", async () => {
    const bridge = await handedOver();
    await bridge.atOnce(async () => {
      await bridge.agentClaims(take("U0ANNA"));
      await bridge.agentClaims(take("U0BEN"));
    });
    await bridge.settled();
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.thread()).toHaveLength(1);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringContaining("<@U0ANNA> was faster and answers them"),
    ]);
    expect(bridge.told("U0ANNA")).toEqual([]);
    expect(claims(bridge)).toEqual([
      ["U0ANNA", undefined, "U0ANNA", "done"],
      ["U0BEN", undefined, "U0BEN", "overtaken"],
    ]);
  });

  it("goes to whoever answers first, and a button that was pressed meanwhile takes nothing", async () => {
    const bridge = await handedOver();
    await bridge.agentWrites("Hello", { agent: "U0ANNA" });
    expect(await claimant(bridge)).toBe("U0ANNA");
    await bridge.agentClaims(take("U0BEN"));
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.told("U0BEN").join()).toContain("<@U0ANNA> was faster");
    // Who has it is not told that they have it.
    await bridge.agentClaims(take("U0ANNA"));
    expect(bridge.told("U0ANNA")).toEqual([]);
  });

  it.each(["off", "warn"] as const)(
    "is nobody's whose agent lets go of the User after a reply that is still on its way (%s)",
    async (collision) => {
      const bridge = await startBridge({ teams: TEAMS, rules: { collision } });
      await bridge.handover();
      await bridge.agentClaims(take("U0ANNA"));
      const send = bridge.calls.hang("parley.send");
      await bridge.agentWrites("Hello");
      await bridge.agentWrites("A colleague goes on from here");
      await bridge.agentClaims(release("U0ANNA"));
      send();
      await bridge.settled();
      expect(bridge.sent()).toHaveLength(2);
      expect(await claimant(bridge)).toBeUndefined();
      await bridge.agentWrites("One more thing");
      expect(await claimant(bridge)).toBe("U0ANNA");
    },
  );

  it("falls when whoever has it may not answer any more, for certain", async () => {
    let refusal: Refusal | undefined;
    const bridge = await startBridge({
      reconcileEveryMs: 60_000,
      permissions: { refusalOf: () => Promise.resolve(refusal) },
    });
    await bridge.handover();
    await bridge.agentWrites("One moment");
    refusal = { kind: "not-known" };
    await bridge.later(60_001);
    expect(await claimant(bridge)).toBe("U0ANNA");
    refusal = { kind: "deactivated" };
    await bridge.later(125_001);
    expect(await claimant(bridge)).toBeUndefined();
    await bridge.later(120_000);
    expect(bridge.thread()).toEqual([
      ":wave: Nobody answers this User now: <@U0ANNA> is no agent of the team any more.",
    ]);
    expect(claims(bridge).at(-1)).toEqual([undefined, "U0ANNA", undefined, "done"]);
  });

  it("does not fall by a list of members that was old", async () => {
    let refusal: Refusal | undefined;
    const bridge = await startBridge({
      reconcileEveryMs: 300_000,
      permissions: { refusalOf: () => Promise.resolve(refusal) },
    });
    await bridge.handover();
    await bridge.agentWrites("One moment");
    for (let round = 0; round < 3; round++) {
      refusal = { kind: "not-agent", ask: [] };
      await bridge.later(310_000);
      refusal = undefined;
      await bridge.later(290_000);
    }
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.thread()).toEqual([]);
  });

  it("stays with whoever pressed first although a colleague's reply was on its way", async () => {
    const bridge = await handedOver();
    const send = bridge.calls.hang("parley.send");
    await bridge.agentWrites("Hello", { agent: "U0BEN" });
    await bridge.agentClaims(take("U0ANNA"));
    send();
    await bridge.settled();
    expect(await claimant(bridge)).toBe("U0ANNA");
    expect(bridge.sent()).toEqual(["Hello"]);
  });

  it("is taken from the colleague who was named, and from nobody else", async () => {
    const bridge = await handedOver();
    await bridge.agentClaims(take("U0ANNA"));
    await bridge.agentClaims(take("U0BEN", "U0ANNA"));
    expect(await claimant(bridge)).toBe("U0BEN");
    expect(bridge.thread().at(-1)).toContain("<@U0BEN> answers this User instead of <@U0ANNA>");
    await bridge.agentClaims(take("U0CARLA", "U0ANNA"));
    expect(await claimant(bridge)).toBe("U0BEN");
    expect(bridge.told("U0CARLA").join()).toContain("<@U0BEN> was faster");
  });

  it("is given to a colleague with a note, who is told with a link, and the thread as it was typed", async () => {
    const bridge = await handedOver();
    const note = "Knows *refunds* <!here>\n> really";
    await bridge.agentClaims({ by: "U0ANNA", to: "U0BEN", note });
    expect(await claimant(bridge)).toBe("U0BEN");
    const [said = ""] = bridge.thread();
    expect(said).toContain("<@U0ANNA> gave this User to <@U0BEN>.");
    expect(said).not.toContain("<!here>");
    const direct = bridge.slack.direct.map(({ to, text }) => [to, text]);
    expect(direct).toEqual([
      ["U0BEN", expect.stringContaining("<@U0ANNA> asks you to answer *Ada*")],
    ]);
    expect(direct.join()).toContain(`/p${bridge.threadOf().ts.replace(".", "")}|`);
    expect(direct.join()).not.toContain("<!here>");
    expect(JSON.stringify(bridge.deeds())).not.toContain("refunds");
  });

  it("is released by one and given away by another at once: the first has done it, the other is told", async () => {
    const bridge = await handedOver();
    await bridge.agentClaims(take("U0ANNA"));
    await bridge.atOnce(async () => {
      await bridge.agentClaims(release("U0ANNA"));
      await bridge.agentClaims({ by: "U0BEN", to: "U0CARLA", expects: "U0ANNA", note: "Yours" });
    });
    await bridge.settled();
    expect(await claimant(bridge)).toBeUndefined();
    expect(bridge.told("U0BEN").join()).toMatch(/released meanwhile.*Yours/s);
    expect(bridge.slack.direct).toEqual([]);
  });

  it("is given to the same colleague by two at once, and the one who came later gets the note back", async () => {
    const bridge = await handedOver();
    await bridge.atOnce(async () => {
      await bridge.agentClaims({ by: "U0ANNA", to: "U0CARLA", note: "Knows refunds" });
      await bridge.agentClaims({ by: "U0BEN", to: "U0CARLA", note: "Speaks French" });
    });
    await bridge.settled();
    expect(bridge.thread().join()).toContain("Knows refunds");
    expect(bridge.told("U0ANNA")).toEqual([]);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(/They answer this User already.*Your note was not posted:\n>Speaks/s),
    ]);
  });

  it("is released once, and without a complaint, by somebody who presses twice", async () => {
    const bridge = await handedOver();
    await bridge.agentClaims(take("U0ANNA"));
    await bridge.atOnce(async () => {
      await bridge.agentClaims(release("U0ANNA"));
      await bridge.agentClaims(release("U0ANNA"));
    });
    await bridge.settled();
    expect(bridge.thread().filter((text) => /released this User/.test(text))).toHaveLength(1);
    expect(bridge.told("U0ANNA")).toEqual([]);
  });

  it("that fell silent meanwhile is not given back by a repeat of the same press", async () => {
    const bridge = await handedOver();
    await bridge.agentClaims({ ...take("U0ANNA"), form: "press" });
    const id = (await bridge.conversation())?.id;
    if (!id) throw new Error("no conversation");
    await bridge.conversations.update(id, (c) => withoutClaim(c, Date.now()));
    await bridge.agentClaims({ ...take("U0ANNA"), form: "press" });
    expect(await claimant(bridge)).toBeUndefined();
  });

  it("does nothing in a conversation that has ended, or that another team has", async () => {
    const bridge = await handedOver();
    const move = bridge.calls.hang("posts.post");
    await bridge.agentMoves("Billing");
    await bridge.agentClaims({ ...take("U0ANNA"), team: "Support" });
    move();
    await bridge.settled();
    expect(await claimant(bridge)).toBeUndefined();
    expect(bridge.told("U0ANNA").join()).toContain("moved to *Billing* meanwhile");
    await bridge.agentHandsBack({ to: BOT.id });
    await bridge.settled();
    await bridge.agentClaims({ ...take("U0ANNA"), team: "Billing" });
    expect(await claimant(bridge)).toBeUndefined();
    expect(bridge.told("U0ANNA").at(-1)).toContain("The conversation is over");
  });

  it("ends with a move, and the User waits for the other team from then on", async () => {
    const bridge = await handedOver();
    await bridge.agentWrites("I ask my colleagues", { agent: "U0ANNA" });
    await bridge.skip(60_000);
    const moved = Date.now();
    await bridge.agentMoves("Billing");
    const conversation = await bridge.conversation();
    expect(conversation?.claim).toBeUndefined();
    const clock = conversation && clockOf(conversation);
    expect(clock?.kind).toBe("waiting");
    expect(clock?.since).toBeGreaterThanOrEqual(moved);
  });

  it("that cannot be carried out for long is told to whoever wanted it", async () => {
    const bridge = await startBridge({ teams: TEAMS, maxAgeMs: 60_000 });
    await bridge.handover();
    await bridge.agentClaims(take("U0ANNA"));
    bridge.calls.fail("audit.add", new NetworkError("away"), { times: 1_000 });
    await bridge.agentClaims(release("U0BEN", "U0CARLA"));
    await bridge.settled();
    expect(bridge.told("U0BEN").join()).toContain("was not released. Something went wrong");
  });
});

/** Two want it; whatever happens, one has it, all of them know, and each is told once. */
const twoAtOnce: Story = {
  before: (bridge) => bridge.handover(),
  play: (bridge) =>
    bridge.atOnce(async () => {
      await bridge.agentClaims({ by: "U0ANNA", to: "U0BEN", note: "Yours" });
      await bridge.agentClaims(take("U0CARLA"));
    }),
  async check(bridge) {
    expect(await claimant(bridge)).toBe("U0BEN");
    expect(bridge.thread().filter((text) => /gave this User/.test(text))).toHaveLength(1);
    expect(bridge.thread().filter((text) => /answers this User\./.test(text))).toEqual([]);
    expect(claims(bridge)).toEqual([
      ["U0ANNA", undefined, "U0BEN", "done"],
      ["U0CARLA", undefined, "U0CARLA", "overtaken"],
    ]);
    const direct = bridge.slack.direct;
    expect(direct.length).toBeGreaterThan(0);
    // Nobody can look whether a direct message has arrived: one that comes again says so.
    for (const { text } of direct.slice(1)) expect(text).toContain("may be a repeat");
    expect(bridge.told("U0CARLA").length).toBeLessThanOrEqual(1);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  },
};

describe("two claims at once end one way", () => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(twoAtOnce, when)).toBeGreaterThan(5);
  });

  it("also where the next process is killed soon after its start", async () => {
    expect(await dieTwiceAtEveryStep(twoAtOnce)).toBeGreaterThan(5);
  });
});
