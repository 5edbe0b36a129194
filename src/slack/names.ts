import type { WebClient } from "@slack/web-api";
import { cleanName } from "../convert/clean-name.ts";
import type { MentionedIds, SlackNames } from "../convert/mentions.ts";
import { callSlack } from "./web-api.ts";

/** Names change rarely; a change shows within the hour. */
const LIFE_MS = 60 * 60_000;
/** After a failure Slack is asked again soon, but not for every message. */
const FAILURE_LIFE_MS = 60_000;

/** Finds the names behind Slack's ids; those that Slack does not tell are left out. Never fails. */
export function createNames(client: WebClient): (ids: MentionedIds) => Promise<SlackNames> {
  const known = new Map<string, { readonly name: string | undefined; readonly until: number }>();

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

  const askUser = (id: string) => async () => {
    const { user } = await client.users.info({ user: id });
    return user?.profile?.display_name || user?.profile?.real_name || user?.name;
  };
  const askChannel = (id: string) => async () => {
    const { channel } = await client.conversations.info({ channel: id });
    return channel?.name;
  };
  const askUsergroup = (id: string) => async () => {
    const { usergroups = [] } = await client.usergroups.list();
    return usergroups.find((group) => group.id === id)?.handle;
  };

  async function all(
    ids: readonly string[],
    method: string,
    ask: (id: string) => () => Promise<string | undefined>,
  ): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      ids.map(async (id) => [id, await nameOf(id, method, ask(id))] as const),
    );
    return new Map(found.flatMap(([id, name]) => (name ? [[id, name]] : [])));
  }

  return async ({ users, channels, usergroups }) => ({
    users: await all(users, "users.info", askUser),
    channels: await all(channels, "conversations.info", askChannel),
    usergroups: await all(usergroups, "usergroups.list", askUsergroup),
  });
}
