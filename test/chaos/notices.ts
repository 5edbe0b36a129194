import { heldItem } from "../../src/bridge/claims/held-item.ts";
import { type ItemId, makeReplyItemId } from "../../src/ids.ts";
import { ACTIONS } from "../../src/views/actions.ts";
import type { Entry } from "./ledger.ts";
import type { Stage } from "./stage.ts";
import { keptFor } from "./take-over.ts";

/** A notice with buttons about a reply that did not (surely) arrive. */
export interface Notice {
  /** Who wrote the reply. */
  readonly agent: string;
  readonly channel: string;
  /** Of the notice itself. */
  readonly ts: string;
}

/** What agents were told about replies of which nobody knows, oldest first; alone or in the thread. */
export const findNotices = (stage: Stage): Map<Entry, Notice[]> =>
  noticesAbout(stage, (reply) => [reply, keptFor(reply), keptFor(keptFor(reply))]);

/** The same about replies that wait because a colleague has the User. */
export const findHeld = (stage: Stage): Map<Entry, Notice[]> =>
  noticesAbout(stage, (reply) => [heldItem(reply)]);

function noticesAbout(
  { slack, ledger }: Stage,
  itemsOf: (reply: ItemId) => readonly ItemId[],
): Map<Entry, Notice[]> {
  const authors = new Map(slack.state.messages.map(({ ts, user }) => [ts, user ?? ""]));
  const replies = new Map(
    ledger.entries.flatMap((entry) => {
      if (!entry.place) return [];
      const reply = makeReplyItemId(slack.teamId, entry.place.channel, entry.place.ts);
      return itemsOf(reply).map((item): [string, Entry] => [item, entry]);
    }),
  );
  const found = new Map<Entry, Notice[]>();
  const ours = slack.state.messages.filter(({ bot_id }) => bot_id === slack.botId);
  for (const { channel, ts, blocks } of [...slack.state.ephemerals, ...ours]) {
    const json = JSON.stringify(blocks ?? []);
    if (!json.includes(ACTIONS.sendAgain.id)) continue;
    for (const [item] of json.matchAll(/[rd]_[0-9a-f]{24}/g)) {
      const entry = replies.get(item);
      const agent = authors.get(entry?.place?.ts ?? "");
      if (entry && agent) found.set(entry, [...(found.get(entry) ?? []), { agent, channel, ts }]);
    }
  }
  return found;
}
