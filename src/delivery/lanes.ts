import type { Backlog } from "../backlog.ts";
import type { BridgeError } from "../errors.ts";
import type { ItemId } from "../ids.ts";
import type { Steps } from "./step.ts";

/** What is appended to a lane. */
export interface NewItem<Body> {
  /** Items of one lane are handled one at a time, in order; lanes never wait for each other. */
  lane: string;
  /** Two arrivals with the same id are the same item; the id is remembered long after the item is done. */
  id: ItemId;
  /** Items that have one are ordered by it. An item without one is a barrier, see {@link Lanes}. */
  sort?: string;
  body: Body;
  /** ms since the epoch. The item, and everything behind it in its lane, waits until then. */
  notBefore?: number;
  /** The item stays outside of its lane until it is requeued; the lane does not wait for it. */
  held?: boolean;
}

/** An item as its handler sees it. */
export interface Item<Body> extends Pick<NewItem<Body>, "lane" | "id" | "sort" | "body"> {
  /** 1 at the first try. Attempts that ended in a crash are not counted. */
  readonly attempt: number;
  /**
   * How long it had been tried when this attempt began, ms: the pauses between its attempts. One that the other side asked for
   * counts no more than one of our own would have taken.
   */
  readonly triedMs: number;
  /** An earlier attempt has stored something of a step, and has not taken it back. */
  readonly hasProgress: boolean;
  /** ms since the epoch. */
  readonly appendedAt: number;
}

/** One attempt at the head of a lane: the item, its steps, and what its handler may do with it. */
export interface Work<Body> extends Steps {
  readonly item: Item<Body>;
  /**
   * Aborted when the bridge stops, when the lane is given to another process or was lost to one, and when an item that has
   * begun ahead does not become the head. A handler that has not sent anything yet should give up then.
   */
  readonly signal: AbortSignal;
  /**
   * Resolves when the item is the head of its lane, which it need not be when the handler begins, see {@link StartOptions}.
   *
   * @throws {CancelledError} it does not become the head in this attempt
   */
  untilHead(): Promise<void>;
  /**
   * Takes the items directly behind the head into this attempt, up to the first that `accept` refuses. Whatever becomes
   * of the head becomes of them.
   */
  takeFollowing(
    accept: (item: Item<Body>) => boolean,
    limit: number,
  ): Promise<readonly Item<Body>[]>;
  /**
   * Takes these items into the attempt, wherever in the lane they wait, and gives them back, also those that were taken
   * before. The head, and those that are not waiting, are left out.
   */
  take(ids: readonly ItemId[]): Promise<readonly Item<Body>[]>;
  /**
   * Has `write` store something together with the end of the item: what is given here is written in its order, in the same
   * turn of the event loop as the end and before it, so that a store which commits together what it is given together has
   * all of it or nothing. If one of the writes fails, it and the others that failed are tried again, and the lane waits.
   * Nothing is written when the handler throws: it runs again, or the item has failed. `write` must not depend on
   * anything but the store, and a defect in it is given up after some tries. The handler of the next item does not wait
   * for it, so what that one reads may not have it yet.
   */
  atEnd(write: () => Promise<unknown>): void;
}

/**
 * Handles one attempt. When it resolves, the item and those that it took along are done. When it throws, the error's
 * disposition decides, see {@link Lanes}.
 * May run twice for one item: after a crash, and after a stop during which its outcome could not be stored.
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

/** Is called for each item that a failure keeps waiting: the one that failed, those behind it, and those that arrive meanwhile. */
export type OnDelay<Body> = (item: Item<Body>, waitMs: number) => void;

export interface StartOptions<Body> {
  onDelay?: OnDelay<Body>;
  /**
   * True for an item whose handler may begin while the one before it is being handled, because it awaits `untilHead` before
   * it does anything that can be seen, and goes by nothing that the one before it may change, unless it looks again in
   * `confirm` of its step. What {@link Work} offers awaits it by itself; only the intent of a step that can be looked for is
   * stored before that. It stores nothing that it does not wait for.
   */
  goesAhead?: (item: Item<Body>) => boolean;
}

/** One attempt, for logs and metrics. */
export interface Attempt {
  queue: string;
  lane: string;
  /** Missing: the lane could not even be read. */
  item?: ItemId;
  /** 1 at the first. Where an outcome could not be stored, or a notice not be given: how often that failed in a row. */
  attempt: number;
  /** How many items shared it. */
  items: number;
  durationMs: number;
  /** From append to the end of this attempt. */
  ageMs: number;
  outcome: "done" | "ignored" | "deferred" | "dead" | "interrupted";
  error?: BridgeError;
  nextAttemptInMs?: number;
}

/**
 * A durable set of ordered lanes.
 *
 * # The life of an item
 *
 * Every item is in one of four states:
 *
 *     append ──────────────► waiting ──── handled, or cancelled ────► done
 *                            ▲     │                                   ▲
 *                    requeue │     │ given up                          │
 *                            │     ▼                                   │
 *     append, held ───────► held, dead ── discarded, or cancelled ─────┘
 *
 * - `waiting`: it is in its lane. The first item of a lane is its *head*; only the head is handled.
 * - `held`: it is stored outside of its lane, which does not wait for it. Somebody has to requeue it.
 * - `dead`: it is a *dead letter*. Nobody tries it any more, but its body and the reason are kept, so that people can
 *   still requeue or discard it.
 * - `done`: only its id is kept, as the *idempotency key* that makes a redelivery of it a `duplicate`.
 *
 * **Order.** Items of a lane are handled one at a time. Those that have a `sort` are ordered by it, also when they arrive
 * late. An item without one is a *barrier*: it keeps its place of arrival, and nothing that arrives later is sorted in
 * front of it. A head with a `notBefore` waits until then, and its lane waits with it.
 *
 * **Attempts.** An *attempt* is one run of the handler with the head. If it throws, the error's disposition decides:
 *
 * - `retry` and `fatal` *defer* the lane: the head stays where it is, everything behind it waits, and another attempt
 *   follows after a pause. Pauses grow.
 * - `ignore` counts as done.
 * - `dead-letter` and `uncertain` make the item a dead letter, and the lane goes on. The same happens to an item that
 *   fails when it is older than the policy allows, and to one that meets a defect of our own again and again.
 *
 * **Steps.** An attempt can be cut off anywhere, and the next one starts the handler from the beginning. What that one must
 * not do again is a *step*, see {@link Steps}. An item has *begun* when something may have left us that cannot be undone:
 * when the intent of a step is on disk.
 *
 * **Going ahead.** When the handler has returned, its item is ended in the journal while the next one is handled. If the end
 * cannot be stored, it is tried again, and the lane goes no further than the next one. With `goesAhead` the handler of the next
 * one begins already while the one before it is in a step. It waits there until its item is the head; if that does not come,
 * because the one before it fails or another comes in front, the attempt ends without an outcome.
 *
 * **From outside.** `cancel` and `replace` work in every state but `done`, as long as the item has not begun. `requeue` and
 * `discard` work on held items and dead letters, begun or not. A requeued item goes to the place in its lane that its
 * `sort` and its arrival gave it, and is as old as if it had just arrived. It has its newest body and its steps; but what
 * may have been done, where nobody can look, counts as not done: people have decided that.
 */
export interface Lanes<Body> {
  /**
   * Resolves once the item is synced to disk; `duplicate` if its id was seen before, whatever became of it.
   *
   * @throws {StorageError} nothing was stored; do not acknowledge
   */
  append(item: NewItem<Body>): Promise<"appended" | "duplicate">;
  /** To be called before the first lane is claimed: from then on the handler is handed the items of those that are ours. */
  start(
    handler: Handler<Body>,
    onDeadLetter: OnDeadLetter<Body>,
    options?: StartOptions<Body>,
  ): void;
  /**
   * Ends an item for good, in whichever state it is; false if it has begun. Safe to repeat. An id that was never seen is
   * remembered, so that an item with it is a `duplicate` when it arrives.
   */
  cancel(id: ItemId): Promise<boolean>;
  /** Gives an item another body; false if it has begun, is done, or was never seen. */
  replace(id: ItemId, body: Body): Promise<boolean>;
  /**
   * An item that is not done; `undefined`: it is done, or was never seen.
   *
   * @throws {UnreadableError} this version does not understand its body
   */
  find(id: ItemId): Promise<UnfinishedItem<Body> | undefined>;
  /** Whether anything waits in the lane, whoever handles it. What has just ended may still count. */
  isWaiting(lane: string): Promise<boolean>;
  /** The bodies of what comes next in the lane, without those that this version does not understand. */
  waitingIn(lane: string): Promise<readonly Body[]>;
  /** False: the item never began, whatever became of it. True also for an id that was never seen or has expired. */
  hasBegun(id: ItemId): Promise<boolean>;
  /**
   * Puts a dead letter or a held item back into its lane; false if it is neither. With a `body` it gets that in the same step;
   * false also if it has begun.
   */
  requeue(id: ItemId, body?: Body): Promise<boolean>;
  /** Gives up a dead letter or a held item for good; false if it is neither. */
  discard(id: ItemId): Promise<boolean>;
  /** All dead letters, the oldest first, without those whose body this version does not understand: to be asked for where there are few. */
  deadLetters(): Promise<readonly DeadItem<Body>[]>;
  backlog(): Promise<Backlog>;
}

/** A dead letter, and the code of what it ended with. */
interface DeadItem<Body> {
  readonly id: ItemId;
  readonly body: Body;
  readonly code: string;
}

/** An item that is not done, seen from outside of its handler. */
export interface UnfinishedItem<Body> {
  readonly lane: string;
  readonly body: Body;
  readonly state: "waiting" | "held" | "dead";
  /** ms since the epoch; new when it is requeued. */
  readonly appendedAt: number;
}
