import type { WebClient } from "@slack/web-api";
import { defined } from "../defined.ts";
import { ConfigError, SlackApiError } from "../errors.ts";
import { callSlack } from "./web-api.ts";

const PAGE_SIZE = 200;
/** Enough for the largest workspaces in which somebody still types a name. */
const MAX_PAGES = 50;

type Member = NonNullable<Awaited<ReturnType<WebClient["users"]["list"]>>["members"]>[number];

/**
 * The id of one person: by the id, the e-mail address, or the handle or name, with an `@` before it or without.
 *
 * @throws {ConfigError} there is nobody, or more than one; says what to do · {BridgeError} it can pass
 */
export async function findPerson(client: WebClient, wanted: string): Promise<string> {
  const name = wanted.replace(/^@/, "");
  if (/^[UW][A-Z0-9]{4,}$/.test(name)) return await byId(client, name);
  return name.includes("@") ? await byMail(client, name) : await byName(client, name);
}

const refuse = (what: string) =>
  new ConfigError([`${what}; write your handle, or your member id (in Slack: your profile, ⋮)`]);

async function byId(client: WebClient, user: string): Promise<string> {
  const ask = () => client.users.info({ user });
  await callSlack("users.info", ask, { idempotent: true }).catch(
    refusing(`there is nobody ${user}`),
  );
  return user;
}

async function byMail(client: WebClient, email: string): Promise<string> {
  const ask = () => client.users.lookupByEmail({ email });
  const { user } = await callSlack("users.lookupByEmail", ask, { idempotent: true }).catch(
    refusing(
      "nobody is found by that e-mail address, for which the app needs the scope users:read.email besides",
    ),
  );
  if (!user?.id) throw refuse("nobody is found by that e-mail address");
  return user.id;
}

async function byName(client: WebClient, name: string): Promise<string> {
  const found = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { limit: PAGE_SIZE, ...defined({ cursor }) };
    const { members = [], response_metadata: more } = await callSlack(
      "users.list",
      () => client.users.list(query),
      { idempotent: true },
    );
    for (const member of members) {
      if (member.id && !member.deleted && isCalled(member, name)) found.add(member.id);
    }
    cursor = more?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  const [first, second] = found;
  if (first === undefined) throw refuse(`nobody is called ${name}`);
  if (second !== undefined) throw refuse(`${found.size} people are called ${name}`);
  return first;
}

function isCalled({ name, real_name: real, profile }: Member, wanted: string): boolean {
  const names = [name, real, profile?.display_name, profile?.real_name];
  return names.some((each) => each?.toLowerCase() === wanted.toLowerCase());
}

const refusing = (what: string) => (error: unknown) => {
  throw error instanceof SlackApiError ? refuse(`${what} (${error.slackError})`) : error;
};
