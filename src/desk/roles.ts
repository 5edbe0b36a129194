import type { Team } from "../bridge/desk-ports.ts";

/** A team with those who belong to it. Ids are Slack's. */
export interface TeamRoles extends Team {
  /** Everybody of the workspace, the members of the channel, or these user groups (`S…`) and members. */
  readonly agents: "workspace" | "channel" | readonly string[];
  /** User groups and members; `undefined`: those who are agents. */
  readonly leads: readonly string[] | undefined;
}

/** `eraser`: those who are named as leads. */
export type Role = "agent" | "lead" | "eraser";

/** Where those come from who have a role: groups, a channel, and members. Whoever leads a team is an agent of it too. */
export function sourcesOf(
  { channel, agents, leads }: TeamRoles,
  role: Role,
): "everybody" | readonly string[] {
  if (role === "eraser") return leads ?? [];
  if (role === "lead" && leads !== undefined) return leads;
  if (agents === "workspace") return "everybody";
  return [...(agents === "channel" ? [channel] : agents), ...(leads ?? [])];
}

/** Whether an id is that of a single member. */
export const isMemberId = (id: string): boolean => /^[UW]/.test(id);
/** Whether an id is that of a user group. */
export const isGroupId = (id: string): boolean => id.startsWith("S");

/** Whether who belongs to a team depends on what Slack says. */
export const haveRoles = (teams: readonly TeamRoles[]): boolean =>
  teams.some(({ agents, leads }) => agents !== "workspace" || leads !== undefined);

/** The user groups and channels whose members have a role in any of the teams, each once. */
export function groupsIn(teams: readonly TeamRoles[]): readonly string[] {
  const sources = teams.flatMap((team) => [sourcesOf(team, "agent"), sourcesOf(team, "lead")]);
  const ids = sources.flatMap((source) => (source === "everybody" ? [] : source));
  return [...new Set(ids)].filter((id) => !isMemberId(id));
}

/** `unknown`: nobody can tell, because Slack has never said who belongs to one of the sources. `nobody`: not even anybody else. */
export type Belonging = "in" | "out" | "nobody" | "unknown";

/** The members of a group or channel, as far as they are known. */
type MembersOf = (id: string) => ReadonlySet<string> | undefined;

/** Whether somebody belongs to any of the sources. */
export function belongingOf(
  agent: string,
  sources: ReturnType<typeof sourcesOf>,
  membersOf: MembersOf,
): Belonging {
  if (sources === "everybody") return "in";
  const known = sources.map((id) => (isMemberId(id) ? new Set([id]) : membersOf(id)));
  if (known.some((members) => members?.has(agent))) return "in";
  if (known.includes(undefined)) return "unknown";
  return known.every((members) => members?.size === 0) ? "nobody" : "out";
}
