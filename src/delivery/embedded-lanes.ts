import type { ItemId } from "../ids.ts";
import type { BackoffPolicy } from "./backoff.ts";
import { type Consumer, createHeads } from "./heads.ts";
import type { Journal, Row } from "./journal.ts";
import { createLane, type Lane } from "./lane.ts";
import type { Attempt, Lanes } from "./lanes.ts";
import { type ReadBody, tryReadItem } from "./read-item.ts";

/** As long as more appends than this are under way, taking in goes before handing out. */
const BUSY_APPENDS = 2;
/** How many handlers run then: somebody waits for an answer to each append, and nobody for a handler. */
const BUSY_CONCURRENCY = 8;

/** How soon a requeued dead letter goes on its way. */
const WATCH_INTERVAL_MS = 1_000;

/** So many items that wait behind a failed one are told of. */
const SHOWN_DELAYS = 50;

export interface EmbeddedLanesOptions<Body> {
  queue: string;
  journal: Journal;
  readBody: ReadBody<Body>;
  backoff: BackoffPolicy;
  /** How many handlers run at once. */
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
  const { journal, readBody, concurrency } = options;
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
  let lastSeq = await journal.lastSeq();
  let appends = 0;
  let watching: NodeJS.Timeout | undefined;
  /** By another process, and nobody has looked what that was. */
  let hasChanged = false;
  let consumer: Consumer<Body> | undefined;

  // From here on, so that nothing is missed that is requeued between this look and the first of the watch.
  await journal.changedElsewhere();
  for (const { lane, barrier } of await journal.pendingLanes()) laneOf(lane).barrier = barrier;
  // A crash may have come between setting aside and telling.
  const owed = await journal.owed();

  /** Dead letters can be requeued by a tool that runs beside the bridge. */
  async function wakeWhatOthersRequeued(): Promise<void> {
    hasChanged ||= await journal.changedElsewhere();
    if (!hasChanged) return;
    for (const { lane } of await journal.pendingLanes()) wake(laneOf(lane));
    hasChanged = false;
  }

  function laneOf(key: string): Lane {
    let lane = lanes.get(key);
    if (!lane) {
      lane = createLane(key);
      lanes.set(key, lane);
    }
    return lane;
  }

  function wake(lane: Lane): void {
    if (lane.state === "running") lane.again = true;
    if (lane.state !== "idle") return;
    lane.state = "ready";
    ready.push(lane);
    pump();
  }

  const hasRoom = (): boolean =>
    running.size < (appends > BUSY_APPENDS ? Math.min(BUSY_CONCURRENCY, concurrency) : concurrency);

  function pump(): void {
    while (consumer && !stopping.signal.aborted && hasRoom()) {
      const lane = ready.shift();
      if (!lane) return;
      lane.state = "running";
      lane.again = false;
      const run = heads.handle(lane, consumer).then((next) => {
        running.delete(run);
        lane.state = "idle";
        if (typeof next === "number") deferLane(lane, next);
        else if (next === "again" || lane.again) wake(lane);
        else forget(lane);
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
    if (lane.isDelayed) void tellDelay(lane);
    lane.timer = setTimeout(
      () => {
        lane.state = "idle";
        wake(lane);
      },
      Math.min(ms, 2 ** 31 - 1),
    );
  }

  /** What arrives from here on is told of when it arrives. */
  async function tellDelay(lane: Lane): Promise<void> {
    const onDelay = consumer?.onDelay;
    if (!onDelay) return;
    // A courtesy: where the journal fails, the lane itself will say so.
    const rows = await journal.head(lane.key, SHOWN_DELAYS).catch(() => []);
    for (const row of rows) {
      const item = tryReadItem(row, readBody);
      if (item) onDelay(item, lane.until - monotonic());
    }
  }

  function forget(lane: Lane): void {
    if (lane.state === "idle" && lane.appending === 0) lanes.delete(lane.key);
  }

  /** The item is about to change in the journal, so what is in memory of it no longer counts. */
  function readBack(id: ItemId): void {
    for (const lane of lanes.values()) if (lane.fresh?.id === id) lane.fresh = undefined;
  }

  return {
    async append({ lane: key, id, sort, body, notBefore = 0, held = false }) {
      const isEmpty = !lanes.has(key);
      const lane = laneOf(key);
      lane.appending += 1;
      appends += 1;
      const seq = ++lastSeq;
      if (sort === undefined) lane.barrier = seq;
      try {
        const row = {
          seq,
          id,
          lane: key,
          barrier: lane.barrier,
          sort: sort ?? "",
          body: JSON.stringify(body),
          appendedAt: now(),
          dueAt: notBefore,
        };
        const result = await journal.append({ ...row, held });
        if (result === "appended" && !held) {
          // Others that arrived meanwhile may come before it.
          const isAlone = isEmpty && lane.appending === 1 && lane.state === "idle";
          const stored = { ...row, attempts: 0, pauseMs: notBefore - row.appendedAt };
          const arrived: Row = { ...stored, progress: undefined };
          lane.fresh = isAlone ? arrived : undefined;
          if (lane.state === "deferred" && lane.isDelayed) {
            const item = tryReadItem(arrived, readBody);
            if (item) consumer?.onDelay?.(item, lane.until - monotonic());
          }
          wake(lane);
        }
        return result;
      } finally {
        lane.appending -= 1;
        appends -= 1;
        forget(lane);
        if (appends === 0) pump();
      }
    },

    async start(handler, onDeadLetter, onDelay) {
      consumer = { handler, onDeadLetter, onDelay };
      for (const { lane, ...words } of owed) heads.oweNotice(laneOf(lane), words, onDeadLetter);
      for (const lane of lanes.values()) wake(lane);
      // What arrived before the start is in the line already.
      pump();
      watching = setInterval(() => {
        void wakeWhatOthersRequeued().catch(() => {});
      }, WATCH_INTERVAL_MS);
    },

    async stop() {
      clearInterval(watching);
      stopping.abort(new Error("The bridge is stopping"));
      for (const { timer } of lanes.values()) clearTimeout(timer);
      await Promise.all(running);
    },

    async requeue(id) {
      const lane = await journal.requeue(id, now());
      if (lane === undefined) return false;
      wake(laneOf(lane));
      return true;
    },

    cancel(lane, id) {
      readBack(id);
      return journal.cancel({ seq: ++lastSeq, id, lane }, now());
    },

    replace(id, body) {
      readBack(id);
      return journal.replace(id, JSON.stringify(body));
    },

    async look(id) {
      const found = await journal.look(id);
      return found && { ...found, body: readBody(found.body) };
    },

    hasBegun: (id) => journal.hasBegun(id),
    discard: (id) => journal.discard(id),
    backlog: () => journal.backlog(),
  };
}
