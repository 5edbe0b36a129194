import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import { callSlack } from "./web-api.ts";

export type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/** What Slack knows about somebody; `undefined` if Slack does not say. Never fails. */
export type FindUser = (id: string) => Promise<SlackUser | undefined>;

/** Names and rights change rarely; a change shows within the hour. */
const LIFE_MS = 60 * 60_000;
/** After a failure Slack is asked again soon, because the reply of somebody new waits for it, but not for every message. */
const FAILURE_LIFE_MS = 10_000;

interface Known {
  user: Promise<SlackUser | undefined>;
  until: number;
}

/** Asks Slack once an hour for each member; if that fails, the last answer is used. `now`: ms of a clock that never jumps. */
export function createFindUser(
  client: WebClient,
  now: () => number = () => performance.now(),
): FindUser {
  const known = new Map<string, Known>();

  const ask = (id: string) =>
    callSlack("users.info", () => client.users.info({ user: id }), { idempotent: true }).then(
      ({ user }) => user,
      () => undefined,
    );

  return (id) => {
    const before = known.get(id);
    if (before && before.until > now()) return before.user;
    // While Slack is being asked, others wait for the same answer.
    const entry: Known = { user: renew(), until: Number.POSITIVE_INFINITY };
    known.set(id, entry);
    return entry.user;

    async function renew() {
      const asked = await ask(id);
      entry.until = now() + (asked ? LIFE_MS : FAILURE_LIFE_MS);
      return asked ?? (await before?.user);
    }
  };
}
