import type { Backlog } from "../backlog.ts";
import type { BridgeError } from "../errors.ts";
import type { ItemId } from "../ids.ts";
import type { Json } from "../json.ts";

export interface NewItem<Body> {
  /** Items of one lane are handled one at a time, in order; lanes never wait for each other. */
  readonly lane: string;
  /** What makes two arrivals the same; remembered long after the item has left. */
  readonly id: ItemId;
  /** Items that have one are ordered by it, between items that have none and keep their place of arrival. */
  readonly sort?: string;
  readonly body: Body;
  /** ms since the epoch; the item, and its lane behind it, wait until then. */
  readonly notBefore?: number;
  /** The item does not go until it is requeued; its lane does not wait for it. */
  readonly held?: boolean;
}

export interface Item<Body> extends Pick<NewItem<Body>, "lane" | "id" | "sort" | "body"> {
  /** 1 at the first try. Attempts that ended in a crash are not counted. */
  readonly attempt: number;
  /** What an earlier attempt stored with {@link Work.save}, also when the process was killed right after. */
  readonly progress: Json | undefined;
  /** ms since the epoch. */
  readonly appendedAt: number;
}

/** The head of a lane in the hands of its handler. */
export interface Work<Body> {
  readonly item: Item<Body>;
  /** Aborted when the bridge stops. A handler that has not touched the other side yet should give up then. */
  readonly signal: AbortSignal;
  /**
   * Like {@link save}, just before something is done that cannot be taken back: from here on the item cannot be cancelled
   * or replaced.
   *
   * @throws {CancelledError} it was, meanwhile
   */
  begin(progress: Json): Promise<void>;
  /** Durable when resolved; the next attempt finds it as `item.progress`. `undefined`: as if nothing had begun. */
  save(progress: Json | undefined): Promise<void>;
  /**
   * Gives the head another body, together with its progress: what is left of it to do. Unlike progress the body also
   * outlasts a requeueing. From here on the item cannot be cancelled or replaced.
   *
   * @throws {CancelledError} it was, meanwhile
   */
  advance(body: Body, progress: Json): Promise<void>;
  /** Takes the items directly behind the head, while `accept` says so; they share the head's fate from here on. */
  takeFollowing(
    accept: (item: Item<Body>) => boolean,
    limit: number,
  ): Promise<readonly Item<Body>[]>;
  /** Takes these items of the lane, wherever they wait; those that wait no more are left out. */
  take(ids: readonly ItemId[]): Promise<readonly Item<Body>[]>;
}

/**
 * Resolves: the item, and what it took along, is done. Throws: the error's disposition decides (`retry` defers the lane,
 * `ignore` counts as done, `dead-letter` and `uncertain` set the item aside and the lane goes on). A defect is tried a
 * few times, then it sets the item aside too.
 * May run twice for one item: after a crash, and after a stop while its outcome could not be stored.
 */
export type Handler<Body> = (work: Work<Body>) => Promise<void>;

/**
 * What people are told about a dead letter. It is stored first, together with the notice that is owed about it, so that
 * whoever reads the notice can act at once, and a crash in between loses neither.
 */
export interface OnDeadLetter<Body> {
  /** The notice, which is kept with the item as JSON until it is told; `undefined`: nobody needs to be told. */
  prepare(item: Item<Body>, error: BridgeError): Promise<object | string | undefined>;
  /** The item is a dead letter; `notice` is what was prepared, as JSON gives it back. May run twice: after a crash. */
  tell(item: ItemId, notice: unknown): Promise<void>;
}

/** Hears of each item that a failure keeps waiting: the failed one, those behind it, and what arrives meanwhile. */
export type OnDelay<Body> = (item: Item<Body>, waitMs: number) => void;

/** One attempt, for logs and metrics. */
export interface Attempt {
  readonly queue: string;
  readonly lane: string;
  /** Missing: the lane could not even be read. */
  readonly item?: ItemId;
  /** 1 at the first; where outcomes or last words could not be stored, how often that failed in a row. */
  readonly attempt: number;
  /** How many items shared it. */
  readonly items: number;
  readonly durationMs: number;
  /** From append to the end of this attempt. */
  readonly ageMs: number;
  readonly outcome: "done" | "ignored" | "deferred" | "dead" | "interrupted";
  readonly error?: BridgeError;
  readonly nextAttemptInMs?: number;
}

/** A durable set of ordered lanes. */
export interface Lanes<Body> {
  /**
   * Resolves once the item is synced to disk; `duplicate` if its id was seen before, whatever became of it.
   *
   * @throws {StorageError} nothing was stored; do not acknowledge
   */
  append(item: NewItem<Body>): Promise<"appended" | "duplicate">;
  /** Begins to hand out items, those of earlier runs first. */
  start(
    handler: Handler<Body>,
    onDeadLetter: OnDeadLetter<Body>,
    onDelay?: OnDelay<Body>,
  ): Promise<void>;
  /** Hands out nothing more, aborts `Work.signal` and resolves when the last handler has returned. */
  stop(): Promise<void>;
  /**
   * Takes an item out for good unless it has begun, wherever it is; false if it is too late. Safe to repeat. An id that
   * was never seen is remembered, so that its item will not be taken in.
   */
  cancel(lane: string, id: ItemId): Promise<boolean>;
  /** Gives an item that waits, is held or was set aside another body; false if it has begun, or is none of these. */
  replace(id: ItemId, body: Body): Promise<boolean>;
  /**
   * An item that is not done; `undefined`: it is, or nobody knows it.
   *
   * @throws {UnreadableError} this version does not understand its body
   */
  look(id: ItemId): Promise<Look<Body> | undefined>;
  /** False: the item, whatever became of it, never began. True also for an id that is not known (any more). */
  hasBegun(id: ItemId): Promise<boolean>;
  /** Puts an item that was set aside or held into its lane, as if it had just arrived; false if it is neither. */
  requeue(id: ItemId): Promise<boolean>;
  /** Gives up an item that was set aside or held; false if it is neither. */
  discard(id: ItemId): Promise<boolean>;
  backlog(): Promise<Backlog>;
}

export interface Look<Body> {
  readonly lane: string;
  readonly body: Body;
  readonly state: "waiting" | "held" | "dead";
  /** ms since the epoch; new when it is requeued. */
  readonly appendedAt: number;
}
