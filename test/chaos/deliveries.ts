import { type Entry, tokensIn } from "./ledger.ts";
import type { Stage } from "./stage.ts";
import type { Workload } from "./workload.ts";

/** One place where a message came out. */
export interface Delivery {
  readonly token: string;
  /** The User in whose thread or chat it is; missing: in nobody's. */
  readonly user: number | undefined;
  /** ms since the epoch. */
  readonly at: number;
  /** Grows with each post; a post that merges several messages has the same for all of them. */
  readonly post: number;
  /** Place within the post. */
  readonly part: number;
  /** The post says that it may be a repeat. */
  readonly saysRepeat: boolean;
}

/** Every message of a User that the bridge posted, and every message of an agent that Parley took. */
export function findDeliveries(
  { slack, parley, ledger, places }: Stage,
  { ids }: Workload,
): Delivery[] {
  const inSlack = slack.state.messages.flatMap((message, post) => {
    if (message.bot_id !== slack.botId) return [];
    const saysRepeat = /may be a repeat/i.test(message.text + JSON.stringify(message.blocks));
    const user = places.userOf(message.thread_ts ?? message.ts);
    const at = Number(message.ts) * 1000;
    return tokensIn(message.text)
      .filter((token) => token.startsWith("w"))
      .map((token, part) => ({ token, user, at, post, part, saysRepeat }));
  });
  const inParley = [...ids].flatMap(([user, id]) =>
    parley.sent(id).flatMap((message) =>
      tokensIn(message.message ?? "").map((token, part) => ({
        token,
        user,
        at: ledger.arrivedAt.get(message.id) ?? 0,
        post: message.id,
        part,
        saysRepeat: false,
      })),
    ),
  );
  return [...inSlack, ...inParley];
}

/** The writer was told that it was not sent: by a mark on the message, or in words that nobody else sees. */
export function isToldAsNotSent({ slack }: Pick<Stage, "slack">, entry: Entry): boolean {
  const message = slack.state.messages.find(({ ts }) => ts === entry.place?.ts);
  if (!message) return false;
  return (
    (message.reactions?.some(({ name }) => name === "x") ?? false) ||
    slack.state.ephemerals.some(
      ({ user, thread_ts, text }) =>
        user === message.user &&
        thread_ts === message.thread_ts &&
        text.includes("Not sent") &&
        // It waits for its writer's word.
        !text.includes("all the same?"),
    )
  );
}
