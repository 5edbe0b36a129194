import type { Backlog } from "../backlog.ts";
import type { ItemId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Look } from "./lanes.ts";

/** A row as the engine hands it to the journal. Order in a lane: `barrier`, `sort`, `seq`. */
export interface NewRow {
  readonly seq: number;
  readonly id: ItemId;
  readonly lane: string;
  readonly barrier: number;
  readonly sort: string;
  readonly body: string;
  readonly appendedAt: number;
  /** Not before this time, ms since the epoch. */
  readonly dueAt: number;
  /** Kept apart until it is requeued. */
  readonly held: boolean;
}

export interface Row extends Omit<NewRow, "held"> {
  readonly attempts: number;
  /** How long it was to wait when `dueAt` was set, ms: so long at most, whatever has become of the clock since. */
  readonly pauseMs: number;
  readonly progress: Json | undefined;
}

/** A row that is set aside, while nobody has been told. */
export interface Owed extends Pick<Row, "seq" | "id" | "lane" | "appendedAt"> {
  readonly words: string;
}

export interface PendingLane {
  readonly lane: string;
  /** The greatest one of the waiting items: what arrives next must not be sorted in front of any of them. */
  readonly barrier: number;
}

/** An item that was set aside, and why. Times are ms since the epoch. */
export interface DeadLetter {
  readonly id: ItemId;
  readonly lane: string;
  readonly body: string;
  readonly reason: { readonly code: string; readonly message: string };
  readonly appendedAt: number;
  readonly diedAt: number;
}

/**
 * Where the embedded lanes keep their items: one queue of it. Whatever resolves is synced to disk.
 *
 * @throws {StorageError} from every call
 */
export interface Journal {
  /** Adds the row unless its id is known. */
  append(row: NewRow): Promise<"appended" | "duplicate">;
  /** The first `limit` waiting rows of a lane, in order. */
  head(lane: string, limit: number): Promise<readonly Row[]>;
  /** The rows with these ids that still wait, in order. */
  waiting(ids: readonly ItemId[]): Promise<readonly Row[]>;
  pendingLanes(): Promise<readonly PendingLane[]>;
  lastSeq(): Promise<number>;
  /** `undefined`: the row has not begun. */
  saveProgress(seq: number, progress: Json | undefined): Promise<void>;
  /** Saves progress and marks the row as begun; false if it waits no more, or has another body by now. */
  begin(row: Pick<Row, "seq" | "body">, progress: Json): Promise<boolean>;
  /** The same, with another body from here on. */
  advance(row: Pick<Row, "seq" | "body">, body: string, progress: Json): Promise<boolean>;
  /** Ends a row unless it has begun; adds an ended one for an id that is new. False if it has begun. */
  cancel(row: Pick<NewRow, "seq" | "id" | "lane">, at: number): Promise<boolean>;
  /** Gives a row that has not begun another body; false if it has begun or ended. */
  replace(id: ItemId, body: string): Promise<boolean>;
  /** Also true of rows that are not there. */
  hasBegun(id: ItemId): Promise<boolean>;
  defer(seq: number, attempts: number, dueAt: number, pauseMs: number): Promise<void>;
  /** Drops the bodies; the ids stay known. */
  done(seqs: readonly number[]): Promise<void>;
  /**
   * Sets the rows that still wait aside, with everything that a later retry needs, and with the words that are owed about
   * them. Returns which that were.
   */
  dead(
    rows: readonly { readonly seq: number; readonly words?: string }[],
    reason: { code: string; message: string },
  ): Promise<readonly number[]>;
  /** What is set aside and still owes its words. */
  owed(): Promise<readonly Owed[]>;
  /** The words were said. */
  told(seq: number): Promise<void>;
  /** Makes a dead or held row wait, as new, but not less begun; returns its lane, or nothing if there is no such row. */
  requeue(id: ItemId, at: number): Promise<string | undefined>;
  /** Drops the body of a dead or held row for good; false if there is no such row. */
  discard(id: ItemId): Promise<boolean>;
  /** A row that is not done. */
  look(
    id: ItemId,
  ): Promise<
    (Pick<Row, "lane" | "body" | "appendedAt"> & { state: Look<never>["state"] }) | undefined
  >;
  deadLetters(): Promise<readonly DeadLetter[]>;
  backlog(): Promise<Backlog>;
  /** Whether another process has written since the last call. */
  changedElsewhere(): Promise<boolean>;
}
