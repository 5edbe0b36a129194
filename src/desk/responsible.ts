import type { Responsible, Team } from "../bridge/ports.ts";

/** A team with those who answer for it. Ids are Slack's: of members (`U…`, `W…`) and of user groups. */
interface Answerable extends Team {
  readonly agents: "workspace" | "channel" | readonly string[];
  readonly leads: readonly string[] | undefined;
}

/**
 * Who is told what befalls a team: those who lead it, else the agents whom its configuration names, else nobody. `membersOf` a
 * group: `undefined` where Slack has never said who they are.
 */
export function createResponsible(
  teams: readonly Answerable[],
  membersOf: (group: string) => Promise<ReadonlySet<string> | undefined>,
): Responsible {
  const peopleOf = async (ids: readonly string[]): Promise<readonly string[]> => {
    const found = ids.map(async (id) =>
      /^[UW]/.test(id) ? [id] : [...((await membersOf(id)) ?? [])],
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
