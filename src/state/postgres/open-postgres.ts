import { AsyncLocalStorage } from "node:async_hooks";
import type { Alarms } from "../../alarms.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { BridgeError, ConfigError, reasonOf, StorageError } from "../../errors.ts";
import { checkServer } from "./check-server.ts";
import { applicationName, connect, connectSession } from "./connect.ts";
import { keepSession, type SessionKeeper } from "./keep-session.ts";
import {
  migrateSchema,
  refuseLaterSchema,
  refuseLaterTables,
  requireSchema,
} from "./migrate-schema.ts";
import { namesIn, type SharedNames } from "./names-in.ts";
import { createPostgresAlarm } from "./postgres-alarm.ts";
import { type PostgresLogin, readPostgresUrl } from "./postgres-url.ts";
import { createSession, type Session } from "./session.ts";
import { IDLE_IN_TRANSACTION_MS, type SessionKind } from "./session-settings.ts";
import type { SqlValue, Statement } from "./sql-value.ts";
import { whileAnswering } from "./while-answering.ts";

/** What can be asked of one session after the other. */
export interface Questions {
  /** One statement that changes nothing. */
  read<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>;
  /** One statement, synced to disk when resolved. One that fails does not harm those that share its transaction. */
  write<Row>(statement: Statement): Promise<Row[]>;
}

/**
 * One PostgreSQL database, through three sessions: a main one, which holds what this replica has locked and writes whatever
 * depends on it, a side one, and one for the pace. What is asked of each happens in the order in which it was asked for. Writes
 * that are in flight together share one transaction, and so one sync to disk. A session that is over is followed by another;
 * until then whatever is asked fails.
 *
 * @throws {StorageError} from every call, without the values
 */
export interface PostgresDatabase extends Questions, SharedNames {
  /** The session for what takes its time: long lists, counts, expiry. Nobody's locks depend on it. */
  readonly side: Questions;
  /** The session for what is short and must wait for nothing else, nor have others wait for anything else. */
  readonly pace: Questions;
  /** The session in whose name this runs, or else the main session of now. @throws {StorageError} there is none at present */
  session(): Session;
  /** Told of the main session of now, if there is one, and of each that follows. */
  onSession(listener: (session: Session) => void): void;
  /**
   * Runs `work` in the name of a main session: whatever it asks of the database, now or later, goes through this session and
   * fails once it is over.
   */
  inNameOf<Result>(session: Session, work: () => Result): Result;
  /** Aborted when the session is over in whose name this runs; `undefined`: in that of none. */
  boundSignal(): AbortSignal | undefined;
  /**
   * Resolves if the session in whose name this runs is still ours, by the server's own word of within the last second; and at
   * once outside of `inNameOf`.
   */
  stillOurs(): Promise<void>;
  /**
   * Calls back with what anybody tells this channel of theirs (`pg_notify(channel(name), payload)`), in the order of the commits.
   * Each main session listens before `onSession` is told of it; what is told while there is none is not heard.
   */
  listen(name: string, listener: (payload: string) => void): Promise<void>;
  /** Writes, to find out whether that can be done. */
  probe(): Promise<void>;
  /** Finishes what was asked for; safe to repeat. */
  close(): Promise<void>;
}

export interface PostgresOptions extends PostgresLogin {
  /**
   * `own`: the tables are brought up to this version; any number of replicas may do so · `share`: beside bridges that have them;
   * those of an earlier version are refused · `visit`: to see whether they could be owned; nothing is changed.
   */
  readonly access: "own" | "share" | "visit";
  /** Raised while the database cannot be used, cleared when it can be used again. */
  readonly alarms?: Pick<Alarms, "raise" | "clear"> | undefined;
  readonly clock?: Clock;
}

/**
 * @throws {ConfigError} the server, or what is before it, cannot be used; or the tables are those of another version
 * @throws {StorageError} it cannot be reached or asked now; says what to do
 */
export async function openPostgres(
  stateUrl: string,
  { access, alarms, clock = systemClock, ...login }: PostgresOptions,
): Promise<PostgresDatabase> {
  const target = readPostgresUrl(stateUrl, login);
  const alarm = createPostgresAlarm(target, alarms);
  const listeners = new Map<string, ((payload: string) => void)[]>();
  const sessionListeners: ((session: Session) => void)[] = [];
  const bound = new AsyncLocalStorage<Session | undefined>();
  /** What follows a session that is over is not done in its name, whoever noticed that. */
  const inNobodysName = <Result>(work: () => Result) => bound.run(undefined, work);
  const names = await prepare();

  async function prepare(): Promise<SharedNames> {
    try {
      const connection = await connect(target, "check");
      const late = setTimeout(connection.destroy, CHECK_MS);
      try {
        const found = namesIn(await checkServer(target, connection));
        if (access === "own") {
          clearTimeout(late);
          const beside = await open("pace", new AbortController().signal, found);
          await whileAnswering(beside, connection, () => migrateSchema(connection, found));
        } else if (access === "share") await requireSchema(connection);
        else await refuseLaterSchema(connection);
        return found;
      } finally {
        clearTimeout(late);
        connection.destroy();
      }
    } catch (error) {
      throw error instanceof BridgeError ? error : alarm.closed("main", error);
    }
  }

  async function open(kind: SessionKind, signal: AbortSignal, { lockKey }: SharedNames) {
    try {
      const connection = await connectSession(target, kind, signal);
      const session = createSession(connection, {
        kind,
        clock,
        alarm,
        keyOf: lockKey,
        onNotification(channel, payload) {
          for (const listener of listeners.get(channel) ?? []) listener(payload);
        },
      });
      if (kind === "main")
        await Promise.all([...listeners.keys()].map((each) => hear(session, each)));
      alarm.connected(kind);
      return session;
    } catch (error) {
      throw error instanceof BridgeError ? error : alarm.closed(kind, error);
    }
  }

  const hear = (session: Session, channel: string) => session.read(`LISTEN ${channel}`);

  const keepers: SessionKeeper[] = [];
  const closeAll = (reason?: StorageError) =>
    Promise.all(keepers.map((keeper) => keeper.close(reason)));

  async function keep(
    kind: SessionKind,
    onOpen?: (session: Session) => void,
  ): Promise<SessionKeeper> {
    try {
      const first = await open(kind, new AbortController().signal, names);
      const keeper = keepSession(
        first,
        (signal) => inNobodysName(() => open(kind, signal, names)),
        onOpen,
      );
      keepers.push(keeper);
      return keeper;
    } catch (error) {
      await closeAll();
      throw error;
    }
  }
  const main = await keep("main", (session) => {
    inNobodysName(() => {
      for (const listener of sessionListeners) listener(session);
    });
  });
  const side = await keep("side");
  const pace = await keep("pace");

  const watching = setInterval(() => {
    // Whoever has no session is told elsewhere.
    if (access === "own") watch(side.current).catch(() => {});
  }, WATCH_EVERY_MS);
  watching.unref();

  async function watch(sessionOf: () => Session): Promise<void> {
    const session = sessionOf();
    await session.read(END_FROZEN, WHO_LOCK);
    try {
      await refuseLaterTables(session);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      clearInterval(watching);
      const advice = reasonOf(error);
      alarms?.raise("store", advice);
      await closeAll(new StorageError(advice, { cause: error, canPass: false }));
    }
  }

  const session = () => bound.getStore() ?? main.current();
  const questionsOf = (sessionOf: () => Session): Questions => ({
    read: async (sql, ...values) => await sessionOf().read(sql, ...values),
    write: async (statement) => await sessionOf().write(statement),
  });

  let closed: Promise<unknown> | undefined;
  return {
    ...questionsOf(session),
    side: questionsOf(side.current),
    pace: questionsOf(pace.current),
    ...names,
    session,
    onSession(listener) {
      sessionListeners.push(listener);
      let session: Session;
      try {
        session = main.current();
      } catch {
        return;
      }
      listener(session);
    },
    inNameOf: (session, work) => bound.run(session, work),
    boundSignal: () => bound.getStore()?.signal,
    stillOurs: async () => await bound.getStore()?.stillOurs(),
    async listen(name, listener) {
      const channel = names.channel(name);
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      await hear(main.current(), channel);
    },
    async probe() {
      await main.current().write({
        sql: "INSERT INTO probe (id, room) VALUES (pg_backend_pid() % 64, $1) ON CONFLICT (id) DO UPDATE SET room = excluded.room",
        values: [ROOM],
      });
    },
    async close() {
      clearInterval(watching);
      closed ??= closeAll();
      await closed;
    },
  };
}

/** How long the server may take to tell what it is, and what its tables are. */
const CHECK_MS = 15_000;

/**
 * A replica that was frozen while it was sending a statement: the server waits for the rest of it without counting the time. So
 * the others do. Long lists are read slowly by nature, and lock nothing.
 */
const END_FROZEN = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND usename = current_user AND application_name = ANY ($1)
    AND state = 'active' AND (wait_event = 'ClientRead' OR wait_event = 'ClientWrite' AND application_name <> '${applicationName("side")}')
    AND state_change < clock_timestamp() - interval '${IDLE_IN_TRANSACTION_MS} ms'`;

const WHO_LOCK = (["main", "side", "pace", "check"] as const).map(applicationName);

const WATCH_EVERY_MS = 1_000;

/** Larger than a usual callback: if there is no room for a callback, the probe must fail too. */
const ROOM = "room".repeat(5_000);
