import { claimIn, findClaimPosts, findRivals } from "./claim-posts.ts";
import { type Delivery, findDeliveries } from "./deliveries.ts";
import { findDeskDeeds } from "./desk-deeds.ts";
import { findDoubled, findPointless, findRepeated, type Talk } from "./desk-waits.ts";
import type { Harm } from "./harms.ts";
import type { Entry } from "./ledger.ts";
import type { Stage } from "./stage.ts";
import type { Workload } from "./workload.ts";

export interface DeskVerdict {
  readonly reminders: number;
  readonly toldUsers: number;
  readonly releases: number;
  readonly handBacks: number;
  /** Posts that say who answers a User. */
  readonly claims: number;
  /** One line each. */
  readonly wrong: readonly string[];
}

/** What the desk did by itself, and who was said to answer whom. `told`: replies of which nobody knows. */
export function judgeDesk(
  stage: Stage,
  workload: Workload,
  { harms, told }: { harms: readonly Harm[]; told: ReadonlySet<Entry> },
): DeskVerdict {
  const deeds = findDeskDeeds(stage, workload);
  const count = (what: RegExp) => deeds.filter(({ step }) => what.test(step)).length;
  const claims = findClaimPosts(stage);
  const deliveries = findDeliveries(stage, workload);
  const talks = new Map(
    [...workload.ids].map(([user, id]) => [user, talkOf(stage, user, id, deliveries, told)]),
  );
  const news = new Map([...workload.ids.keys()].map((user) => [user, claimsOf(stage, user)]));
  for (const { user, at } of deliveries) {
    if (user !== undefined) news.get(user)?.push(at);
  }
  const nothing: Talk = { answers: [], questions: [], openings: [] };
  return {
    reminders: count(/^remind/),
    toldUsers: count(/^tell/),
    releases: count(/^release/),
    handBacks: count(/^hand back/),
    claims: claims.length,
    wrong: [
      ...findDoubled(deeds, harms),
      ...findRepeated(deeds, (user) => [
        ...(news.get(user) ?? []),
        ...(talks.get(user)?.openings ?? []),
      ]),
      ...findPointless(deeds, (user) => talks.get(user) ?? nothing),
      ...findRivals(claims),
    ],
  };
}

/** When a thread of the User said who answers them. */
const claimsOf = ({ slack, places }: Stage, user: number): number[] =>
  slack.state.messages.flatMap(({ bot_id, ts, thread_ts, text }) => {
    const isOurs = bot_id === slack.botId && places.userOf(thread_ts ?? "") === user;
    return isOurs && claimIn(text) ? [Number(ts) * 1000] : [];
  });

function talkOf(
  { ledger, parley, places }: Stage,
  user: number,
  id: string,
  deliveries: readonly Delivery[],
  told: ReadonlySet<Entry>,
): Talk {
  const entries = ledger.entries.filter((entry) => entry.user === user);
  const arrivals = parley.sent(id);
  const threads = [...places.threads().values()].flat();
  return {
    answers: entries
      .flatMap((entry) => {
        const { from, token, sentAt, acknowledgedAt, isSentAgain } = entry;
        const isSure = acknowledgedAt !== undefined && !told.has(entry) && !isSentAgain;
        const sent = arrivals.find(({ message }) => message?.includes(token));
        const arrivedAt = sent && ledger.arrivedAt.get(sent.id);
        return from === "agent" && isSure && arrivedAt ? [{ sentAt, arrivedAt }] : [];
      })
      .toSorted((a, b) => a.arrivedAt - b.arrivedAt),
    questions: entries.flatMap(({ from, sentAt, token }) => {
      const shownAt = deliveries.find((each) => each.token === token)?.at ?? Infinity;
      return from === "user" ? [{ sentAt, shownAt }] : [];
    }),
    openings: [
      ...parley.user(id).handovers.map(({ at }) => at),
      ...threads.flatMap(({ ts }) => (places.userOf(ts) === user ? [Number(ts) * 1000] : [])),
    ],
  };
}
