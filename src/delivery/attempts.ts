import { CancelledError } from "../errors.ts";
import { pause } from "../pause.ts";
import { forgetAhead } from "./ahead.ts";
import { endingIn } from "./follow-ups.ts";
import type { Journal, Row } from "./journal.ts";
import type { Lane } from "./lane.ts";
import type { Handler, OnDeadLetter, StartOptions } from "./lanes.ts";
import type { ItemReader } from "./read-item.ts";
import { type AttemptWork, createWork, type TakenRows } from "./work.ts";

/** The functions that `Lanes.start` was given. */
export interface Consumer<Body> extends StartOptions<Body> {
  readonly handler: Handler<Body>;
  readonly onDeadLetter: OnDeadLetter<Body>;
}

/** An attempt that has begun. */
export interface Running<Body> extends TakenRows {
  /** ms, monotonic. */
  startedAt: number;
  /** `undefined`: the item cannot be read. */
  work?: AttemptWork<Body>;
  /** Resolves when the item has become the head; rejects when it does not in this attempt. */
  readonly head: PromiseWithResolvers<void>;
  /** Of one that has begun ahead: gives it up. */
  readonly leave?: AbortController;
  /** Settles as the handler does. */
  handled: Promise<void>;
  /** The handler has begun with a step, and has not returned. */
  isInStep: boolean;
  /** It has been given up. Resolves when its handler has returned. */
  lettingGo?: Promise<void>;
}

/** Nothing has happened to it that its attempt would have to know. */
const isSame = (row: Row, other: Row): boolean =>
  row === other || (row.seq === other.seq && row.body === other.body);

/** What attempts need. */
interface AttemptsOptions<Body> {
  journal: Journal;
  reader: ItemReader<Body>;
  /** How many may have begun ahead. */
  concurrency: number;
  /** How long a request may be on its way whose sender has ended. */
  settleMs: number;
  /** ms that never jump. */
  monotonic: () => number;
}

/**
 * The attempts of lanes. While the one at a head waits for the answer to a request, the one behind it may begin: *ahead*, see
 * {@link StartOptions}.
 */
export interface Attempts<Body> {
  /** The attempt at this row, which has become the head: the one that has begun ahead, or else a new one. */
  takeUp(lane: Lane, row: Row, consumer: Consumer<Body>): Running<Body>;
  /** Begins ahead with the item behind this one, if it is known and this one is in a step. */
  beginNext(lane: Lane, head: Running<Body>, consumer: Consumer<Body>): void;
  /**
   * Gives up the attempt that has begun ahead, unless it is one at this row. Resolves when its handler has returned;
   * `undefined`: there is none to give up.
   */
  letGo(lane: Lane, except?: Row): Promise<void> | undefined;
}

export function createAttempts<Body>({
  journal,
  reader,
  concurrency,
  settleMs,
  monotonic,
}: AttemptsOptions<Body>): Attempts<Body> {
  const ahead = new Map<Lane, Running<Body>>();

  function begin(
    lane: Lane,
    row: Row,
    consumer: Consumer<Body>,
    leave?: AbortController,
  ): Running<Body> {
    const { tenure } = lane;
    const signal = leave?.signal ?? tenure.signal;
    const leaveToo = () => leave?.abort(tenure.signal.reason);
    if (leave) tenure.signal.addEventListener("abort", leaveToo);
    const attempt: Running<Body> = {
      row,
      taken: [row],
      startedAt: monotonic(),
      head: Promise.withResolvers(),
      handled: Promise.resolve(),
      isInStep: false,
      ...(leave && { leave }),
    };
    const place = {
      untilHead: () => attempt.head.promise,
      isEndUnderWay: () => lane.storing !== undefined,
      untilSettled: () => pause(settleMs, signal),
      stillOurs: () => tenure.stillOurs(),
      onRun() {
        attempt.isInStep = true;
        // When the request has left.
        setImmediate(beginNext, lane, attempt, consumer);
      },
    };
    const over = () => endingIn(lane);
    const onTake = () => forgetAhead(lane);
    const handle = async () => {
      try {
        const work = createWork(attempt, { journal, reader, signal, place, over, onTake });
        attempt.work = work;
        if (!consumer.goesAhead?.(work.item)) await work.untilHead();
        await consumer.handler(work);
      } finally {
        attempt.isInStep = false;
        tenure.signal.removeEventListener("abort", leaveToo);
      }
    };
    attempt.handled = handle();
    // Whoever waits for them comes later, or not at all.
    attempt.head.promise.catch(() => {});
    attempt.handled.catch(() => {});
    return attempt;
  }

  function beginNext(lane: Lane, { isInStep }: Running<Body>, consumer: Consumer<Body>): void {
    const row = lane.ahead?.answer ? undefined : lane.ahead?.rows[0];
    const isWanted = isInStep && lane.retryAt === undefined && !lane.tenure.signal.aborted;
    if (!row || row.pauseMs > 0 || !isWanted || ahead.has(lane)) return;
    // Lanes that wait for their turn have one, too: else there could be one of each lane.
    if (ahead.size >= concurrency) return;
    ahead.set(lane, begin(lane, row, consumer, new AbortController()));
  }

  function letGo(lane: Lane, except?: Row): Promise<void> | undefined {
    const begun = ahead.get(lane);
    if (!begun) return undefined;
    if (begun.lettingGo) return begun.lettingGo;
    if (except && isSame(begun.row, except)) return undefined;
    const reason = new CancelledError(begun.row.id);
    begun.head.reject(reason);
    // So that nobody waits for what this one waits for, such as its turn to post.
    begun.leave?.abort(reason);
    begun.lettingGo = begun.handled
      .catch(() => {})
      .then(() => {
        begun.work?.end();
        ahead.delete(lane);
        // What is known of its row may be from before it took back what it had stored.
        forgetAhead(lane);
      });
    return begun.lettingGo;
  }

  return {
    beginNext,
    letGo,
    takeUp(lane, row, consumer) {
      const attempt = ahead.get(lane) ?? begin(lane, row, consumer);
      ahead.delete(lane);
      attempt.startedAt = monotonic();
      attempt.head.resolve();
      return attempt;
    },
  };
}
