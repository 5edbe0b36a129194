import { describe, expect, it } from "vitest";
import type { Permissions } from "../../../src/bridge/desk-ports.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const TEAMS = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

/** Anna answers for Support, Ben for Billing. */
const TEAM_OF: Readonly<Record<string, string>> = { U0ANNA: "Support", U0BEN: "Billing" };

const permissions: Partial<Permissions> = {
  refusalOf: ({ agent }, deed) =>
    Promise.resolve(
      !deed?.team || TEAM_OF[agent] === deed.team.name
        ? undefined
        : { kind: "not-agent", team: deed.team.name, ask: [] },
    ),
};

/** Somebody wrote in the thread of a conversation of this team that had ended, and may take the User over. */
async function refusedIn(team: "Support" | "Billing", agent: string): Promise<Bridge> {
  const bridge = await startBridge({ teams: TEAMS, permissions });
  await bridge.handover();
  if (team === "Billing") await bridge.agentMoves("Billing");
  await bridge.agentHandsBack();
  await bridge.agentWrites("One more thing", { agent });
  await bridge.settled();
  expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  return bridge;
}

describe("whoever takes a User over for a reply", () => {
  it("gets the User for the team in whose thread it was written", async () => {
    const bridge = await refusedIn("Billing", "U0BEN");
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
    expect(bridge.threadOf().channel).toBe(BILLING_CHANNEL);
    await bridge.agentWrites("More from Ben", { agent: "U0BEN" });
    await bridge.settled();
    expect(bridge.sent()).toEqual(["One more thing", "More from Ben"]);
  });

  it("sends nothing to a User whom another team has got meanwhile", async () => {
    const bridge = await refusedIn("Support", "U0ANNA");
    const old = bridge.threadOf();
    await bridge.handover();
    await bridge.agentMoves("Billing");
    await bridge.press("takeOver", "U0ANNA");
    await bridge.settled();
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told().at(-1)).toContain("Billing");
    expect(bridge.deeds().filter(({ what }) => what === "reply")).toMatchObject([
      { by: "U0ANNA", userId: ADA, result: "refused", why: "not-agent" },
    ]);
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0, held: 0 });
    expect(bridge.below(old).join("\n")).not.toContain("took this User over");
  });

  it("waits while the User is moved to another team, and is refused then", async () => {
    const bridge = await refusedIn("Support", "U0ANNA");
    await bridge.handover();
    const release = bridge.calls.hang("posts.post", { after: true });
    await bridge.agentMoves("Billing");
    await bridge.press("takeOver", "U0ANNA");
    await bridge.later(1_000);
    expect(bridge.sent()).toEqual([]);
    release();
    await bridge.settled();
    expect(bridge.threadOf().channel).toBe(BILLING_CHANNEL);
    expect(bridge.sent()).toEqual([]);
  });

  it("does not get the User of another team for a colleague's reply", async () => {
    const bridge = await refusedIn("Billing", "U0BEN");
    await bridge.handover();
    await bridge.agentMoves("Billing");
    await bridge.press("takeOver", "U0ANNA");
    await bridge.settled();
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told("U0ANNA").at(-1)).toContain("Billing");
  });
});
