import type { AgentsCalled } from "../bridge/desk-ports.ts";
import { plainName } from "../convert/text/plain-name.ts";
import type { KnownMembers } from "./known-members.ts";
import { isMemberId, sourcesOf, type TeamRoles } from "./roles.ts";

interface AgentsCalledOptions {
  teams: readonly TeamRoles[];
  membersOf: KnownMembers["of"];
  allNamesOf: (person: string) => Promise<readonly string[]>;
}

/** Slack tells names one by one, so those of a crowd are not asked for. */
const MAX_ASKED = 100;

/** Looks among those whom the configuration names, and who is in its groups; where everybody may answer among the members of the channel. */
export function createAgentsCalled({
  teams,
  membersOf,
  allNamesOf,
}: AgentsCalledOptions): AgentsCalled {
  async function agentsOf(team: TeamRoles): Promise<readonly string[]> {
    const sources = sourcesOf(team, "agent");
    const ids = sources === "everybody" ? [team.channel] : sources;
    const found = await Promise.all(
      ids.map(async (id) => (isMemberId(id) ? [id] : [...((await membersOf(id)) ?? [])])),
    );
    return [...new Set(found.flat())];
  }

  return async ({ name }, words) => {
    const team = teams.find((each) => each.name === name);
    const people = team ? await agentsOf(team) : [];
    if (people.length > MAX_ASKED) return [];
    const sought = plainName(words.replace(/^@/, ""));
    const named = await Promise.all(
      people.map(async (person) => ({ person, names: await allNamesOf(person) })),
    );
    return named
      .filter(({ names }) => names.some((each) => plainName(each) === sought))
      .map(({ person }) => person);
  };
}
