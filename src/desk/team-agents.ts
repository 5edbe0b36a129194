import type { TeamConfig } from "../config/team-config.ts";
import type { KnownMembers } from "./known-members.ts";
import { isMemberId } from "./roles.ts";

/** The agents of a team by name, in the order of their ids. */
export interface TeamAgents {
  readonly people: readonly string[];
  /** Slack has never said who is in one of the groups that were asked. */
  readonly mayBeMore: boolean;
}

/**
 * Those whom the configuration names, and who is in its groups; of a team that names nobody the members of its channel. Whoever is
 * only a lead is not among them.
 */
export async function agentsOf(
  { agents, channel }: Pick<TeamConfig, "agents" | "channel">,
  membersOf: KnownMembers["of"],
): Promise<TeamAgents> {
  const ids = typeof agents === "string" ? [channel] : agents;
  const found = await Promise.all(
    ids.map(async (id) => (isMemberId(id) ? [id] : await membersOf(id))),
  );
  return {
    people: [...new Set(found.flatMap((members) => [...(members ?? [])]))].toSorted(),
    mayBeMore: found.includes(undefined),
  };
}
