import type { Responsible } from "../bridge/ports.ts";
import type { KnownMembers } from "./known-members.ts";
import { isMemberId, type TeamRoles } from "./roles.ts";

/** Whether there may be anybody who is told what befalls a team. */
export const nameSomebody = (teams: readonly TeamRoles[]): boolean =>
  teams.some(
    ({ agents, leads = [] }) =>
      leads.length > 0 || (typeof agents !== "string" && agents.length > 0),
  );

/**
 * Who is told what befalls a team: those who lead it, else the agents whom its configuration names, else nobody. Of groups it is
 * who is in them, as far as Slack has said.
 */
export function createResponsible(
  teams: readonly TeamRoles[],
  membersOf: KnownMembers["of"],
): Responsible {
  const peopleOf = async (ids: readonly string[]): Promise<readonly string[]> => {
    const found = ids.map(async (id) =>
      isMemberId(id) ? [id] : [...((await membersOf(id)) ?? [])],
    );
    return [...new Set((await Promise.all(found)).flat())];
  };
  return async ({ name }) => {
    const team = teams.find((each) => each.name === name);
    if (!team) return [];
    const leads = await peopleOf(team.leads ?? []);
    if (leads.length > 0) return leads;
    return typeof team.agents === "string" ? [] : await peopleOf(team.agents);
  };
}
