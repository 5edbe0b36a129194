import type { WebClient } from "@slack/web-api";
import { callSlack } from "./web-api.ts";

/** A user group as Slack tells it. */
export interface FoundGroup {
  readonly id: string;
  /** What people type behind `@`. */
  readonly handle: string;
  readonly members: number;
  readonly isDisabled: boolean;
}

/** All user groups of the workspace by their ids, disabled ones too. @throws {BridgeError} */
export async function findUserGroups(client: WebClient): Promise<ReadonlyMap<string, FoundGroup>> {
  const { usergroups = [] } = await callSlack(
    "usergroups.list",
    () => client.usergroups.list({ include_disabled: true, include_count: true }),
    { idempotent: true },
  );
  return new Map(
    usergroups.flatMap(({ id, handle, user_count: members, date_delete: deleted }) =>
      id
        ? [
            [
              id,
              {
                id,
                handle: handle ?? id,
                members: Number(members ?? 0),
                isDisabled: Boolean(deleted),
              },
            ],
          ]
        : [],
    ),
  );
}
