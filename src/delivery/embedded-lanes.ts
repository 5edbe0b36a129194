import { defined } from "../defined.ts";
import { type Ahead, forgetAhead, isKnownToBeEmpty, keep, nothingAhead } from "./ahead.ts";
import type { Consumer } from "./attempts.ts";
import type { BackoffPolicy } from "./backoff.ts";
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

/** How soon a dead letter is noticed that another process has requeued. */
const WATCH_INTERVAL_MS = 1_000;

/** How many of the next items of a lane are kept while one is handled; of a lane that waits for its turn it is a single one. */
const KEPT = 8;
/** While more lanes than this wait for a free handler, it is a single one of each, because there are so many of them. */
const CROWD = 256;

/** All lanes are in one share. */
const SHARES = [0];

/** How many items that wait behind a failed one are reported as delayed. */
const SHOWN_DELAYS = 50;

/** What the embedded lanes work with; the clocks and `random` are for tests. */
export interface EmbeddedLanesOptions<Body> {
  queue: string;
  journal: Journal;
  reader: ItemReader<Body>;
  backoff: BackoffPolicy;
  /** How many handlers run at once, besides as many that have begun ahead. */
  concurrency: number;
  onAttempt: (attempt: Attempt) => void;
  /** ms since the epoch, for what must outlast a restart. */
  now?: () => number;
  /** ms that never jump, for pauses. */
  monotonic?: () => number;
  random?: () => number;
}

/** Lanes inside this process, durable through a {@link Journal}. One process at a time may own a journal. */
export async function createEmbeddedLanes<Body>(
  options: EmbeddedLanesOptions<Body>,
): Promise<Lanes<Body>> {
  const { journal, reader, concurrency } = options;
  const now = options.now ?? Date.now;
  const monotonic = options.monotonic ?? (() => performance.now());
  const random = options.random ?? Math.random;

  const lanes = new Map<string, Lane>();
  const ready: Lane[] = [];
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const heads = createHeads<Body>({
    ...options,
    now,
    monotonic,
    random,
    stopping: stopping.signal,
  });
  let appends = 0;
  let watching: NodeJS.Timeout | undefined;
  /** Another process has written to the journal, and the lanes have not been woken for it yet. */
  let hasChanged = false;
  let consumer: Consumer<Body> | undefined;

  // Asked once before the lanes are read: what is requeued between that and the watch's first look then counts as changed.
  await journal.changedElsewhere();
  for (const lane of await journal.pendingLanes(SHARES)) laneOf(lane);
  // A crash may have come between storing a dead letter and giving the notice about it.
  const owed = await journal.owedNotices(SHARES);

  /** Dead letters can be requeued by a tool that runs beside the bridge. */
  async function wakeWhatOthersRequeued(): Promise<void> {
    hasChanged ||= await journal.changedElsewhere();
    if (!hasChanged) return;
    for (const lane of await journal.pendingLanes(SHARES)) lookAgain(laneOf(lane));
    hasChanged = false;
  }

  /** `ahead`: what is known of it if it is new. */
  function laneOf(key: string, ahead?: () => Ahead): Lane {
    let lane = lanes.get(key);
    if (!lane) {
      lane = createLane(key, ahead?.());
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
    if (lane.state !== "idle") return;
    lane.state = "ready";
    ready.push(lane);
    pump();
  }

  /** The end of an item is not on disk yet: whoever stops has to wait for it. */
  const isStoring = ({ storing, retryAt }: Lane): boolean =>
    storing !== undefined || retryAt !== undefined;

  const hasRoom = (): boolean =>
    running.size < (appends > BUSY_APPENDS ? Math.min(BUSY_CONCURRENCY, concurrency) : concurrency);

  function pump(): void {
    while (consumer && !stopping.signal.aborted && hasRoom()) {
      const lane = ready.shift();
      if (!lane) return;
      lane.state = "running";
      lane.mayKeep = ready.length > CROWD ? 1 : KEPT;
      const run = heads.handle(lane, consumer).then((pauseMs) => {
        running.delete(run);
        lane.state = "idle";
        lane.mayKeep = 1;
        if (pauseMs !== undefined) deferLane(lane, pauseMs);
        else if (isKnownToBeEmpty(lane) && !isStoring(lane)) forget(lane);
        else wake(lane);
        pump();
      });
      running.add(run);
    }
  }

  function deferLane(lane: Lane, ms: number): void {
    // The item is on disk; a timer would only keep the process alive.
    if (stopping.signal.aborted) return;
    lane.state = "deferred";
    lane.until = monotonic() + ms;
    lane.isDelayed = lane.wait?.isAsked !== true;
    if (lane.isDelayed) void reportDelay(lane);
    lane.timer = setTimeout(
      () => {
        lane.state = "idle";
        wake(lane);
      },
      Math.min(ms, 2 ** 31 - 1),
    );
  }

  /** Reports the items that wait now to be handled. Those that arrive later are reported as they arrive. */
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

  /** A row has been stored. `ahead`: what was known of the lane before. */
  function arrive(
    { held: _, ...row }: NewRow,
    place: Pick<Place, "seq" | "barrier">,
    lane: Lane,
    ahead: Ahead | undefined,
  ): void {
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
    // What was found out since then includes it.
    if (ahead && ahead === lane.ahead) keep(lane, ahead, arrived);
    if (lane.state === "deferred" && lane.isDelayed) reportDelayOf(arrived, lane);
    wake(lane);
  }

  function forget(lane: Lane): void {
    if (lane.state === "idle" && lane.appending === 0 && !isStoring(lane)) lanes.delete(lane.key);
  }

  /** An item is about to change in the journal, so no copy in memory must be used, nor one that is on its way there. */
  function readBack(): void {
    for (const lane of lanes.values()) forgetAhead(lane);
  }

  return {
    async append({ lane: key, id, sort, body, notBefore = 0, held = false }) {
      // All lanes in which something waits are in memory.
      const lane = laneOf(key, nothingAhead);
      const { ahead } = lane;
      lane.appending += 1;
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
        if (!held) arrive(row, place, lane, ahead);
        return "appended";
      } finally {
        lane.appending -= 1;
        appends -= 1;
        forget(lane);
        if (appends === 0) pump();
      }
    },

    async start(handler, onDeadLetter, given = {}) {
      consumer = { ...given, handler, onDeadLetter };
      for (const { lane, ...notice } of owed)
        heads.addOwedNotice(laneOf(lane), notice, onDeadLetter);
      for (const lane of lanes.values()) wake(lane);
      // Lanes whose items arrived before the start are `ready` already.
      pump();
      watching = setInterval(() => {
        // A journal that cannot be read raises an alarm by itself; the next look comes in a second.
        void wakeWhatOthersRequeued().catch(() => {});
      }, WATCH_INTERVAL_MS);
    },

    async stop() {
      clearInterval(watching);
      stopping.abort(new Error("The bridge is stopping"));
      for (const { timer } of lanes.values()) clearTimeout(timer);
      await Promise.all(running);
      await Promise.all([...lanes.values()].map(heads.letGo));
      for (const { storing } of lanes.values()) await storing;
    },

    async requeue(id) {
      const lane = await journal.requeue(id, now());
      if (lane === undefined) return false;
      lookAgain(laneOf(lane));
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

    hasBegun: (id) => journal.hasBegun(id),
    discard: (id) => journal.discard(id),
    backlog: () => journal.backlog(),
  };
}
