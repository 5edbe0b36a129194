import { type BridgeError, RateLimitedError, toBridgeError, WithdrawnError } from "../errors.ts";
import type { ItemId } from "../ids.ts";
import { type BackoffPolicy, backoffMs } from "./backoff.ts";
import type { Journal, Row } from "./journal.ts";
import type { Attempt, Handler, Item, Lanes, LastWords } from "./lanes.ts";

/** As long as more appends than this are under way, taking in goes before handing out. */
const BUSY_APPENDS = 2;
/** How many handlers run then: somebody waits for an answer to each append, and nobody for a handler. */
const BUSY_CONCURRENCY = 8;

/** How soon a revived dead letter goes on its way. */
const WATCH_INTERVAL_MS = 1_000;

export interface EmbeddedLanesOptions {
  readonly queue: string;
  readonly journal: Journal;
  readonly backoff: BackoffPolicy;
  /** How many handlers run at once. */
  readonly concurrency: number;
  readonly onAttempt: (attempt: Attempt) => void;
  readonly now?: () => number;
  readonly random?: () => number;
}

/**
 * A lane is in memory while it has items: only its barrier and its state, never the items themselves.
 * `idle` nothing runs and nothing is planned · `ready` in the line for a free handler · `running` its head is being
 * handled · `deferred` its head waits for a time.
 */
interface Lane {
  readonly key: string;
  state: "idle" | "ready" | "running" | "deferred";
  barrier: number;
  /** Appends that are not on disk yet; the lane must not be forgotten under them. */
  appending: number;
  /** Something arrived while the head was running. */
  again: boolean;
  /** The only item of a lane that was empty before: it need not be read back. */
  fresh: Row | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Lanes inside this process, durable through a {@link Journal}. One process at a time may own a journal. */
export async function createEmbeddedLanes<Body>(
  options: EmbeddedLanesOptions,
): Promise<Lanes<Body>> {
  const { queue, journal, backoff, concurrency, onAttempt } = options;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;

  const lanes = new Map<string, Lane>();
  const ready: Lane[] = [];
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let lastSeq = await journal.lastSeq();
  let appends = 0;
  let watching: NodeJS.Timeout | undefined;
  let consumer: { handler: Handler<Body>; lastWords: LastWords<Body> } | undefined;

  // From here on, so that nothing is missed that is revived between this look and the first of the watch.
  await journal.changedElsewhere();
  for (const { lane, barrier } of await journal.pendingLanes()) laneOf(lane).barrier = barrier;

  /** Dead letters can be revived by a tool that runs beside the bridge. */
  async function wakeWhatOthersRevived(): Promise<void> {
    if (!(await journal.changedElsewhere())) return;
    for (const { lane } of await journal.pendingLanes()) wake(laneOf(lane));
  }

  function laneOf(key: string): Lane {
    let lane = lanes.get(key);
    if (!lane) {
      lane = {
        key,
        state: "idle",
        barrier: 0,
        appending: 0,
        again: false,
        fresh: undefined,
        timer: undefined,
      };
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
      const run = handleHead(lane, consumer.handler, consumer.lastWords)
        .catch((error: unknown) => error)
        .then((outcome) => {
          running.delete(run);
          lane.state = "idle";
          // A failure here is the journal's: nothing was lost, the same head comes again after a pause.
          if (outcome instanceof Error) deferLane(lane, backoff.firstMs);
          else if (typeof outcome === "number") deferLane(lane, outcome);
          else if (outcome === "again" || lane.again) wake(lane);
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
    lane.timer = setTimeout(
      () => {
        lane.state = "idle";
        wake(lane);
      },
      Math.min(ms, 2 ** 31 - 1),
    );
  }

  function forget(lane: Lane): void {
    if (lane.state === "idle" && lane.appending === 0) lanes.delete(lane.key);
  }

  /** The item is about to change in the journal, so what is in memory of it no longer counts. */
  function readBack(id: ItemId): void {
    for (const lane of lanes.values()) if (lane.fresh?.id === id) lane.fresh = undefined;
  }

  /** What the lane does next: go on, wait that many ms, or nothing. */
  async function handleHead(
    lane: Lane,
    handler: Handler<Body>,
    lastWords: LastWords<Body>,
  ): Promise<"again" | "empty" | number> {
    const { fresh } = lane;
    lane.fresh = undefined;
    const row = fresh ?? (await journal.head(lane.key, 1))[0];
    if (!row) return "empty";
    // Nothing is behind a fresh item but what has arrived since, and that is noted in the lane.
    const next = fresh ? "empty" : "again";
    const startedAt = now();
    if (row.dueAt > startedAt) return row.dueAt - startedAt;

    const item = toItem<Body>(row);
    const taken = [row];
    let { body } = row;
    const report = (outcome: Attempt["outcome"], error?: BridgeError, nextAttemptInMs?: number) =>
      onAttempt({
        queue,
        lane: lane.key,
        item: item.id,
        attempt: item.attempt,
        items: taken.length,
        durationMs: now() - startedAt,
        ageMs: now() - row.appendedAt,
        outcome,
        ...(error && { error }),
        ...(nextAttemptInMs !== undefined && { nextAttemptInMs }),
      });

    try {
      await handler({
        item,
        signal: stopping.signal,
        save: (progress) => journal.saveProgress(row.seq, progress),
        async begin(progress) {
          const { seq } = row;
          if (!(await journal.begin({ seq, body }, progress))) throw new WithdrawnError(row.id);
        },
        async advance(next, progress) {
          const text = JSON.stringify(next);
          await journal.advance(row.seq, text, progress);
          body = text;
        },
        async takeFollowing(accept, limit) {
          const known = await journal.head(lane.key, taken.length + limit);
          // What a late arrival was sorted in before must wait for it, so then nothing comes along.
          const isUnbroken = known[taken.length - 1]?.seq === taken.at(-1)?.seq;
          const rows = isUnbroken ? known.slice(taken.length) : [];
          const end = rows.findIndex((next) => !accept(toItem<Body>(next)));
          const accepted = end === -1 ? rows : rows.slice(0, end);
          taken.push(...accepted);
          return accepted.map((next) => toItem<Body>(next));
        },
        async take(ids) {
          const rows = await journal.waiting(ids);
          const others = rows.filter(({ seq }) => taken.every((known) => known.seq !== seq));
          taken.push(...others);
          return others.map((next) => toItem<Body>(next));
        },
      });
      await journal.done(taken.map(({ seq }) => seq));
      report("done");
      return next;
    } catch (thrown) {
      if (stopping.signal.aborted && thrown === stopping.signal.reason) {
        report("interrupted");
        return "empty";
      }
      const error = toBridgeError(thrown);
      if (error instanceof WithdrawnError) {
        // It is gone, or has another body: either way the journal knows what comes next.
        report("ignored", error);
        return "again";
      }
      if (error.disposition === "ignore") {
        await journal.done(taken.map(({ seq }) => seq));
        report("ignored", error);
        return next;
      }
      const expired = now() - row.appendedAt > backoff.maxAgeMs;
      if (error.disposition === "dead-letter" || error.disposition === "uncertain" || expired) {
        const seqs = taken.map(({ seq }) => seq);
        for (const each of taken) await lastWords(toItem<Body>(each), error);
        await journal.dead(seqs, { code: error.code, message: error.message });
        report("dead", error);
        return next;
      }
      const pauseMs =
        error instanceof RateLimitedError
          ? error.retryAfterMs
          : backoffMs(backoff, item.attempt, random());
      await journal.defer(row.seq, item.attempt, now() + pauseMs);
      report("deferred", error, pauseMs);
      return pauseMs;
    }
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
          lane.fresh = isAlone ? { ...row, attempts: 0, progress: undefined } : undefined;
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

    async start(handler, lastWords) {
      consumer = { handler, lastWords };
      for (const lane of lanes.values()) wake(lane);
      // What arrived before the start is in the line already.
      pump();
      watching = setInterval(() => {
        void wakeWhatOthersRevived().catch(() => {});
      }, WATCH_INTERVAL_MS);
    },

    async stop() {
      clearInterval(watching);
      stopping.abort(new Error("The bridge is stopping"));
      for (const { timer } of lanes.values()) clearTimeout(timer);
      await Promise.all(running);
    },

    async revive(id) {
      const lane = await journal.revive(id, now());
      if (lane === undefined) return false;
      wake(laneOf(lane));
      return true;
    },

    withdraw(lane, id) {
      readBack(id);
      return journal.withdraw({ seq: ++lastSeq, id, lane }, now());
    },

    replace(id, body) {
      readBack(id);
      return journal.replace(id, JSON.stringify(body));
    },

    hasBegun: (id) => journal.hasBegun(id),
    discard: (id) => journal.discard(id),
    backlog: () => journal.backlog(),
  };
}

function toItem<Body>(row: Row): Item<Body> {
  return {
    lane: row.lane,
    id: row.id,
    sort: row.sort === "" ? undefined : row.sort,
    body: JSON.parse(row.body) as Body,
    attempt: row.attempts + 1,
    progress: row.progress,
    appendedAt: row.appendedAt,
  };
}
