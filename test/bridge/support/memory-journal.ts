import type { Journal, NewRow, Place, Row } from "../../../src/delivery/journal.ts";
import { inLaneOrder } from "../../../src/delivery/lane-order.ts";
import { StorageError } from "../../../src/errors.ts";
import type { ItemId } from "../../../src/ids.ts";
import { createMemorySync, type MemorySync } from "./memory-sync.ts";

type State = "waiting" | "held" | "dead" | "done";

interface StoredRow extends Omit<NewRow, "held" | "sort">, Place {
  state: State;
  attempts: number;
  triedMs: number;
  requeues: number;
  pauseMs: number;
  progress: string | undefined;
  begun: boolean;
  reason?: { code: string; message: string };
  notice?: string | undefined;
  endedAt?: number;
}

/** What a disk would hold of one queue. It outlives the processes that open a journal on it. */
export interface MemoryTable {
  readonly rows: Map<ItemId, StoredRow>;
  /** `writes`: nothing can be stored · `all`: nor read. */
  fails: "nothing" | "writes" | "all";
  readonly sync: MemorySync;
}

export const createMemoryTable = (sync = createMemorySync()): MemoryTable => ({
  rows: new Map(),
  fails: "nothing",
  sync,
});

/** A journal in memory, held to the same contract as the one on SQLite. */
export function openMemoryJournal(table: MemoryTable): Journal {
  const all = () => [...table.rows.values()];
  const inState = (...states: readonly State[]) =>
    all().filter(({ state }) => states.includes(state));
  const bySeq = (seq: number) => all().find((row) => row.seq === seq);

  const read = async <Result>(look: () => Result): Promise<Result> => {
    if (table.fails === "all") throw new StorageError("The state cannot be read");
    return await Promise.resolve(look());
  };
  const write = async <Result>(change: () => Result): Promise<Result> => {
    if (table.fails !== "nothing") throw new StorageError("The state cannot be written");
    const before = [...table.rows].map(([id, row]) => [id, { ...row }] as const);
    const result = change();
    await table.sync.written(() => {
      table.rows.clear();
      for (const [id, row] of before) table.rows.set(id, row);
    });
    return result;
  };
  const nextSeq = () => Math.max(0, ...all().map(({ seq }) => seq)) + 1;
  const barrierIn = (lane: string) =>
    inState("waiting").reduce(
      (most, row) => Math.max(most, row.lane === lane ? row.barrier : 0),
      0,
    );
  return {
    isExclusive: true,

    append: ({ held, ...row }) =>
      write(() => {
        if (table.rows.has(row.id)) return "duplicate";
        const seq = nextSeq();
        const barrier = row.sort === undefined ? seq : barrierIn(row.lane);
        table.rows.set(row.id, {
          ...row,
          seq,
          barrier,
          sort: row.sort ?? "",
          state: held ? "held" : "waiting",
          attempts: 0,
          triedMs: 0,
          requeues: 0,
          pauseMs: Math.max(0, row.dueAt - row.appendedAt),
          progress: undefined,
          begun: false,
        });
        return { seq, barrier };
      }),

    head: (lane, limit) =>
      read(() => {
        const rows = inState("waiting").filter((row) => row.lane === lane);
        return rows.sort(inLaneOrder).slice(0, limit).map(toRow);
      }),

    waiting: (ids) =>
      read(() => {
        const rows = inState("waiting").filter(({ id }) => ids.includes(id));
        return rows.sort(inLaneOrder).map(toRow);
      }),

    pendingLanes: () => read(() => [...new Set(inState("waiting").map(({ lane }) => lane))]),

    saveProgress: ({ seq, body, progress, begun }) =>
      write(() => {
        const row = inState("waiting").find((each) => each.seq === seq);
        const isCurrent = row !== undefined && (body === undefined || body === row.body);
        if (isCurrent) Object.assign(row, { progress, begun });
        return isCurrent;
      }),

    cancel: (id, at) =>
      write(() => {
        const row = table.rows.get(id);
        if (row?.begun) return false;
        if (row) end(row, at);
        else table.rows.set(id, neverSeen(nextSeq(), id, at));
        return true;
      }),

    replace: (id, body) =>
      write(() => {
        const row = table.rows.get(id);
        if (!row || row.begun || row.state === "done") return false;
        Object.assign(row, { body, progress: undefined });
        return true;
      }),

    hasBegun: (id) => read(() => table.rows.get(id)?.begun !== false),

    defer: (seq, change) =>
      write(() => {
        const rounded = Object.entries(change).map(([name, value]) => [name, Math.round(value)]);
        Object.assign(bySeq(seq) ?? {}, Object.fromEntries(rounded));
      }),

    done: (seqs) =>
      write(() => {
        for (const row of inState("waiting")) if (seqs.includes(row.seq)) end(row, Date.now());
      }),

    dead: (rows, reason) =>
      write(() =>
        rows.flatMap(({ seq, notice }) => {
          const row = inState("waiting").find((each) => each.seq === seq);
          if (!row) return [];
          Object.assign(row, { state: "dead", reason, notice, endedAt: Date.now() });
          return [seq];
        }),
      ),

    owedNotices: () =>
      read(() =>
        inState("dead").flatMap(({ seq, id, lane, appendedAt, notice }) =>
          notice === undefined ? [] : [{ seq, id, lane, appendedAt, notice }],
        ),
      ),

    noticeGiven: (seq) =>
      write(() => {
        for (const row of inState("dead")) if (row.seq === seq) row.notice = undefined;
      }),

    requeue: (id, at, body) =>
      write(() => {
        const row = inState("dead", "held").find((each) => each.id === id);
        if (!row || (body !== undefined && row.begun)) return undefined;
        if (body !== undefined) Object.assign(row, { body, progress: undefined });
        const fresh = { attempts: 0, triedMs: 0, dueAt: 0, pauseMs: 0, notice: undefined };
        const { requeues } = row;
        Object.assign(row, { state: "waiting", appendedAt: at, requeues: requeues + 1, ...fresh });
        return row.lane;
      }),

    discard: (id) =>
      write(() => {
        const row = inState("dead", "held").find((each) => each.id === id);
        if (row) end(row, Date.now());
        return row !== undefined;
      }),

    find: (id) =>
      read(() => {
        const row = table.rows.get(id);
        if (!row || row.state === "done") return undefined;
        const { lane, body, appendedAt, state } = row;
        return { lane, body, appendedAt, state };
      }),

    deadLetters: () =>
      read(() =>
        inState("dead").map(({ id, lane, body, appendedAt, reason, endedAt }) => ({
          id,
          lane,
          body,
          reason: reason ?? { code: "", message: "" },
          appendedAt,
          diedAt: endedAt ?? 0,
        })),
      ),

    backlog: () =>
      read(() => {
        const waiting = inState("waiting");
        const times = waiting.map(({ appendedAt }) => appendedAt);
        return {
          items: waiting.length,
          oldestAppendedAt: waiting.length === 0 ? undefined : Math.min(...times),
          deadLetters: inState("dead").length,
        };
      }),
  };
}

/** Only the id is kept. */
function end(row: StoredRow, at: number): void {
  Object.assign(row, { state: "done", body: "", progress: undefined, notice: undefined });
  row.endedAt = at;
}

const neverSeen = (seq: number, id: ItemId, at: number): StoredRow => ({
  seq,
  id,
  lane: "",
  barrier: 0,
  sort: "",
  body: "",
  appendedAt: at,
  dueAt: 0,
  state: "done",
  attempts: 0,
  triedMs: 0,
  requeues: 0,
  pauseMs: 0,
  progress: undefined,
  begun: false,
  endedAt: at,
});

const toRow = ({ state: _, reason, notice, endedAt, ...row }: StoredRow): Row => row;

export const countItems = ({ rows }: MemoryTable, state: "waiting" | "held" | "dead"): number =>
  [...rows.values()].filter((row) => row.state === state).length;
