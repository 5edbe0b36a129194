import { SEND_AGAIN } from "../../src/convert/render-notice.ts";
import { makeReplyItemId } from "../../src/ids.ts";
import { rootsOf } from "../support/threads.ts";
import { type Entry, tokensIn } from "./ledger.ts";
import { userOfRoot } from "./places.ts";
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
export function findDeliveries({ slack, parley, ledger }: Stage, { ids }: Workload): Delivery[] {
  const userOf = new Map(rootsOf(slack).map((root) => [root.ts, userOfRoot(root)]));
  const inSlack = slack.state.messages.flatMap((message, post) => {
    if (message.bot_id !== slack.botId) return [];
    const saysRepeat = /may be a repeat/i.test(message.text + JSON.stringify(message.blocks));
    const user = userOf.get(message.thread_ts ?? message.ts);
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

/** A notice with buttons about a reply that did not (surely) arrive. */
export interface Notice {
  readonly agent: string;
  readonly channel: string;
  /** Of the notice itself. */
  readonly ts: string;
}

/** What agents were told about this reply, oldest first. */
export function noticesAbout({ slack }: Stage, entry: Entry): Notice[] {
  if (entry.ts === undefined) return [];
  const item = makeReplyItemId(slack.teamId, slack.channel, entry.ts);
  const author = slack.state.messages.find(({ ts }) => ts === entry.ts)?.user ?? "";
  const shown = [
    ...slack.state.ephemerals.filter(({ user }) => user === author),
    ...slack.state.messages.filter(({ bot_id }) => bot_id === slack.botId),
  ];
  return shown.flatMap(({ channel, ts, blocks }) => {
    const json = JSON.stringify(blocks ?? []);
    return json.includes(item) && json.includes(SEND_AGAIN) ? [{ agent: author, channel, ts }] : [];
  });
}

/** The bridge marked the agent's message as not sent. */
export const isMarkedAsFailed = ({ slack }: Stage, entry: Entry): boolean =>
  slack.state.messages
    .find(({ ts }) => ts === entry.ts)
    ?.reactions?.some(({ name }) => name === "x") ?? false;
