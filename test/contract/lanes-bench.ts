import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { readProgress } from "../../src/bridge/stored/read-progress.ts";
import type { BackoffPolicy } from "../../src/delivery/backoff.ts";
import type { ClaimHolder, Claims } from "../../src/delivery/claims.ts";
import { createEmbeddedLanes } from "../../src/delivery/embedded-lanes.ts";
import type { Journal } from "../../src/delivery/journal.ts";
import type { Attempt, Lanes } from "../../src/delivery/lanes.ts";
import { createSoleClaims } from "../../src/delivery/sole-claims.ts";
import { UnreadableError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { type Database, openDatabase } from "../../src/state/sqlite/database.ts";
import { openSqliteClaims } from "../../src/state/sqlite/sqlite-claims.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import {
  createMemoryTable,
  type MemoryTable,
  openMemoryJournal,
} from "../bridge/support/memory-journal.ts";
import { mortal } from "../support/mortal.ts";
import {
  createSharedStore,
  type SharedReplica,
  type SharedStoreOptions,
} from "../support/shared-journal.ts";

export interface EngineOptions {
  readonly backoff?: BackoffPolicy;
  readonly concurrency?: number;
  readonly onAttempt?: (attempt: Attempt) => void;
  /** The wall clock; the other one goes with it unless told otherwise. */
  readonly now?: () => number;
  readonly monotonic?: () => number;
  readonly random?: () => number;
  /** Told of each call of the journal, before it is made; only of a replica. */
  readonly onCall?: (name: string) => void;
  /** Like a version that does not understand some bodies. */
  readonly refuses?: (body: string) => boolean;
}

/** The lanes of a process, and their claims. */
export interface Engine<Body> extends Omit<Lanes<Body>, "start"> {
  /** Begins to handle what is ours. */
  start(...given: Parameters<Lanes<Body>["start"]>): Promise<void>;
  /** The process stops in order. */
  stop(): Promise<void>;
  /** The time for which the lanes are ours in whose name this runs. */
  stay(): Stay;
}

/** A time for which some lanes are those of one process. */
export interface Stay {
  /** A later one has a greater number. */
  readonly id: number;
  /** Whatever it does has no effect any more, whether it knows that or not. */
  isOver(): boolean;
}

/** An engine whose lanes others may handle, too. */
export interface Replica<Body>
  extends Engine<Body>,
    Omit<SharedReplica, "journal" | "claims" | "hold" | "stay"> {
  /** Gets ready to handle what it will be told to take. */
  begin(...given: Parameters<Lanes<Body>["start"]>): void;
}

/** An engine that claims by itself what it handles, beside others. */
export interface ClaimingReplica<Body> extends Engine<Body> {
  /** The store ends the session by which it holds what is its own. Resolves when that has been done; it may not know yet. */
  endSession(): Promise<void>;
  /** From now on it can, or cannot, deliver: what it has is left to those that can. */
  setAble(isAble: boolean): void;
}

/** Durable state on which engines run, one process after the other. */
export interface LanesBench {
  /** A new engine on the same state, as a new process would make it; not started. */
  engine<Body>(options?: EngineOptions): Promise<Engine<Body>>;
  /** From now on no engine made so far stores or learns anything, as after `kill -9`. Then the state is free again. */
  crash(): Promise<void>;
  /** While true, nothing can be stored. */
  failWrites(fail: boolean): Promise<void>;
  /** While true, nothing can be read, nor stored. */
  failReads(fail: boolean): Promise<void>;
  /** As a broken disk, or a hand that slipped, leaves what is stored of an item. */
  damage(id: string, what: "progress" | "error"): Promise<void>;
  close(): Promise<void>;
}

/** Durable state on which several engines run at once. */
export interface ReplicasBench extends LanesBench {
  engine<Body>(options?: EngineOptions): Promise<Replica<Body>>;
}

/** The same, for engines that claim by themselves. */
export interface ClaimingBench extends LanesBench {
  engine<Body>(options?: EngineOptions): Promise<ClaimingReplica<Body>>;
}

/** Makes a bench with no items in it. */
export type LanesBenchFactory = () => Promise<LanesBench>;

const QUICK: BackoffPolicy = { firstMs: 2, capMs: 8, maxAgeMs: 60_000 };

/** Closed at the end of the test. */
export async function benchForTest<Bench extends LanesBench>(
  open: () => Promise<Bench>,
): Promise<Bench> {
  const bench = await open();
  onTestFinished(() => bench.close());
  return bench;
}

/** The embedded lanes on a SQLite file of their own. */
export async function openEmbeddedBench(): Promise<LanesBench> {
  const folder = await mkdtemp(join(tmpdir(), "lanes-"));
  const path = join(folder, "state.sqlite");
  let process: { alive: boolean; database: Promise<Database> } | undefined;
  const engines = new Set<Pick<Engine<never>, "stop">>();

  const running = () => {
    process ??= { alive: true, database: openDatabase(path, { access: "own" }) };
    return process;
  };

  return {
    async engine<Body>(options: EngineOptions = {}) {
      const owner = running();
      const isAlive = () => owner.alive;
      const database = mortal(await owner.database, isAlive);
      const claims = openSqliteClaims(database);
      const journal = openSqliteJournal(database, "outbox");
      const stay = stayUntilDeath(isAlive);
      const lanes = createEngine<Body>({ journal, claims, isAlive, stay }, options);
      engines.add(lanes);
      return lanes;
    },

    async crash() {
      const dead = running();
      dead.alive = false;
      process = undefined;
      engines.clear();
      await (await dead.database).close();
    },

    async failWrites(fail) {
      const database = await running().database;
      for (const event of ["INSERT", "UPDATE"]) {
        await database.read(`DROP TRIGGER IF EXISTS fail_${event}`);
        if (!fail) continue;
        await database.read(
          `CREATE TRIGGER fail_${event} BEFORE ${event} ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
        );
      }
    },

    async failReads(fail) {
      const database = await running().database;
      const [from, to] = fail ? ["outbox", "outbox_away"] : ["outbox_away", "outbox"];
      await database.read(`ALTER TABLE ${from} RENAME TO ${to}`);
    },

    async damage(id, what) {
      const database = await running().database;
      await database.write(`UPDATE outbox SET ${what} = '{"half' WHERE id = ?`, id);
    },

    async close() {
      const last = process;
      await Promise.all([...engines].map((lanes) => lanes.stop()));
      await (await last?.database)?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The embedded lanes on a journal in memory. */
export function openMemoryBench(): Promise<LanesBench> {
  const table = createMemoryTable();
  let process = { alive: true };
  const engines = new Set<Pick<Engine<never>, "stop">>();
  return Promise.resolve({
    ...onTable(table),
    engine<Body>(options: EngineOptions = {}) {
      const owner = process;
      const isAlive = () => owner.alive;
      const journal = mortal(openMemoryJournal(table), isAlive);
      const claims = createSoleClaims(() => Promise.resolve(false));
      const stay = stayUntilDeath(isAlive);
      const lanes = createEngine<Body>({ journal, claims, isAlive, stay }, options);
      engines.add(lanes);
      return Promise.resolve(lanes);
    },
    async crash() {
      process.alive = false;
      process = { alive: true };
      engines.clear();
      table.sync.lose();
      // What the dead process was about to do has no effect any more after this.
      await new Promise(setImmediate);
    },
    async close() {
      await Promise.all([...engines].map((lanes) => lanes.stop()));
    },
  });
}

/** The lanes of replicas that share a journal in memory. */
export function openSharedBench(options?: SharedStoreOptions): Promise<ReplicasBench> {
  const store = createSharedStore(options);
  const bench = onTable(store.table);
  let process = { alive: true };
  let replicas: SharedReplica[] = [];
  const engines = new Set<Pick<Engine<never>, "stop">>();
  return Promise.resolve({
    ...bench,
    engine<Body>(given: EngineOptions = {}) {
      const owner = process;
      const isAlive = () => owner.alive;
      const { claims, hold, journal, ...replica } = store.join();
      replicas.push({ claims, hold, journal, ...replica });
      const engine = createEngine<Body>(
        {
          journal: watched(mortal(journal, isAlive), given.onCall),
          claims,
          isAlive,
          stay: replica.stay,
        },
        given,
      );
      engines.add(engine);
      return Promise.resolve({
        ...engine,
        ...replica,
        begin(...handling: Parameters<typeof engine.handle>) {
          engine.handle(...handling);
          hold(engine.holder);
        },
      });
    },
    async crash() {
      process.alive = false;
      process = { alive: true };
      for (const { cutOff } of replicas) cutOff();
      replicas = [];
      engines.clear();
      await new Promise(setImmediate);
    },
    async close() {
      await Promise.all([...engines].map((lanes) => lanes.stop()));
    },
  });
}

/** Tells of each call. */
const watched = (journal: Journal, onCall: EngineOptions["onCall"]): Journal =>
  new Proxy(journal, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        onCall?.(String(name));
        return Reflect.apply(member, target, args);
      };
    },
  });

/** What a bench does to a journal in memory. */
function onTable(table: MemoryTable): Pick<LanesBench, "failWrites" | "failReads" | "damage"> {
  const fail = (how: "writes" | "all") => (fails: boolean) => {
    table.fails = fails ? how : "nothing";
    return Promise.resolve();
  };
  return {
    failWrites: fail("writes"),
    failReads: fail("all"),
    damage(id, what) {
      const row = table.rows.get(toItemId(id));
      if (row && what === "progress") row.progress = '{"half';
      // Nothing of it can be read.
      else if (row) Object.assign(row, { reason: undefined, notice: undefined });
      return Promise.resolve();
    },
  };
}

interface EngineParts {
  readonly journal: Journal;
  readonly claims: Claims;
  readonly isAlive: () => boolean;
  readonly stay: () => Stay;
}

let stays = 0;

export const createStay = (isOver: () => boolean): Stay => ({ id: ++stays, isOver });

/** Of a process that has all lanes as long as it lives. */
export function stayUntilDeath(isAlive: () => boolean): () => Stay {
  const stay = createStay(() => !isAlive());
  return () => stay;
}

interface RawEngine<Body> extends Engine<Body> {
  readonly holder: ClaimHolder;
  handle(...given: Parameters<Lanes<Body>["start"]>): void;
}

/** The lanes and claims of a process on what it is given. */
export function createEngine<Body>(
  { journal, claims, isAlive, stay }: EngineParts,
  options: EngineOptions,
): RawEngine<Body> {
  const lanes = createEmbeddedLanes<Body>({
    queue: "outbox",
    reader: {
      readBody(text) {
        if (options.refuses?.(text)) throw new UnreadableError("an item");
        return JSON.parse(text) as Body;
      },
      readProgress,
    },
    journal,
    claims,
    backoff: QUICK,
    concurrency: 4,
    settleMs: 1,
    onAttempt: () => {},
    ...(options.now && { monotonic: options.now }),
    ...options,
  });
  const handle: RawEngine<Body>["handle"] = (handler, ...others) =>
    // A process that is dead hands nothing out.
    lanes.start((work) => (isAlive() ? handler(work) : new Promise(() => {})), ...others);
  return {
    ...lanes,
    holder: lanes,
    handle,
    async start(...given) {
      handle(...given);
      await claims.start([lanes]);
    },
    stop: () => claims.stop(),
    stay,
  };
}
