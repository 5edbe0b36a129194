import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { StorageError } from "../../src/errors.ts";
import type { PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import type { Session } from "../../src/state/postgres/session.ts";
import type { Statement } from "../../src/state/postgres/sql-value.ts";
import { captureLog } from "../support/captured-log.ts";
import { type CutProxy, startCutProxy } from "../support/cut-proxy.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, endSessions, query } from "../support/postgres.ts";

const remember = (key: string, value = "", locks: readonly string[] = []): Statement => ({
  sql: "INSERT INTO remembered (key, value) VALUES ($1, $2)",
  values: [key, value],
  locks,
});

const keysIn = async (url: string) =>
  (await query<{ key: string }>(url, "SELECT key FROM remembered ORDER BY key")).map(
    ({ key }) => key,
  );

const ended = (session: Session) =>
  session.signal.aborted
    ? Promise.resolve()
    : new Promise<void>((resolve) => session.signal.addEventListener("abort", () => resolve()));

/** Resolves when another main session has followed the one of now. */
async function nextSession(database: PostgresDatabase, before: Session): Promise<Session> {
  return await new Promise((resolve) => {
    database.onSession((session) => {
      if (session !== before) resolve(session);
    });
  });
}

/** A replica whose network can be disturbed, and the database as others see it. */
async function openBehindProxy(
  clock?: Clock,
): Promise<{ url: string; proxy: CutProxy; database: PostgresDatabase }> {
  const url = await createTables();
  const { hostname: host, port } = new URL(url);
  const proxy = await startCutProxy({ host, port: Number(port) });
  const through = new URL(url);
  through.port = String(proxy.port);
  const database = await openReplica(through.href, clock && { clock });
  return { url, proxy, database };
}

/** A clock that the test moves on. */
function movableClock() {
  let moved = 0;
  return {
    now: () => systemClock.now() + moved,
    monotonic: () => systemClock.monotonic() + moved,
    advance(ms: number) {
      moved += ms;
    },
  };
}

describePostgres("a session of PostgreSQL", () => {
  it("that an administrator has ended takes what is done in its name with it, and another follows", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const session = database.session();
    await database.inNameOf(session, () => database.write(remember("before")));
    expect(await endSessions(url, "main")).toBe(1);
    const next = await nextSession(database, session);

    expect(session.signal.aborted).toBe(true);
    await database.inNameOf(session, async () => {
      await expect(database.write(remember("late"))).rejects.toThrow(StorageError);
      await expect(database.read("SELECT 1")).rejects.toThrow(StorageError);
      await expect(database.stillOurs()).rejects.toThrow(StorageError);
    });
    await database.inNameOf(next, async () => {
      await database.write(remember("after"));
      await database.stillOurs();
    });
    expect(await keysIn(url)).toEqual(["after", "before"]);
  });

  it("leaves nothing of its name to the one that follows", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const session = database.session();
    const heard: Promise<unknown>[] = [];
    await database.listen("lanes", () => heard.push(database.read("SELECT 1 AS one")));
    const read = nextSession(database, session).then(() => undefined);
    const asked: Promise<unknown>[] = [];
    database.onSession((next) => {
      if (next !== session) asked.push(database.read("SELECT 1 AS one"));
    });
    await database.inNameOf(session, async () => {
      const slow = database.read("SELECT pg_sleep(3)").catch(() => {});
      await expect
        .poll(() => query(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        .toHaveLength(1);
      await endSessions(url, "main");
      await slow;
    });
    await read;
    await query(url, "SELECT pg_notify($1, '')", [database.channel("lanes")]);
    await expect.poll(() => heard).toHaveLength(1);
    expect(await Promise.all([...asked, ...heard])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  });

  it("takes what was under way with it", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const session = database.session();
    const slow = database.read("SELECT pg_sleep(3)").catch((error: unknown) => error);
    await expect
      .poll(() => query(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
      .toHaveLength(1);
    const behind = database.write(remember("behind")).catch((error: unknown) => error);
    await endSessions(url, "main");
    expect(await slow).toBeInstanceOf(StorageError);
    expect(await behind).toBeInstanceOf(StorageError);
    await nextSession(database, session);
    expect(await keysIn(url)).toEqual([]);
  });

  it("holds its locks until it ends", async () => {
    const url = await createTables();
    const [one, other] = [await openReplica(url), await openReplica(url)];
    const tryLock = async (replica: PostgresDatabase) => {
      const [row] = await replica.read<{ locked: boolean }>(
        "SELECT pg_try_advisory_lock($1, 7) AS locked",
        replica.lockClass("share"),
      );
      return row?.locked;
    };
    expect(await tryLock(one)).toBe(true);
    expect(await tryLock(other)).toBe(false);
    await one.close();
    await expect.poll(() => tryLock(other)).toBe(true);
  });

  it("goes on while the other kind of session is ended", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const session = database.session();
    await endSessions(url, "side");
    await expect.poll(() => database.side.read("SELECT 1 AS one").catch(() => [])).toHaveLength(1);
    expect(database.session()).toBe(session);
    await database.side.write(remember("side"));
    expect(await keysIn(url)).toEqual(["side"]);
  });

  it("hears what is told, in the order of the commits, also the one that follows", async () => {
    const url = await createTables();
    const [one, other] = [await openReplica(url), await openReplica(url)];
    const heard: string[] = [];
    await one.listen("lanes", (payload) => heard.push(payload));
    const tell = (payload: string) =>
      other.write({
        sql: "SELECT pg_notify($1, $2)",
        values: [other.channel("lanes"), payload],
      });
    await Promise.all([tell("a"), tell("b")]);
    await tell("c");
    await expect.poll(() => heard).toEqual(["a", "b", "c"]);
    const session = one.session();
    await query(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await endSessions(url, "main");
    await nextSession(one, session);
    await expect
      .poll(() =>
        tell("d").then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => heard).toEqual(["a", "b", "c", "d"]);
  });

  it("whose network is cut is over at once, and no other comes about until it is back", async () => {
    const { proxy, database } = await openBehindProxy();
    const session = database.session();
    proxy.cut();
    await ended(session);
    await expect(database.write(remember("a"))).rejects.toThrow(StorageError);
    await expect(database.probe()).rejects.toThrow(StorageError);
    proxy.resume();
    await nextSession(database, session);
    await database.probe();
  });

  it("that gets no answers any more is over within seconds, on both sides", async () => {
    const { url, proxy, database } = await openBehindProxy();
    const session = database.session();
    const [lock] = await database.read<{ locked: boolean }>(
      "SELECT pg_try_advisory_lock($1, 1) AS locked",
      database.lockClass("share"),
    );
    expect(lock).toEqual({ locked: true });
    proxy.stall();
    const late = database.write(remember("late")).catch((error: unknown) => error);
    expect(await late).toBeInstanceOf(StorageError);
    expect(session.signal.aborted).toBe(true);
    await expect
      .poll(() => query(url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
      .toEqual([]);
    expect(await keysIn(url)).toEqual([]);
    proxy.resume();
    await nextSession(database, session);
    await database.write(remember("after"));
    // What was held on its way arrives at a session that has ended.
    expect(await keysIn(url)).toEqual(["after"]);
  });

  it.each([
    ["between two statements", "main", 190],
    ["in the middle of one", "main", 10_000],
    ["between two statements", "pace", 190],
    ["in the middle of one", "pace", 10_000],
    ["in the middle of one", "side", 10_000],
  ] as const)(
    "that freezes %s of a transaction holds others up for seconds only: %s",
    async (_, kind, bytes) => {
      const { url, proxy, database } = await openBehindProxy();
      const other = await openReplica(url);
      const session = database.session();
      proxy.stallAfter(bytes);
      const frozen = (kind === "main" ? database : database[kind])
        .write(remember("frozen", "x".repeat(1_000_000), ["lane"]))
        .catch((error: unknown) => error);
      await expect
        .poll(() =>
          query(
            url,
            `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
           WHERE locktype = 'advisory' AND granted AND wait_event = 'ClientRead'`,
          ),
        )
        .toHaveLength(1);
      await other.write(remember("other", "", ["lane"]));
      proxy.resume();
      expect(await frozen).toBeInstanceOf(StorageError);
      if (kind === "main") expect(session.signal.aborted).toBe(true);
      expect(await keysIn(url)).toEqual(["other"]);
    },
  );

  it("is not asked again whether it is there while its last answer is fresh", async () => {
    const clock = movableClock();
    const { proxy, database } = await openBehindProxy(clock);
    const session = database.session();
    await session.read("SELECT 1");
    proxy.stall();
    await session.stillOurs();
    clock.advance(1_000);
    await expect(session.stillOurs()).rejects.toThrow(StorageError);
    proxy.resume();
  });

  it("does not count as there because of an answer that was asked for long ago", async () => {
    const clock = movableClock();
    const { url, proxy, database } = await openBehindProxy(clock);
    const session = database.session();
    await session.read("SELECT 1");
    proxy.holdAnswers();
    // As if the process was frozen between the server's answer and its end.
    const asked = session.read("SELECT 'asked'");
    await expect
      .poll(() => query(url, "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT ''asked'''"))
      .toHaveLength(1);
    clock.advance(10_000);
    await endSessions(url, "main");
    proxy.resume();
    await asked;
    await expect(session.stillOurs()).rejects.toThrow(StorageError);
  });

  it("counts as there outside of anybody's name, and when the clock was set back it is asked", async () => {
    const clock = movableClock();
    const { database } = await openBehindProxy(clock);
    await database.stillOurs();
    clock.advance(-60_000);
    await database.inNameOf(database.session(), () => database.stillOurs());
  });

  it("raises the alarm only if no other follows, and clears it then", async () => {
    const url = await createTables();
    const { hostname: host, port } = new URL(url);
    const proxy = await startCutProxy({ host, port: Number(port) });
    const through = new URL(url);
    through.port = String(proxy.port);
    const log = captureLog();
    const alarms = createAlarms(log);
    const database = await openReplica(through.href, { alarms });
    const session = database.session();
    await endSessions(url, "main");
    const next = await nextSession(database, session);
    expect(alarms.current()).toEqual([]);
    proxy.cut();
    await ended(next);
    await expect.poll(() => alarms.current()).toHaveLength(1);
    expect(alarms.current()[0]?.name).toBe("store");
    proxy.resume();
    await expect.poll(() => alarms.current()).toEqual([]);
  });

  it("is over when the database is closed, and what was asked for before is done", async () => {
    const url = await createTables();
    const database = await openReplica(url);
    const written = database.write(remember("last"));
    await Promise.all([database.close(), database.close()]);
    await written;
    expect(await keysIn(url)).toEqual(["last"]);
    await expect(database.read("SELECT 1")).rejects.toThrow("the state is closed");
    await expect
      .poll(() => query(url, "SELECT 1 FROM pg_stat_activity WHERE application_name ~ '^parley'"))
      .toEqual([]);
  });
});
