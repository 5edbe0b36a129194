import { expect, it } from "vitest";
import type { ActiveAgents } from "../../src/bridge/stored/last-known-schemas.ts";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import type { TeamConfig } from "../../src/config/team-config.ts";
import { type ActiveAgentsOptions, createActiveAgents } from "../../src/desk/active-agents.ts";
import { NetworkError, SlackApiError } from "../../src/errors.ts";

const TEAM: TeamConfig = {
  name: "Support",
  channel: "C0SUPPORT",
  when: undefined,
  agents: ["S0SUPPORT", "U0ANNA"],
  leads: ["U0LEA"],
  allowShared: false,
  rules: NO_RULES,
};

function activeIn(given: Partial<ActiveAgentsOptions> = {}) {
  const kept = new Map<string, ActiveAgents>();
  const asked: string[] = [];
  const { isActive = () => Promise.resolve(true) } = given;
  let at = Date.UTC(2026, 10, 30, 9);
  const open = () =>
    createActiveAgents({
      membersOf: () => Promise.resolve(new Set(["U0CARLA", "U0BEN", "U0ANNA"])),
      permissions: { refusalOf: () => Promise.resolve(undefined) },
      remembered: {
        get: (key) => Promise.resolve(kept.get(key)),
        set: async (key, value) => void kept.set(key, value),
      },
      now: () => at,
      ...given,
      isActive(person) {
        asked.push(person);
        return isActive(person);
      },
    });
  return {
    one: open(),
    other: open(),
    asked,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

it("counts who is active and may answer, and neither leads nor whom Slack does not know", async () => {
  const { one, asked } = activeIn({
    isActive: (person) =>
      person === "U0ANNA"
        ? Promise.reject(new SlackApiError("users.getPresence", "user_not_found", "dead-letter"))
        : Promise.resolve(true),
    permissions: {
      refusalOf: ({ agent }) => Promise.resolve(agent === "U0BEN" ? { kind: "guest" } : undefined),
    },
  });
  expect(await one(TEAM)).toBe(1);
  expect(asked).toEqual(["U0ANNA", "U0CARLA"]);
});

it("asks Slack once in a minute for all replicas", async () => {
  const { one, other, asked, pass } = activeIn();
  expect([await one(TEAM), await other(TEAM), await one(TEAM)]).toEqual([3, 3, 3]);
  expect(asked).toHaveLength(3);
  pass(60_000);
  await other(TEAM);
  expect(asked).toHaveLength(6);
});

it("does not know of everybody, of a crowd, and of a group of which Slack has never said who is in it", async () => {
  const { one, asked } = activeIn();
  expect(await one({ ...TEAM, agents: "workspace" })).toBeUndefined();
  const crowd = Array.from({ length: 26 }, (_, n) => `U${n}`);
  expect(await one({ ...TEAM, agents: crowd })).toBeUndefined();
  const untold = activeIn({ membersOf: () => Promise.resolve(undefined) });
  expect(await untold.one(TEAM)).toBeUndefined();
  expect([...asked, ...untold.asked]).toEqual([]);
});

it("fails where Slack does not answer, and keeps nothing of that", async () => {
  let isDown = true;
  const { one } = activeIn({
    isActive: () => (isDown ? Promise.reject(new NetworkError("down")) : Promise.resolve(true)),
  });
  await expect(one(TEAM)).rejects.toThrow("down");
  isDown = false;
  expect(await one(TEAM)).toBe(3);
});
