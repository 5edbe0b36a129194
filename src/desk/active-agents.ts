import type { Permissions } from "../bridge/desk-ports.ts";
import type { ActiveAgents } from "../bridge/stored/last-known-schemas.ts";
import type { TeamConfig } from "../config/team-config.ts";
import { SlackApiError } from "../errors.ts";
import type { KnownMembers, Remembered } from "./known-members.ts";
import { agentsOf } from "./team-agents.ts";

export interface ActiveAgentsOptions {
  membersOf: KnownMembers["of"];
  permissions: Pick<Permissions, "refusalOf">;
  /** @throws a member of the error family */
  isActive: (person: string) => Promise<boolean>;
  /** What another replica has heard counts for all. */
  remembered: Remembered<ActiveAgents>;
  now: () => number;
}

/** So old the answer may be. */
export const PRESENCE_MS = 60_000;
/** Slack lets us ask for about fifty people in a minute, and whose turn it is needs that too. */
const MAX_ASKED = 25;

/**
 * How many of a team's agents who may answer are active in Slack, as of a minute ago. `undefined`: nobody can tell, because
 * everybody of the workspace may answer, there are too many to ask, or Slack has never said who is in one of its groups.
 *
 * @throws a member of the error family
 */
export function createActiveAgents({
  membersOf,
  permissions,
  isActive,
  remembered,
  now,
}: ActiveAgentsOptions): (team: TeamConfig) => Promise<number | undefined> {
  async function isThere(person: string): Promise<boolean> {
    try {
      return await isActive(person);
    } catch (error) {
      if (error instanceof SlackApiError && error.disposition === "dead-letter") return false;
      throw error;
    }
  }

  return async (team) => {
    if (team.agents === "workspace") return undefined;
    const key = `active/${team.name}`;
    const told = await remembered.get(key);
    if (told && Math.abs(now() - told.at) < PRESENCE_MS) return told.active;
    const { people, mayBeMore } = await agentsOf(team, membersOf);
    if (mayBeMore || people.length > MAX_ASKED) return undefined;
    const at = now();
    let active = 0;
    // One after the other: whoever waits for their turn may ask in between.
    for (const agent of people) {
      if (await permissions.refusalOf({ agent }, { as: "agent", team })) continue;
      if (await isThere(agent)) active += 1;
    }
    await remembered.set(key, { active, at });
    return active;
  };
}
