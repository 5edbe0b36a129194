import type { Clock } from "../../clock.ts";
import { StorageError } from "../../errors.ts";
import { type Answer, createBatches } from "./batches.ts";
import type { Connection } from "./connect.ts";
import type { PostgresAlarm } from "./postgres-alarm.ts";
import { codeOf, isOfStatement } from "./postgres-fault.ts";
import { ANSWER_MS, type SessionKind } from "./session-settings.ts";
import type { SqlValue, Statement } from "./sql-value.ts";

/**
 * One session of the server, from its beginning to its end. What it has locked is locked until then, and nothing can be
 * written through it afterwards.
 *
 * @throws {StorageError} from every call once it is over
 */
export interface Session {
  /** Aborted when it is over, for whatever reason; it never comes back. */
  readonly signal: AbortSignal;
  /** As `read` of the database, through this session. */
  read<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>;
  /** As `write` of the database, through this session. */
  write<Row>(statement: Statement): Promise<Row[]>;
  /**
   * Resolves if it was still there within the last second, by the server's own word.
   *
   * @throws {StorageError} also when the server is too slow to tell
   */
  stillOurs(): Promise<void>;
}

/** A session with what its keeper needs. */
export interface KeptSession extends Session {
  /** Finishes what was asked for, if that does not take long, and ends it. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly kind: SessionKind;
  readonly clock: Clock;
  readonly alarm: PostgresAlarm;
  readonly keyOf: (lock: string) => string;
  readonly onNotification: (channel: string, payload: string) => void;
}

/** The server ends a session that asks nothing. */
const LOOK_EVERY_MS = 500;

/** An answer that was asked for longer ago says nothing about now: a process that was frozen may read it late. */
const FRESH_MS = 1_000;

/** How often the server is asked whether the session is still there, before it counts as too slow. */
const ASKS = 3;

/** How long the end may take, together with what is under way. */
const CLOSE_MS = 5_000;

export function createSession(
  { client, destroy, together }: Connection,
  { kind, clock, alarm, keyOf, onNotification }: SessionOptions,
): KeptSession {
  const life = new AbortController();
  let isClosing = false;
  let confirmed = now();

  function now() {
    return { monotonic: clock.monotonic(), wall: clock.now() };
  }

  function isFresh(): boolean {
    const { monotonic, wall } = now();
    // By both clocks: one stands still while the machine sleeps, and the other can be set back.
    const age = wall - confirmed.wall;
    return monotonic - confirmed.monotonic < FRESH_MS && age >= 0 && age < FRESH_MS;
  }

  function lose(error: unknown): void {
    if (life.signal.aborted) return;
    clearInterval(asking);
    life.abort(isClosing ? new StorageError("the state is closed") : alarm.endOf(error));
    destroy();
  }

  client.on("error", lose);
  client.on("end", () => lose(new Error("Connection terminated")));
  client.on("notification", ({ channel, payload }) => onNotification(channel, payload ?? ""));

  async function send(statements: readonly Statement[]): Promise<Answer[]> {
    if (life.signal.aborted) return statements.map(() => ({ error: life.signal.reason }));
    const askedAt = now();
    const late = setTimeout(() => lose(new Error("timeout")), ANSWER_MS[kind]);
    const answer = async ({ sql, values }: Statement): Promise<Answer> => {
      try {
        const { rows } = await client.query({ name: nameOf(sql), text: sql, values: [...values] });
        return { rows };
      } catch (error) {
        if (!isOfStatement(codeOf(error))) lose(error);
        return { error };
      } finally {
        late.refresh();
      }
    };
    const answers = together(() => statements.map(answer));
    const all = await Promise.all(answers);
    clearTimeout(late);
    // Not when it came, but when it was asked for: the server may have ended the session since.
    if (!life.signal.aborted) confirmed = askedAt;
    return all;
  }

  const failureOf = (error: unknown): StorageError =>
    life.signal.aborted ? life.signal.reason : alarm.failureOf(error);
  const batches = createBatches(send, keyOf, failureOf);

  async function ask<Row>(statement: Statement, isWrite: boolean): Promise<Row[]> {
    if (life.signal.aborted) throw life.signal.reason;
    if (isClosing) throw new StorageError("the state is closed");
    if (statement.values.some(hasNul)) {
      throw new StorageError("PostgreSQL: a text with the character NUL cannot be stored");
    }
    const rows = await batches.ask(statement, isWrite);
    if (isWrite) alarm.stored();
    return rows as Row[];
  }

  const read = <Row>(sql: string, ...values: readonly SqlValue[]) =>
    ask<Row>({ sql, values }, false);

  const asking = setInterval(() => {
    // Whoever fails is told by the session's end.
    if (batches.isIdle && !isFresh()) read("SELECT 1").catch(() => {});
  }, LOOK_EVERY_MS);
  asking.unref();

  return {
    signal: life.signal,
    read,
    write: (statement) => ask(statement, true),

    async stillOurs() {
      for (let asks = 0; ; asks++) {
        if (life.signal.aborted) throw life.signal.reason;
        if (isFresh()) return;
        if (asks === ASKS) throw new StorageError("PostgreSQL answers too slowly");
        await read("SELECT 1");
      }
    },

    async close() {
      if (isClosing) return;
      isClosing = true;
      clearInterval(asking);
      const late = setTimeout(destroy, CLOSE_MS);
      await batches.idle();
      if (!life.signal.aborted) await client.end();
      clearTimeout(late);
    },
  };
}

/** The client and the server know a prepared statement by its name. */
const names = new Map<string, string>();

function nameOf(sql: string): string {
  const name = names.get(sql) ?? `s${names.size + 1}`;
  names.set(sql, name);
  return name;
}

const hasNul = (value: SqlValue): boolean =>
  typeof value === "string"
    ? value.includes("\0")
    : typeof value === "object" && value !== null && value.some(hasNul);
