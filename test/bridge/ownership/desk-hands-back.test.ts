import { describe, expect, it } from "vitest";
import { clockOf } from "../../../src/bridge/clock-of.ts";
import { NetworkError, ParleyApiError } from "../../../src/errors.ts";
import { makeThreadKey } from "../../../src/ids.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const TEAMS = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

async function handedOver(options?: Parameters<typeof startBridge>[0]): Promise<Bridge> {
  const bridge = await startBridge(options);
  await bridge.handover({ metadata: { reason: "damaged_parcel" } });
  return bridge;
}

async function clock(bridge: Bridge) {
  const conversation = (await bridge.conversation()) ?? expect.unreachable();
  return clockOf(conversation) ?? expect.unreachable();
}

const ownerOf = (bridge: Bridge) => bridge.parley.user(ADA).owner;

/** What the thread says of the User who has gone. */
const wentBack = (bridge: Bridge) => bridge.thread().filter((text) => /went back to/.test(text));

describe("a hand-back by the desk itself", () => {
  it("tells the bot why, and that nobody of us did it", async () => {
    const bridge = await handedOver();
    const opensAt = Date.UTC(2026, 10, 30, 12);

    await bridge.deskHandsBack({ reason: "outside_hours", opensAt });

    expect(ownerOf(bridge)).toBe(BOT.id);
    expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({
      reason: "outside_hours",
      handedBackBy: null,
      claimedAt: null,
      firstAnswerAt: null,
      opensAt: "2026-11-30T12:00:00.000Z",
    });
    expect(wentBack(bridge)).toEqual([
      expect.stringContaining("The team is not there at this time"),
    ]);
    expect(await bridge.conversation()).toMatchObject({
      state: "handed-back",
      ending: { reason: "outside_hours", to: { id: BOT.id } },
    });
    expect((await bridge.conversation())?.ending).not.toHaveProperty("by");
  });

  it("is left out without a word once an answer has stopped the clock", async () => {
    const bridge = await handedOver();
    const onlyIfClock = await clock(bridge);
    await bridge.agentWrites("Here I am");

    await bridge.deskHandsBack({ reason: "nobody_available", onlyIfClock });

    expect(ownerOf(bridge)).toBe(AGENTS.id);
    expect(bridge.thread()).toEqual([]);
    expect(await bridge.conversation()).not.toHaveProperty("handingBackTo");
  });

  it("is left out if the User writes while Parley is away", async () => {
    const bridge = await handedOver();
    await bridge.agentWrites("Is that all?");
    await bridge.later(1_000);
    const onlyIfClock = await clock(bridge);
    bridge.calls.fail("parley.setOwner", new NetworkError("refused"));

    await bridge.deskHandsBack({ reason: "user_silent", onlyIfClock });
    await bridge.userWrites("One more thing");
    await bridge.settled();

    expect(ownerOf(bridge)).toBe(AGENTS.id);
    expect(wentBack(bridge)).toEqual([]);
    expect(await bridge.conversation()).not.toHaveProperty("handingBackTo");
  });

  it("lets an answer pass that comes while Parley is away, and is left out then", async () => {
    const bridge = await handedOver();
    const onlyIfClock = await clock(bridge);
    bridge.calls.fail("parley.setOwner", new NetworkError("refused"));

    await bridge.deskHandsBack({ reason: "nobody_available", onlyIfClock });
    await bridge.agentWrites("Here I am");
    await bridge.later(60_000);

    expect(bridge.sent()).toEqual(["Here I am"]);
    expect(ownerOf(bridge)).toBe(AGENTS.id);
    expect(wentBack(bridge)).toEqual([]);
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
  });

  it("follows the User to another team", async () => {
    const bridge = await handedOver({ teams: TEAMS });
    const thread = bridge.threadOf();
    await bridge.agentMoves("Billing");
    await bridge.settled();
    expect(makeThreadKey(bridge.threadOf())).not.toBe(makeThreadKey(thread));

    await bridge.deskHandsBack({ reason: "nobody_available", thread });

    expect(ownerOf(bridge)).toBe(BOT.id);
    expect(wentBack(bridge)).toHaveLength(1);
  });

  it("leaves the User here and says so when Parley refuses", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, []));

    await bridge.deskHandsBack({ reason: "nobody_available" });
    await bridge.settled();

    expect(ownerOf(bridge)).toBe(AGENTS.id);
    expect(bridge.thread()).toEqual([
      expect.stringContaining("Handing the User back did not work"),
    ]);
  });
});
