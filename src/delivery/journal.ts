import type { Backlog } from "../backlog.ts";
import type { ItemId } from "../ids.ts";
import type { UnfinishedItem } from "./lanes.ts";

/** A row as the engine hands it to the journal. */
export interface NewRow {
  id: ItemId;
  lane: string;
  /** Missing: the row is a barrier, in front of which nothing is sorted that arrives later. */
  sort?: string;
  body: string;
  appendedAt: number;
  /** Not before this time, ms since the epoch. */
  dueAt: number;
  /** Outside of its lane until it is requeued. */
  held: boolean;
}

/** What decides the place of a row in its lane: `barrier`, then `sort`, then `seq`. */
export interface Place {
  /** Of two rows the later one has the greater. */
  readonly seq: number;
  /** Of a row without a `sort` its own `seq`, else the greatest one among those that waited in the lane when it came, or 0. */
  readonly barrier: number;
  /** Empty where there is none. */
  readonly sort: string;
}

/** A row that is not done. */
export interface Row extends Omit<NewRow, "held" | "sort">, Place {
  readonly attempts: number;
  /** How long it has been tried, ms: the pauses between its attempts, as far as they count. */
  readonly triedMs: number;
  /** How often it has been requeued. */
  readonly requeues: number;
  /** It can no longer be cancelled or replaced. */
  readonly begun: boolean;
  /** The pause that was meant when `dueAt` was set, ms. No wait is longer, even if the clock was changed since. */
  readonly pauseMs: number;
  /** As JSON. It may be damaged, and then this item alone is. */
  readonly progress: string | undefined;
}

/** A dead letter whose notice has not been given yet. */
export interface OwedNoticeRow extends Pick<Row, "seq" | "id" | "lane" | "appendedAt"> {
  /** As JSON. */
  readonly notice: string;
}

/** A dead letter and its reason. Times are ms since the epoch. */
export interface DeadLetter {
  readonly id: ItemId;
  readonly lane: string;
  readonly body: string;
  readonly reason: { readonly code: string; readonly message: string };
  readonly appendedAt: number;
  readonly diedAt: number;
}

/**
 * Where the embedded lanes keep the items of one queue, in the states that {@link Lanes} describes. Whatever resolves is
 * synced to disk. Operations of one process take effect in the order in which they were called, also where nobody waits for
 * one before the next: whoever reads sees what was written before, and a crash leaves the first so many of them and nothing of
 * the others. Other processes may append, and change what has not begun; see `isExclusive`.
 *
 * @throws {StorageError} from every call
 */
export interface Journal {
  /** Nobody else adds anything as long as it is open, so what this process knows of a lane is all that there is. */
  readonly isExclusive: boolean;
  /** Adds the row unless its id is known. Returns where it is; of two that are added to a lane at once one comes first for everybody. */
  append(row: NewRow): Promise<Pick<Place, "seq" | "barrier"> | "duplicate">;
  /** The first `limit` waiting rows of a lane, in order. */
  head(lane: string, limit: number): Promise<readonly Row[]>;
  /** The waiting rows among those with these ids, in order. */
  waiting(ids: readonly ItemId[]): Promise<readonly Row[]>;
  /** The lanes of these shares in which something waits. */
  pendingLanes(shares: readonly number[]): Promise<readonly string[]>;
  /**
   * Replaces the progress of a row that is waiting; false if it is not, or has another body than the one that is given.
   * One that has begun cannot get another, so it needs none.
   */
  saveProgress(change: {
    readonly seq: number;
    readonly body: string | undefined;
    /** As JSON; `undefined`: there is none any more. */
    readonly progress: string | undefined;
    readonly begun: boolean;
  }): Promise<boolean>;
  /** Makes a row done unless it has begun, and adds one that is done for an id that is new. False if it has begun. */
  cancel(id: ItemId, at: number): Promise<boolean>;
  /** Replaces the body of a row that has not begun, and drops its progress; false if it has begun or is done. */
  replace(id: ItemId, body: string): Promise<boolean>;
  /** Also true for ids that have no row. */
  hasBegun(id: ItemId): Promise<boolean>;
  defer(
    seq: number,
    change: Pick<Row, "attempts" | "triedMs" | "dueAt" | "pauseMs">,
  ): Promise<void>;
  /** Drops the bodies; the ids stay known. */
  done(seqs: readonly number[]): Promise<void>;
  /**
   * Makes dead letters of those rows that are waiting, and stores the notices that are owed about them. Returns which
   * rows that were.
   */
  dead(
    rows: readonly { readonly seq: number; readonly notice?: string }[],
    reason: { code: string; message: string },
  ): Promise<readonly number[]>;
  /** The dead letters of these shares about which a notice is still owed. */
  owedNotices(shares: readonly number[]): Promise<readonly OwedNoticeRow[]>;
  /** Records that the notice was given. */
  noticeGiven(seq: number): Promise<void>;
  /**
   * Makes a dead or held row waiting again, with no attempts and a new age; if it had begun, it still has, and it keeps its
   * progress. With a `body` it gets that and drops its progress, unless it had begun. Returns its lane, or nothing if there is
   * no such row.
   */
  requeue(id: ItemId, at: number, body?: string): Promise<string | undefined>;
  /** Drops the body of a dead or held row for good; false if there is no such row. */
  discard(id: ItemId): Promise<boolean>;
  /** A row that is not done. */
  find(
    id: ItemId,
  ): Promise<
    | (Pick<Row, "lane" | "body" | "appendedAt"> & { state: UnfinishedItem<never>["state"] })
    | undefined
  >;
  deadLetters(): Promise<readonly DeadLetter[]>;
  backlog(): Promise<Backlog>;
}
