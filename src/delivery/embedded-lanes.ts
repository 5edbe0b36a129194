import { defined } from "../defined.ts";
import { UnreadableError } from "../errors.ts";
import { type Ahead, forgetAhead, isKnownToBeEmpty, keep, nothingAhead } from "./ahead.ts";
import type { Consumer } from "./attempts.ts";
import type { BackoffPolicy } from "./backoff.ts";
import type { ClaimHolder, Claims, Tenure } from "./claims.ts";
import { endingIn } from "./follow-ups.ts";
import { createHeads } from "./heads.ts";
import type { Journal, NewRow, Place, Row } from "./journal.ts";
import { createLane, type Lane } from "./lane.ts";
import type { Attempt, Lanes } from "./lanes.ts";
import { type ItemReader, tryReadItem } from "./read-item.ts";

/** While more appends than this are under way, new items have priority over the handling of others. */
const BUSY_APPENDS = 2;
/** How many handlers run then. Few: a sender waits for the answer to each append, but nobody waits for a handler. */
const BUSY_CONCURRENCY = 8;

/** How many of the next items of a lane are kept while one is handled; of a lane that waits for its turn it is a single one. */
const KEPT = 8;
/** While more lanes than this wait for a free handler, it is a single one of each, because there are so many of them. */
const CROWD = 256;

/** How many items that wait behind a failed one are reported as delayed. */
const SHOWN_DELAYS = 50;

/** How many items of a lane are told when somebody asks what waits there. */
const SHOWN_WAITING = 20;

/** What the embedded lanes work with; the clocks and `random` are for tests. */
export interface EmbeddedLanesOptions<Body> {
  queue: string;
  journal: Journal;
  claims: Pick<Claims, "shareOf">;
  reader: ItemReader<Body>;
  backoff: BackoffPolicy;
  /** How many handlers run at once, besides as many that have begun ahead. */
  concurrency: number;
  /** How long a request may be on its way whose sender has ended: what is not there before that may still come. */
  settleMs: number;
  onAttempt: (attempt: Attempt) => void;
  /** ms since the epoch, for what must outlast a restart. */
  now?: () => number;
  /** ms that never jump, for pauses. */
  monotonic?: () => number;
  /** Calls what it is given whenever the clocks were moved on, which no timer notices. */
  onMoved?: (look: () => void) => void;
  random?: () => number;
}

/** The lanes of one queue in this process, which handles those that are ours. */
export type EmbeddedLanes<Body> = Lanes<Body> & ClaimHolder;

/** What is in memory of a share, while it is ours. */
interface Holding {
  readonly tenure: Tenure;
  /** Once it is loaded: all of its lanes in which something waits. */
  readonly lanes: Map<string, Lane>;
  /** The attempts that are under way. */
  readonly running: Set<Promise<void>>;
  /** Until then nothing is handled. */
  isLoaded: boolean;
  loading: Promise<void>;
  leaving: Promise<void> | undefined;
}

/** Lanes inside this process, durable through a {@link Journal}, which several processes may share. */
export function createEmbeddedLanes<Body>(
  options: EmbeddedLanesOptions<Body>,
): EmbeddedLanes<Body> {
  const { journal, claims, reader, concurrency } = options;
  const now = options.now ?? Date.now;
  const monotonic = options.monotonic ?? (() => performance.now());
  const random = options.random ?? Math.random;

  /** By share. */
  const holdings = new Map<number, Holding>();
  const ready: Lane[] = [];
  const heads = createHeads<Body>({ ...options, now, monotonic, random });
  let running = 0;
  let appends = 0;
  let consumer: Consumer<Body> | undefined;

  const holdingOf = ({ tenure }: Lane): Holding | undefined => {
    const holding = holdings.get(tenure.share);
    return holding?.tenure === tenure ? holding : undefined;
  };

  /** The lane, if it is ours and stays so for now; it is new if nothing was known to wait in it. */
  function laneOf(key: string): Lane | undefined {
    const holding = holdings.get(claims.shareOf(key));
    return holding?.tenure.signal.aborted === false ? laneIn(holding, key) : undefined;
  }

  function laneIn({ tenure, lanes, isLoaded }: Holding, key: string): Lane {
    let lane = lanes.get(key);
    if (!lane) {
      // Only what nobody else adds to is empty because nothing is known of it.
      const ahead = isLoaded && journal.isExclusive ? nothingAhead() : undefined;
      lane = createLane(key, tenure, ahead);
      lanes.set(key, lane);
    }
    return lane;
  }

  /** Something waits in the lane that did not arrive just now. */
  function lookAgain(lane: Lane): void {
    forgetAhead(lane);
    wake(lane);
  }

  function wake(lane: Lane): void {
    // What has come may be in front of a head that only waits for its time.
    if (lane.state === "deferred" && !lane.isDelayed) endWait(lane);
    if (lane.state === "running") lane.hasNews = true;
    if (lane.state !== "idle" || lane.tenure.signal.aborted || !holdingOf(lane)?.isLoaded) return;
    lane.state = "ready";
    ready.push(lane);
    pump();
  }

  /** The end of an item is not on disk yet: whoever leaves the lane has to wait for it. */
  const isStoring = ({ storing, retryAt }: Lane): boolean =>
    storing !== undefined || retryAt !== undefined;

  const hasRoom = (): boolean =>
    running < (appends > BUSY_APPENDS ? Math.min(BUSY_CONCURRENCY, concurrency) : concurrency);

  function pump(): void {
    while (consumer && hasRoom()) {
      const lane = ready.shift();
      if (!lane) return;
      const holding = holdingOf(lane);
      if (holding && !lane.tenure.signal.aborted) makeAttempt(lane, holding, consumer);
    }
  }

  function makeAttempt(lane: Lane, holding: Holding, given: Consumer<Body>): void {
    lane.state = "running";
    lane.hasNews = false;
    lane.mayKeep = ready.length > CROWD ? 1 : KEPT;
    running += 1;
    const run = lane.tenure
      .run(() => heads.handle(lane, given))
      .then((pauseMs) => {
        running -= 1;
        holding.running.delete(run);
        lane.state = "idle";
        lane.mayKeep = 1;
        // The same while that was found out.
        const mayBeInFront = lane.hasNews && lane.wait?.isAsked === true;
        if (pauseMs !== undefined && !mayBeInFront) deferLane(lane, pauseMs);
        else if (isKnownToBeEmpty(lane) && !isStoring(lane)) forget(lane);
        else wake(lane);
        pump();
      });
    holding.running.add(run);
  }

  function endWait(lane: Lane): void {
    clearTimeout(lane.timer);
    lane.state = "idle";
  }

  /** Goes on with all that waits for a moment that is past. */
  function lookAtClock(): void {
    for (const { lanes } of holdings.values()) {
      for (const lane of lanes.values()) {
        if (lane.state !== "deferred" || lane.until > monotonic()) continue;
        endWait(lane);
        wake(lane);
      }
    }
  }
  options.onMoved?.(lookAtClock);

  function deferLane(lane: Lane, ms: number): void {
    // The item is on disk, for whoever has the lane next.
    if (lane.tenure.signal.aborted) return;
    lane.state = "deferred";
    lane.isDelayed = lane.wait?.isAsked !== true;
    // The clock may have been moved on since that was measured.
    const asked = lane.isDelayed ? undefined : lane.wait?.until;
    lane.until = Math.min(monotonic() + ms, asked ?? Number.POSITIVE_INFINITY);
    if (lane.isDelayed) void lane.tenure.run(() => reportDelay(lane));
    lane.timer = setTimeout(
      () => {
        lane.state = "idle";
        wake(lane);
      },
      Math.min(Math.max(0, lane.until - monotonic()), 2 ** 31 - 1),
    );
  }

  /** Reports the items that wait now to be handled. Those that arrive later are reported as they arrive, wherever that is. */
  async function reportDelay(lane: Lane): Promise<void> {
    if (!consumer?.onDelay) return;
    // Only a courtesy: if the journal fails here, the next attempt fails too and logs it.
    const rows = await journal.head(lane.key, SHOWN_DELAYS).catch(() => []);
    const over = endingIn(lane);
    for (const row of rows) if (!over.includes(row.seq)) reportDelayOf(row, lane);
  }

  function reportDelayOf(row: Row, lane: Lane): void {
    const item = tryReadItem(row, reader);
    if (item) consumer?.onDelay?.(item, lane.until - monotonic());
  }

  /** A row has been stored. `ahead`: what was known of its lane before, if that was ours. */
  function arrive(
    { held: _, ...row }: NewRow,
    place: Pick<Place, "seq" | "barrier">,
    ahead: Ahead | undefined,
  ): void {
    const lane = laneOf(row.lane);
    if (!lane) return;
    const arrived: Row = {
      ...row,
      ...place,
      sort: row.sort ?? "",
      attempts: 0,
      triedMs: 0,
      requeues: 0,
      begun: false,
      pauseMs: row.dueAt - row.appendedAt,
      progress: undefined,
    };
    // Another process may have added something that comes before it.
    if (!journal.isExclusive) heads.lookAgain(lane);
    // What was found out since then includes it.
    else if (ahead && ahead === lane.ahead) keep(lane, ahead, arrived);
    if (lane.state === "deferred" && lane.isDelayed) {
      lane.tenure.run(() => reportDelayOf(arrived, lane));
    }
    wake(lane);
  }

  function forget(lane: Lane): void {
    const holding = holdingOf(lane);
    if (!holding?.isLoaded || lane.state !== "idle" || lane.appending > 0) return;
    if (!isStoring(lane)) holding.lanes.delete(lane.key);
  }

  /** An item is about to change in the journal, so no copy in memory must be used, nor one that is on its way there. */
  function readBack(): void {
    for (const { lanes } of holdings.values()) for (const lane of lanes.values()) forgetAhead(lane);
  }

  async function load(holding: Holding, { onDeadLetter }: Consumer<Body>): Promise<void> {
    const { tenure, lanes } = holding;
    const shares = [tenure.share];
    const [pending, owed] = await tenure.run(() =>
      // A crash may have come between storing a dead letter and giving the notice about it.
      Promise.all([journal.pendingLanes(shares), journal.owedNotices(shares)]),
    );
    for (const { lane, ...notice } of owed) {
      heads.addOwedNotice(laneIn(holding, lane), notice, onDeadLetter);
    }
    for (const lane of pending) laneIn(holding, lane);
    holding.isLoaded = true;
    for (const lane of lanes.values()) wake(lane);
  }

  async function leaveAll({ tenure, lanes, running, loading }: Holding): Promise<void> {
    const others = ready.filter((lane) => lane.tenure !== tenure);
    ready.splice(0, ready.length, ...others);
    for (const { timer } of lanes.values()) clearTimeout(timer);
    await loading.catch(() => {});
    await Promise.all(running);
    await Promise.all([...lanes.values()].map((lane) => tenure.run(() => heads.leave(lane))));
    holdings.delete(tenure.share);
  }

  return {
    async append({ lane: key, id, sort, body, notBefore = 0, held = false }) {
      const lane = laneOf(key);
      const ahead = lane?.ahead;
      if (lane) lane.appending += 1;
      appends += 1;
      try {
        const row = {
          id,
          lane: key,
          ...defined({ sort }),
          body: JSON.stringify(body),
          appendedAt: now(),
          dueAt: notBefore,
          held,
        };
        const place = await journal.append(row);
        if (place === "duplicate") return place;
        if (!held) arrive(row, place, ahead);
        return "appended";
      } finally {
        if (lane) {
          lane.appending -= 1;
          forget(lane);
        }
        appends -= 1;
        if (appends === 0) pump();
      }
    },

    start(handler, onDeadLetter, given = {}) {
      consumer = { ...given, handler, onDeadLetter };
    },

    async take(tenure) {
      const { share } = tenure;
      if (!consumer) throw new Error("Nobody handles what is taken");
      if (holdings.has(share)) throw new Error(`Share ${share} is ours already`);
      const loading = Promise.withResolvers<void>();
      const holding: Holding = {
        tenure,
        lanes: new Map(),
        running: new Set(),
        isLoaded: false,
        loading: loading.promise,
        leaving: undefined,
      };
      holdings.set(share, holding);
      try {
        await load(holding, consumer);
      } catch (error) {
        holdings.delete(share);
        throw error;
      } finally {
        loading.resolve();
      }
    },

    async leave(tenure) {
      const holding = holdings.get(tenure.share);
      if (holding?.tenure !== tenure) return;
      holding.leaving ??= leaveAll(holding);
      await holding.leaving;
    },

    async changed(key) {
      if (key !== undefined) {
        const lane = laneOf(key);
        if (!lane) return;
        heads.lookAgain(lane);
        // What somebody else has added waits behind what has failed here.
        if (lane.state === "deferred" && lane.isDelayed) {
          void lane.tenure.run(() => reportDelay(lane));
        }
        wake(lane);
        return;
      }
      readBack();
      for (const lane of await journal.pendingLanes([...holdings.keys()])) {
        const found = laneOf(lane);
        if (found) lookAgain(found);
      }
    },

    async requeue(id, body) {
      const key = await journal.requeue(
        id,
        now(),
        body === undefined ? undefined : JSON.stringify(body),
      );
      if (key === undefined) return false;
      const lane = laneOf(key);
      if (lane) lookAgain(lane);
      return true;
    },

    cancel(id) {
      readBack();
      return journal.cancel(id, now());
    },

    replace(id, body) {
      readBack();
      return journal.replace(id, JSON.stringify(body));
    },

    async find(id) {
      const found = await journal.find(id);
      return found && { ...found, body: reader.readBody(found.body) };
    },

    isWaiting: async (lane) => (await journal.head(lane, 1)).length > 0,
    async waitingIn(lane) {
      const rows = await journal.head(lane, SHOWN_WAITING);
      return rows.flatMap((row) => tryReadItem(row, reader)?.body ?? []);
    },
    hasBegun: (id) => journal.hasBegun(id),
    discard: (id) => journal.discard(id),

    async deadLetters() {
      return (await journal.deadLetters()).flatMap(({ id, body, reason }) => {
        try {
          return [{ id, body: reader.readBody(body), code: reason.code }];
        } catch (error) {
          if (error instanceof UnreadableError) return [];
          throw error;
        }
      });
    },

    backlog: () => journal.backlog(),
  };
}
