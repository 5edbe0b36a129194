import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import { callSlack } from "./web-api.ts";

export type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/**
 * What Slack knows about somebody; `undefined` if Slack does not say. Never fails. While Slack cannot be asked: as it said last;
 * `now`: then not either; `again`: nor as it said more than some seconds ago. It is the same object until Slack is asked again.
 */
export type FindUser = (
  id: string,
  which?: "last" | "now" | "again",
) => Promise<SlackUser | undefined>;

/** Names and rights change rarely; a change shows within the hour. */
const LIFE_MS = 60 * 60_000;
/** Somebody who may not act and goes on trying has Slack asked once in this time. */
const AGAIN_MS = 5_000;
/** After a failure Slack is asked again soon, because the reply of somebody new waits for it, but not for every message. */
const FAILURE_LIFE_MS = 10_000;

interface Known {
  /** As it said when it was asked now, or last. */
  now: Promise<SlackUser | undefined>;
  last: Promise<SlackUser | undefined>;
  until: number;
  /** The same where it is asked for `again`. */
  againFrom: number;
}

/** Asks Slack once an hour for each member, or `again`. `now`: ms of a clock that never jumps. */
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

  function renew(id: string, before: Known | undefined): Known {
    const asked = ask(id);
    const last = asked.then((user) => user ?? before?.last);
    const never = Number.POSITIVE_INFINITY;
    const entry: Known = { now: asked, last, until: never, againFrom: never };
    void asked.then((user) => {
      entry.until = now() + (user ? LIFE_MS : FAILURE_LIFE_MS);
      entry.againFrom = now() + (user ? AGAIN_MS : FAILURE_LIFE_MS);
    });
    known.set(id, entry);
    return entry;
  }

  return (id, which = "last") => {
    const before = known.get(id);
    // While Slack is being asked, others wait for the same answer.
    const isGood = before && now() < (which === "again" ? before.againFrom : before.until);
    const entry = isGood ? before : renew(id, before);
    return which === "last" ? entry.last : entry.now;
  };
}
