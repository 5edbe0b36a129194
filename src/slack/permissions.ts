import type { Desk, Permissions, Workspace } from "../bridge/ports.ts";
import type { Refusal } from "../errors.ts";
import type { FindUser, SlackUser } from "./users.ts";

export interface PermissionOptions {
  findUser: FindUser;
  workspace: Pick<Workspace, "team" | "enterprise">;
  /** Restricted guests may answer too. */
  guestsMayAnswer: boolean;
  teams: Desk["teams"];
}

/**
 * Members of our workspace may act, and colleagues of the same Enterprise organisation. While Slack cannot be asked, the
 * workspace that the message names decides, so that an outage of Slack stops no reply.
 */
export function createPermissions(options: PermissionOptions): Permissions {
  const { findUser, workspace, guestsMayAnswer, teams } = options;

  const isColleague = ({ enterprise_user: known }: SlackUser): boolean =>
    (workspace.enterprise !== undefined && known?.enterprise_id === workspace.enterprise) ||
    known?.teams?.includes(workspace.team) === true;

  return {
    async refusalOf({ agent, foreignTeam }): Promise<Refusal | undefined> {
      if (agent === "USLACKBOT") return { kind: "no-person" };
      const user = await findUser(agent);
      if (!user) return foreignTeam === undefined ? undefined : { kind: "other-company" };
      const isForeign = foreignTeam !== undefined || isOther(user.team_id, workspace.team);
      if (user.is_stranger || (isForeign && !isColleague(user))) return { kind: "other-company" };
      if (user.deleted) return { kind: "deactivated" };
      if (user.is_bot) return { kind: "no-person" };
      const isGuest = user.is_restricted || user.is_ultra_restricted;
      return isGuest && !guestsMayAnswer ? { kind: "guest" } : undefined;
    },
    teamsOf: () => Promise.resolve(teams),
  };
}

/** The first of `teams` that is not `ours`. None if Slack does not say which workspace is ours, or where something is from. */
export const foreignTeamOf = (ours: string, teams: readonly unknown[]): string | undefined =>
  teams.find((team): team is string => typeof team === "string" && isOther(team, ours));

const isOther = (team: string | undefined, ours: string): boolean =>
  team !== undefined && team !== "" && ours !== "" && team !== ours;
