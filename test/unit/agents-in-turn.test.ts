import { expect, it } from "vitest";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import type { TeamConfig } from "../../src/config/team-config.ts";
import { type AgentsInTurnOptions, createAgentsInTurn } from "../../src/desk/agents-in-turn.ts";
import { NetworkError, SlackApiError } from "../../src/errors.ts";
import { captureLog } from "../support/captured-log.ts";

const TEAM: TeamConfig = {
  name: "Support",
  channel: "C0SUPPORT",
  when: undefined,
  agents: ["S0SUPPORT", "U0ANNA"],
  leads: ["U0LEA"],
  allowShared: false,
  rules: NO_RULES,
};

function turns(given: Partial<AgentsInTurnOptions> & { team?: Partial<TeamConfig> } = {}) {
  const kept = new Map<string, { agent: string }>();
  const log = captureLog();
  const asked: string[] = [];
  const { isActive = () => Promise.resolve(true) } = given;
  const agents = createAgentsInTurn({
    teams: [{ ...TEAM, ...given.team }],
    membersOf: (id) =>
      Promise.resolve(id === "S0SUPPORT" ? new Set(["U0CARLA", "U0BEN", "U0ANNA"]) : undefined),
    permissions: { refusalOf: () => Promise.resolve(undefined) },
    last: {
      get: (key) => Promise.resolve(kept.get(key)),
      set: async (key, value) => void kept.set(key, value),
    },
    now: () => Date.UTC(2026, 10, 30, 9),
    log,
    ...given,
    isActive(person) {
      asked.push(person);
      return isActive(person);
    },
  });
  const next = async () => {
    const agent = await agents.next(TEAM);
    if (agent !== undefined) await agents.passed(TEAM, agent);
    return agent;
  };
  return { next, asked, lines: log.lines };
}

it("goes round among the agents, each once, and those who only lead have no turn", async () => {
  const { next } = turns();
  const all = [await next(), await next(), await next(), await next()];
  expect(all).toEqual(["U0ANNA", "U0BEN", "U0CARLA", "U0ANNA"]);
});

it("leaves out who is away, who may not answer, and whom Slack does not know", async () => {
  const { next, asked } = turns({
    isActive: (person) =>
      person === "U0ANNA"
        ? Promise.reject(new SlackApiError("users.getPresence", "user_not_found", "dead-letter"))
        : Promise.resolve(person === "U0CARLA"),
    permissions: {
      refusalOf: ({ agent }) => Promise.resolve(agent === "U0BEN" ? { kind: "guest" } : undefined),
    },
  });
  expect([await next(), await next()]).toEqual(["U0CARLA", "U0CARLA"]);
  expect(asked).not.toContain("U0BEN");
});

it("is nobody's where all are away, outside of the hours, and where Slack has never said who is in a group", async () => {
  expect(await turns({ isActive: () => Promise.resolve(false) }).next()).toBeUndefined();
  const hours = { timezone: "UTC", days: Array.from({ length: 7 }, () => []), closed: [] };
  const closed = turns({ team: { rules: { ...NO_RULES, hours } } });
  expect(await closed.next()).toBeUndefined();
  expect(closed.asked).toEqual([]);
  expect(await turns({ team: { agents: ["S0OTHER"] } }).next()).toBeUndefined();
});

it("asks about few people for one User, however large the team is", async () => {
  const crowd = Array.from({ length: 500 }, (_, n) => `U${String(n).padStart(4, "0")}`);
  const { next, asked } = turns({
    membersOf: () => Promise.resolve(new Set(crowd)),
    isActive: () => Promise.resolve(false),
  });
  expect(await next()).toBeUndefined();
  expect(asked).toHaveLength(25);
});

it("is nobody's without the scope, with one warning; what can pass is thrown", async () => {
  const { next, lines } = turns({
    isActive: () =>
      Promise.reject(
        new SlackApiError("users.getPresence", "missing_scope", "fatal", "users:read"),
      ),
  });
  expect([await next(), await next(), await next()]).toEqual([undefined, undefined, undefined]);
  expect(lines.filter(({ event }) => event === "turn.nobody")).toHaveLength(1);
  const away = turns({ isActive: () => Promise.reject(new NetworkError("away")) });
  await expect(away.next()).rejects.toThrow(NetworkError);
});
