import fc from "fast-check";
import { expect, it } from "vitest";
import { defined } from "../../src/defined.ts";
import type { Journal } from "../../src/delivery/journal.ts";
import { inLaneOrder } from "../../src/delivery/lane-order.ts";
import { StorageError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { CHANGES, readChange } from "../../src/state/postgres/changes.ts";
import type { PostgresDatabase, Questions } from "../../src/state/postgres/open-postgres.ts";
import { type Holdings, openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { SHARES, shareOf } from "../../src/state/postgres/shares.ts";
import type { SqlValue } from "../../src/state/postgres/sql-value.ts";
import { openReplica } from "../support/open-postgres.ts";
import {
  createTables,
  describePostgres,
  endSessions,
  inSession,
  query,
} from "../support/postgres.ts";
import { holds } from "../support/property.ts";
import { row, rows } from "./journal-suite.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };

/** As a replica that holds nothing. */
const holdingNothing: Holdings = { shareOf, heldBy: () => null };

const inboxOf = (database: PostgresDatabase, holdings = holdingNothing): Journal =>
  openPostgresJournal(database, "inbox", holdings);

interface Stored {
  readonly seq: number;
  readonly id: string;
  readonly lane: string;
  readonly barrier: number;
  readonly sort: string;
}

const ROWS = "SELECT seq, id, lane, barrier, sort FROM inbox WHERE lane = ANY ($1)";

interface Append {
  readonly replica: 0 | 1;
  readonly lane: 0 | 1;
  readonly sort: string | undefined;
  /** Whoever sent it waits for the answer before anything else is sent there. */
  readonly waits: boolean;
}

const someAppends = fc.array(
  fc.record<Append>({
    replica: fc.constantFrom(0, 1),
    lane: fc.constantFrom(0, 1),
    sort: fc.constantFrom(undefined, "a", "b"),
    waits: fc.boolean(),
  }),
  { minLength: 2, maxLength: 40 },
);

/** Every row takes a while from its number to its storing, so that what is added at once has time to overtake. */
const DAWDLE = `
  CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(random() * 0.004); RETURN NEW; END $$;
  CREATE TRIGGER dawdle BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION dawdle()`;

async function openThree() {
  const url = await createTables();
  const watcher = await openReplica(url);
  await query(url, DAWDLE);
  return { watcher, replicas: [inboxOf(await openReplica(url)), inboxOf(await openReplica(url))] };
}

describePostgres("the journal that replicas share", () => {
  /** One for all runs: they would need too many connections. */
  let opened: ReturnType<typeof openThree> | undefined;
  let runs = 0;
  holds(
    "shows rows of a lane in the order of their numbers to everybody, with a barrier behind all barriers before them",
    someAppends,
    async (appends) => {
      opened ??= openThree();
      const { watcher, replicas } = await opened;
      const run = ++runs;
      const lanes = [`${run}/0`, `${run}/1`];
      const given = new Map<string, unknown>();
      const feeds = replicas.map(async (journal, replica) => {
        const pending: Promise<void>[] = [];
        for (const [n, { replica: to, lane: at, sort, waits }] of appends.entries()) {
          if (to !== replica) continue;
          const id = toItemId(`item-${run}-${n}`);
          const lane = `${run}/${at}`;
          const appended = journal.append(row(n, { id, lane, ...defined({ sort }) }));
          pending.push(appended.then((place) => void given.set(id, place)));
          if (waits) await Promise.all(pending);
        }
        await Promise.all(pending);
      });
      let isOver = false;
      const fed = Promise.all(feeds).finally(() => {
        isOver = true;
      });

      const seen = new Map<string, Stored>();
      const newest = new Map<string, number>();
      for (let last = false; !last; ) {
        last = isOver;
        const found = await watcher.read<Stored>(ROWS, lanes);
        const fresh = found.filter(({ id }) => !seen.has(id));
        // What shows itself now is behind everything that showed itself before.
        for (const { lane, seq } of fresh) expect(seq).toBeGreaterThan(newest.get(lane) ?? 0);
        for (const each of fresh) {
          seen.set(each.id, each);
          newest.set(each.lane, Math.max(newest.get(each.lane) ?? 0, each.seq));
        }
      }
      await fed;

      const barriers = new Map<string, number>();
      for (const { id, seq, lane, sort, barrier } of [...seen.values()].sort(bySeq)) {
        if (sort === "") barriers.set(lane, seq);
        expect(barrier).toBe(barriers.get(lane) ?? 0);
        expect(given.get(id)).toEqual({ seq, barrier });
      }
      expect(seen.size).toBe(appends.length);
      for (const lane of lanes) {
        const [one, other] = await Promise.all(replicas.map((each) => each.head(lane, 100)));
        expect(one).toEqual(other);
        expect(one?.toSorted(inLaneOrder)).toEqual(one);
      }
    },
    { runs: 30 },
  );

  it("takes an item once that both replicas get at the same time", async () => {
    const url = await createTables();
    const replicas = [inboxOf(await openReplica(url)), inboxOf(await openReplica(url))];
    for (let n = 0; n < 20; n++) {
      const answers = await Promise.all(replicas.map((journal) => journal.append(row(n))));
      expect(answers.filter((answer) => answer === "duplicate")).toHaveLength(1);
    }
  });

  it("tells of what changes a lane whose share another session may hold, and of nothing else", async () => {
    const url = await createTables();
    const [database, other] = [await openReplica(url), await openReplica(url)];
    const heard: (string | undefined)[] = [];
    await other.listen(CHANGES, (payload) => heard.push(readChange(payload).lane));
    const [session] = await database.read<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const holding = { shareOf, heldBy: () => session?.pid ?? null };
    const [ours, theirs] = [inboxOf(database, holding), inboxOf(database)];

    const own = await ours.append(row(1, { lane: "ours" }));
    const seq = own === "duplicate" ? 0 : own.seq;
    await ours.saveProgress({ seq, body: undefined, progress: "1", begun: false });
    await ours.defer(seq, { attempts: 1, triedMs: 1, dueAt: 1, pauseMs: 1 });
    await theirs.append(row(2, { lane: "a lane with spaces" }));
    await theirs.append(row(2, { lane: "a lane with spaces" }));
    await theirs.append(row(3, { lane: "held", held: true }));
    await theirs.append(row(4, { lane: "x".repeat(9_000) }));
    await ours.cancel(toItemId("never-seen"), 1);
    await ours.replace(toItemId("item-1"), "{}");
    await ours.requeue(toItemId("item-3"), 1);
    await ours.cancel(toItemId("item-2"), 1);

    const told = ["a lane with spaces", undefined, "ours", "held", "a lane with spaces"];
    await expect.poll(() => heard, PATIENCE).toEqual(told);
  });

  it("tells of it also when the session is another by then than the one that held the share", async () => {
    const url = await createTables();
    const [database, other] = [await openReplica(url), await openReplica(url)];
    const heard: (string | undefined)[] = [];
    await other.listen(CHANGES, (payload) => heard.push(readChange(payload).lane));
    const journal = inboxOf(database, { shareOf, heldBy: () => 1 });
    await journal.append(row(1, { lane: "user/1" }));
    await expect.poll(() => heard, PATIENCE).toEqual(["user/1"]);
  });

  it("writes nothing any more in the name of a session that has ended", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const journal = inboxOf(database);
    const place = await journal.append(row(1));
    const seq = place === "duplicate" ? 0 : place.seq;
    const session = database.session();

    await endSessions(url, "main");

    const late = () => database.inNameOf(session, () => journal.done([seq]));
    await expect(late()).rejects.toThrow(StorageError);
    await expect.poll(() => journal.head("user-1", 9).catch(() => []), PATIENCE).toHaveLength(1);
    await expect(late()).rejects.toThrow(StorageError);
    expect(await query(url, "SELECT state FROM inbox")).toEqual([{ state: "waiting" }]);
  });

  it("finds what waits, and what is owed, by shares", async () => {
    const journal = inboxOf(await openReplica(await createTables()));
    const lanes = Array.from({ length: 20 }, (_, n) => `user/${n}`);
    for (const [n, lane] of lanes.entries()) await journal.append(row(n, { lane }));
    const [chosen = ""] = lanes;
    const share = shareOf(chosen);
    const others = Array.from({ length: SHARES }, (_, each) => each).filter((it) => it !== share);
    const inShare = lanes.filter((lane) => shareOf(lane) === share);
    expect((await journal.pendingLanes([share])).toSorted()).toEqual(inShare.toSorted());
    expect(await journal.pendingLanes(others)).toHaveLength(lanes.length - inShare.length);
    const [head] = await journal.head(chosen, 1);
    const seq = head?.seq ?? 0;
    await journal.dead([{ seq, notice: '"sorry"' }], { code: "network", message: "refused" });
    expect(await journal.owedNotices(others)).toEqual([]);
    const { id, lane, appendedAt } = row(0, { lane: chosen });
    const owed = { seq, id, lane, appendedAt, notice: '"sorry"' };
    expect(await journal.owedNotices([share])).toEqual([owed]);
    await journal.noticeGiven(seq);
    expect(await journal.owedNotices([share])).toEqual([]);
    expect(await journal.deadLetters()).toMatchObject([{ id, reason: { code: "network" } }]);
  });

  it("writes to no index while an item is tried", async () => {
    const url = await createTables();
    const { channel } = await openReplica(url);
    await inSession(url, async (client) => {
      const read: Questions["read"] = async <Row>(sql: string, ...values: readonly SqlValue[]) =>
        (await client.query(sql, [...values])).rows as Row[];
      const write: Questions["write"] = ({ sql, values }) => read(sql, ...values);
      const journal = openPostgresJournal({ channel, read, write }, "inbox", holdingNothing);
      await client.query("BEGIN");
      for (let n = 1; n <= 2; n++) await journal.append(row(n, { body: "x".repeat(500) }));
      for (const { seq } of await journal.head("user-1", 2)) {
        const change = { seq: Number(seq), body: undefined, progress: "{}", begun: true };
        await journal.saveProgress(change);
        await journal.defer(seq, { attempts: 1, triedMs: 1, dueAt: 1, pauseMs: 1 });
      }
      const [updates] = await read<{ hot: number; all: number }>(
        `SELECT pg_stat_get_xact_tuples_hot_updated('inbox'::regclass)::int AS hot,
           pg_stat_get_xact_tuples_updated('inbox'::regclass)::int AS all`,
      );
      expect(updates).toEqual({ hot: 4, all: 4 });
    });
  });

  it("drops what people wrote as soon as an item is done or discarded", async () => {
    const url = await createTables();
    const journal = inboxOf(await openReplica(url));
    for (const n of [1, 2, 3]) await journal.append(row(n));
    const [first, second] = await journal.head("user-1", 3);
    if (!first || !second) throw new Error("nothing waits");
    await journal.saveProgress({ seq: first.seq, body: undefined, progress: '"x"', begun: true });
    await journal.done([first.seq]);
    const reason = { code: "payload", message: "unreadable" };
    await journal.dead([{ seq: second.seq, notice: '"text"' }], reason);
    await journal.discard(second.id);
    expect(
      await query(url, "SELECT body, progress, error, notice FROM inbox ORDER BY seq LIMIT 2"),
    ).toEqual(Array(2).fill({ body: null, progress: null, error: null, notice: null }));
  });

  it("lists a dead letter whose reason is damaged, and the others", async () => {
    const url = await createTables();
    const journal = inboxOf(await openReplica(url));
    for (const n of [1, 2]) await journal.append(row(n));
    const waiting = await journal.head("user-1", 2);
    await journal.dead(rows(...waiting.map(({ seq }) => seq)), { code: "network", message: "no" });
    await query(url, "UPDATE inbox SET error = '{' WHERE id = 'item-1'");
    const letters = await journal.deadLetters();
    expect(letters.map(({ id, reason }) => [id, reason.code])).toEqual([
      ["item-1", "unreadable"],
      ["item-2", "network"],
    ]);
  });
});

const bySeq = (a: Stored, b: Stored) => a.seq - b.seq;
