import type { WebClient } from "@slack/web-api";
import { cleanName } from "../convert/text/clean-name.ts";
import type { MentionedIds, SlackNames } from "../convert/to-parley/mentions.ts";
import type { FindUser } from "./users.ts";
import { callSlack } from "./web-api.ts";

/** Names change rarely; a change shows within the hour. */
const LIFE_MS = 60 * 60_000;
/** After a failure Slack is asked again soon, but not for every message. */
const FAILURE_LIFE_MS = 60_000;

/** Finds the names behind Slack's ids. Names that Slack does not give are left out. Never fails. */
export function createNames(
  client: WebClient,
  findUser: FindUser,
): (ids: MentionedIds) => Promise<SlackNames> {
  const known = new Map<string, { name: string | undefined; until: number }>();

  async function nameOf(
    id: string,
    method: string,
    ask: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const before = known.get(id);
    if (before && before.until > performance.now()) return before.name;
    const answer = await callSlack(method, ask, { idempotent: true }).catch(() => undefined);
    const name = cleanName(answer ?? "") || before?.name;
    known.set(id, { name, until: performance.now() + (answer ? LIFE_MS : FAILURE_LIFE_MS) });
    return name;
  }

  async function nameOfUser(id: string): Promise<string> {
    const user = await findUser(id);
    return cleanName(user?.profile?.display_name || user?.profile?.real_name || user?.name || "");
  }
  const nameOfChannel = (id: string) =>
    nameOf(id, "conversations.info", async () => {
      const { channel } = await client.conversations.info({ channel: id });
      return channel?.name;
    });
  const nameOfUsergroup = (id: string) =>
    nameOf(id, "usergroups.list", async () => {
      const { usergroups = [] } = await client.usergroups.list();
      return usergroups.find((group) => group.id === id)?.handle;
    });

  async function all(
    ids: readonly string[],
    find: (id: string) => Promise<string | undefined>,
  ): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(ids.map(async (id) => [id, await find(id)] as const));
    return new Map(found.flatMap(([id, name]) => (name ? [[id, name]] : [])));
  }

  return async ({ users, channels, usergroups }) => ({
    users: await all(users, nameOfUser),
    channels: await all(channels, nameOfChannel),
    usergroups: await all(usergroups, nameOfUsergroup),
  });
}
