import type { AgentsInTurn, Permissions } from "../bridge/desk-ports.ts";
import type { LastInTurn } from "../bridge/stored/last-known-schemas.ts";
import type { TeamConfig } from "../config/team-config.ts";
import { SlackApiError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createSparseLog } from "../sparse-log.ts";
import { isOpen } from "./hours.ts";
import type { KnownMembers, Remembered } from "./known-members.ts";
import { agentsOf } from "./team-agents.ts";

export interface AgentsInTurnOptions {
  teams: readonly TeamConfig[];
  membersOf: KnownMembers["of"];
  permissions: Pick<Permissions, "refusalOf">;
  /** @throws a member of the error family */
  isActive: (person: string) => Promise<boolean>;
  /** Whose turn it was last in each team, for all replicas. */
  last: Remembered<LastInTurn>;
  now: () => number;
  log: Log;
}

/** Slack lets us ask for about fifty people in a minute. */
const MAX_ASKED = 25;

/**
 * Whose turn it is in a team: of its agents who may answer and who are active in Slack, as Slack says at this moment, the one behind
 * whoever had it last, in the order of their ids. Those who are only leads get none, and outside of the hours nobody does.
 */
export function createAgentsInTurn(options: AgentsInTurnOptions): AgentsInTurn {
  const { teams, membersOf, permissions, last, now, log } = options;
  const nobody = createSparseLog((fields) => log.warn(fields, "turn.nobody"));

  async function isThere(person: string): Promise<boolean> {
    try {
      return await options.isActive(person);
    } catch (error) {
      if (error instanceof SlackApiError && error.disposition === "dead-letter") return false;
      throw error;
    }
  }

  async function firstOf(people: readonly string[], team: TeamConfig): Promise<string | undefined> {
    let asked = 0;
    for (const person of people) {
      if (await permissions.refusalOf({ agent: person }, { as: "agent", team })) continue;
      asked += 1;
      if (await isThere(person)) return person;
      if (asked >= MAX_ASKED) return undefined;
    }
    return undefined;
  }

  return {
    async next({ name }) {
      const team = teams.find((each) => each.name === name);
      if (!team || !isOpen(team.rules.hours, now())) return undefined;
      const { people } = await agentsOf(team, membersOf);
      const before = (await last.get(keyOf(name)))?.agent ?? "";
      const behind = people.filter((person) => person > before);
      try {
        return await firstOf([...behind, ...people.filter((person) => person <= before)], team);
      } catch (error) {
        // Somebody has to repair that, and until then every User waits as where nobody takes turns.
        if (!(error instanceof SlackApiError) || error.disposition !== "fatal") throw error;
        nobody({ team: name, error: error.message });
        return undefined;
      }
    },
    passed: ({ name }, agent) => last.set(keyOf(name), { agent }),
  };
}

const keyOf = (team: string): string => `turn/${team}`;
