import type { Responsible } from "../bridge/desk-ports.ts";
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
 * who is in them, as far as Slack has said. While it has not said who leads a team, the agents are told rather than nobody.
 */
export function createResponsible(
  teams: readonly TeamRoles[],
  membersOf: KnownMembers["of"],
): Responsible {
  const peopleOf = async (ids: readonly string[]) => {
    const found = await Promise.all(
      ids.map(async (id) => (isMemberId(id) ? [id] : await membersOf(id))),
    );
    return {
      people: [...new Set(found.flatMap((members) => [...(members ?? [])]))],
      mayBeMore: found.includes(undefined),
    };
  };
  return async ({ name }) => {
    const team = teams.find((each) => each.name === name);
    const leads = await peopleOf(team?.leads ?? []);
    if (!team || leads.people.length > 0 || typeof team.agents === "string") return leads;
    const agents = await peopleOf(team.agents);
    return { ...agents, mayBeMore: leads.mayBeMore || agents.mayBeMore };
  };
}
