import { groupsIn, isGroupId } from "../../desk/roles.ts";
import { ConfigError } from "../../errors.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";
import { findUserGroups } from "../../slack/find-user-groups.ts";
import type { Site } from "./site.ts";

/** The user groups that are agents or leads. @throws {ConfigError} with each that there is not · {BridgeError} it can pass */
export async function checkUserGroups({
  outside,
  config,
}: Pick<Site, "outside" | "config">): Promise<readonly Remark[]> {
  const wanted = groupsIn(config.teams).filter(isGroupId);
  if (wanted.length === 0) return withWarnings("bridge.yaml names none", []);
  const groups = await findUserGroups(outside.client);
  const missing = wanted.filter((id) => !groups.has(id));
  if (missing.length > 0) {
    throw new ConfigError(
      missing.map(
        (id) =>
          `${id} is no user group of this workspace; correct it in bridge.yaml (in Slack: People, User groups, the group, Copy group ID)`,
      ),
    );
  }
  const found = wanted.flatMap((id) => groups.get(id) ?? []);
  const empty = found.filter(({ members, isDisabled }) => members === 0 || isDisabled);
  return withWarnings(
    found.map(({ handle, members }) => `@${handle} with ${members}`).join(", "),
    empty.map(
      ({ id, handle, isDisabled }) =>
        `@${handle} (${id}) ${isDisabled ? "is disabled in Slack" : "has no members"}; whoever should answer belongs into it`,
    ),
  );
}
