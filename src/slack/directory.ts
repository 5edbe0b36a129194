import type { WebClient } from "@slack/web-api";
import type { Workspace } from "../bridge/ports.ts";
import type { Standing } from "../bridge/stored/last-known-schemas.ts";
import { defined } from "../defined.ts";
import type { Directory } from "../desk/directory.ts";
import { isGroupId } from "../desk/roles.ts";
import { NetworkError } from "../errors.ts";
import { isForeign } from "./foreign-team.ts";
import type { FindUser, SlackUser } from "./users.ts";
import { callSlack } from "./web-api.ts";

/** The most that Slack gives at once; it may give fewer. */
const PAGE_SIZE = 1_000;

export function createDirectory(
  client: WebClient,
  findUser: FindUser,
  workspace: Pick<Workspace, "team" | "enterprise">,
): Directory {
  const standings = new WeakMap<SlackUser, Standing>();
  return {
    async personOf(agent, again) {
      const user = await findUser(agent, again ?? "now");
      if (!user) return undefined;
      const standing = standings.get(user) ?? standingOf(user, workspace);
      standings.set(user, standing);
      return standing;
    },
    membersOf: (id) => (isGroupId(id) ? membersOfGroup(id) : membersOfChannel(id)),
  };

  async function membersOfGroup(usergroup: string): Promise<readonly string[]> {
    const method = "usergroups.users.list";
    // A group that somebody has disabled still has its members.
    const { users } = await callSlack(
      method,
      () => client.usergroups.users.list({ usergroup, include_disabled: true }),
      { idempotent: true },
    );
    return listed(users, method);
  }

  async function membersOfChannel(channel: string): Promise<readonly string[]> {
    const method = "conversations.members";
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { channel, limit: PAGE_SIZE, ...defined({ cursor }) };
      const page = await callSlack(method, () => client.conversations.members(query), {
        idempotent: true,
      });
      found.push(...listed(page.members, method));
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
    return found;
  }
}

/** @throws {NetworkError} it is no list, and so says nothing */
function listed(members: unknown, method: string): readonly string[] {
  if (!Array.isArray(members)) throw new NetworkError(`${method}: no members in the answer`);
  return members.filter((member): member is string => typeof member === "string");
}

function standingOf(user: SlackUser, workspace: Pick<Workspace, "team" | "enterprise">): Standing {
  const { enterprise_user: known } = user;
  const isColleague =
    (workspace.enterprise !== undefined && known?.enterprise_id === workspace.enterprise) ||
    known?.teams?.includes(workspace.team) === true;
  const isOther = user.is_stranger || (isForeign(user.team_id, workspace.team) && !isColleague);
  return { is: isOther ? "other-company" : kindOf(user), isColleague };
}

function kindOf({ deleted, is_bot, is_restricted, is_ultra_restricted }: SlackUser) {
  if (deleted) return "deactivated";
  if (is_bot) return "no-person";
  return is_restricted || is_ultra_restricted ? "guest" : "member";
}
