/** The first of `teams` that is not `ours`. None if Slack does not say which workspace is ours, or where something is from. */
export const foreignTeamOf = (ours: string, teams: readonly unknown[]): string | undefined =>
  teams.find((team): team is string => typeof team === "string" && isForeign(team, ours));

export const isForeign = (team: string | undefined, ours: string): boolean =>
  team !== undefined && team !== "" && ours !== "" && team !== ours;
