import { openStateSql } from "../support/state-sql.ts";
import { undescribed } from "../support/undescribed.ts";
import type { Stage } from "./stage.ts";

export interface EventsVerdict {
  /** Each once. */
  readonly received: number;
  readonly repeated: number;
  readonly lost: readonly string[];
  readonly disordered: readonly string[];
  /** Anything else, one line each. */
  readonly wrong: readonly string[];
}

/** What an event is held to, of a conversation as the bridge has it on disk. */
interface Kept {
  readonly id: string;
  readonly userId: string;
  readonly openedAt: number;
  readonly thread?: unknown;
  readonly firstAnswerAt?: number;
  readonly firstClaimAt?: number;
  readonly ending?: { readonly at: number };
  readonly told?: readonly string[];
}

/** What the bot was told, beside what has become of each conversation. */
export async function judgeEvents({ bot, stateEnv }: Stage): Promise<EventsVerdict> {
  const sql = await openStateSql({ env: stateEnv });
  const rows = await sql.ask<{ body: string }>("SELECT body FROM conversations");
  await sql.close();
  const kept = rows.map(({ body }) => JSON.parse(body) as Kept);
  const told = new Set(kept.flatMap(({ told = [] }) => told));
  const received = new Set(bot.events.map(({ id }) => id));
  const happened = bot.events.filter(({ type }) => !/waiting|failed/.test(type));
  return {
    received: received.size,
    repeated: bot.arrivals.length - received.size,
    lost: [...told].filter((id) => !received.has(id)),
    disordered: [...kept.flatMap((each) => disorderIn(each, bot)), ...disorderOfUsers(kept, bot)],
    wrong: [
      ...happened.flatMap(({ id, type }) =>
        told.has(id) ? [] : [`never happened: ${type} ${id}`],
      ),
      ...kept.flatMap((each) => miscounted(each, bot)),
      ...undescribed(bot.events),
      ...bot.failures.map(String),
    ],
  };
}

const eventsOf = ({ id }: Kept, { events }: Stage["bot"]) =>
  events.filter(({ data }) => data.conversation === id);

/** They came in another order than that in which they happened. */
function disorderIn(conversation: Kept, bot: Stage["bot"]): string[] {
  const { id, told = [] } = conversation;
  const came = eventsOf(conversation, bot).flatMap((each) =>
    told.includes(each.id) ? [each.id] : [],
  );
  const expected = told.filter((each) => came.includes(each));
  return came.join() === expected.join() ? [] : [`${id}: ${came.join()} for ${expected.join()}`];
}

/** Of two conversations of a User all of the first come first. */
function disorderOfUsers(kept: readonly Kept[], { events }: Stage["bot"]): string[] {
  const openedAt = new Map(kept.map((each) => [each.id, each.openedAt]));
  return [...Map.groupBy(events, ({ data }) => data.userId)].flatMap(([user, all]) => {
    const moments = all.flatMap(({ data }) => openedAt.get(String(data.conversation)) ?? []);
    const isSorted = moments.every((at, index) => at >= (moments[index - 1] ?? 0));
    return isSorted ? [] : [`User ${String(user)}: events of two conversations are mixed`];
  });
}

/** What must have come, and how often. */
function miscounted(conversation: Kept, bot: Stage["bot"]): string[] {
  const { id, thread, firstAnswerAt, firstClaimAt, ending } = conversation;
  const events = eventsOf(conversation, bot);
  const count = (kind: RegExp) => events.filter(({ type }) => kind.test(type)).length;
  const rules: readonly (readonly [what: string, isRight: boolean])[] = [
    ["accepted", count(/accepted/) === (thread === undefined ? count(/accepted/) : 1)],
    ["claimed", (firstClaimAt !== undefined) === count(/claimed/) > 0],
    // One that is recorded after the end is not told.
    ["answered", count(/answered/) <= (firstAnswerAt === undefined ? 0 : 1)],
    ["answered before the end", count(/answered/) === 1 || !isAnsweredIn(conversation)],
    ["ended", count(/completed|declined/) === (ending === undefined ? 0 : 1)],
    ["the end is the last", ending === undefined || /completed|declined/.test(lastOf(events))],
  ];
  return rules.flatMap(([what, isRight]) =>
    isRight ? [] : [`${id}: ${what} is wrong in ${events.map(({ type }) => type).join()}`],
  );
}

const isAnsweredIn = ({ firstAnswerAt, ending }: Kept): boolean =>
  firstAnswerAt !== undefined && firstAnswerAt < (ending?.at ?? Infinity);

const lastOf = (events: Stage["bot"]["events"]): string => events.at(-1)?.type ?? "";
