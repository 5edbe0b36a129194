import { defined } from "../defined.ts";
import { type BridgeError, CancelledError, RateLimitedError, toBridgeError } from "../errors.ts";
import { readJson } from "../read-json.ts";
import { type BackoffPolicy, backoffMs } from "./backoff.ts";
import type { Journal, Owed, Row } from "./journal.ts";
import type { Debt, Lane } from "./lane.ts";
import type { Attempt, Handler, Item, OnDeadLetter, OnDelay, Work } from "./lanes.ts";
import { type ReadBody, readItem, tryReadItem } from "./read-item.ts";

/** A defect does not go away by itself, but a passing failure may look like one, so it gets more tries than one. */
const DEFECT_TRIES = 3;

/** The functions that `Lanes.start` was given. */
export interface Consumer<Body> {
  readonly handler: Handler<Body>;
  readonly onDeadLetter: OnDeadLetter<Body>;
  readonly onDelay: OnDelay<Body> | undefined;
}

/** What attempts need of the lanes around them. */
export interface HeadsOptions<Body> {
  queue: string;
  journal: Journal;
  readBody: ReadBody<Body>;
  backoff: BackoffPolicy;
  onAttempt: (attempt: Attempt) => void;
  /** ms since the epoch, for what must outlast a restart. */
  now: () => number;
  /** ms that never jump, for pauses. */
  monotonic: () => number;
  random: () => number;
  stopping: AbortSignal;
}

/** What the lane does next: go on with the next item, rest, or wait for that many ms. */
type Next = "again" | "empty" | number;

/** Runs the attempts at the heads of lanes, and decides what becomes of each. */
export interface Heads<Body> {
  /** Makes one attempt and returns what the lane does next. Never rejects. */
  handle(lane: Lane, consumer: Consumer<Body>): Promise<Next>;
  /** Adds a notice that is owed about a dead letter. It is given before anything else in the lane. */
  oweNotice(lane: Lane, owed: Omit<Owed, "lane">, onDeadLetter: OnDeadLetter<Body>): void;
}

/** The head that is being handled, and the items that its handler took along (the head is the first of `taken`). */
interface Running {
  row: Row;
  taken: Row[];
  startedAt: number;
}

export function createHeads<Body>(options: HeadsOptions<Body>): Heads<Body> {
  const { queue, journal, readBody, backoff, onAttempt, now, monotonic, random, stopping } =
    options;

  async function handle(lane: Lane, consumer: Consumer<Body>): Promise<Next> {
    const startedAt = monotonic();
    try {
      return await handleHead(lane, consumer);
    } catch (thrown) {
      return reportFailure(lane, thrown, startedAt);
    }
  }

  async function handleHead(lane: Lane, consumer: Consumer<Body>): Promise<Next> {
    await payDebts(lane);
    const { fresh } = lane;
    lane.fresh = undefined;
    const row = fresh ?? (await journal.head(lane.key, 1))[0];
    if (!row) return "empty";
    const waitMs = remainingMs(lane, row);
    if (waitMs > 0) return waitMs;

    const attempt: Running = { row, taken: [row], startedAt: monotonic() };
    let next: Next | undefined;
    try {
      await consumer.handler(workOn(lane, attempt));
      succeed(lane, attempt);
    } catch (thrown) {
      next = conclude(lane, attempt, thrown, consumer);
    }
    await payDebts(lane);
    // A fresh item was alone in its lane. What has arrived behind it since then has set `lane.again`.
    return next ?? (fresh ? "empty" : "again");
  }

  /** How long the head still has to wait, ms. Measured by the wall clock only once, after that by one that never jumps. */
  function remainingMs(lane: Lane, { seq, dueAt, pauseMs, attempts }: Row): number {
    if (lane.wait?.seq !== seq) {
      const waitMs = Math.min(dueAt - now(), pauseMs);
      if (waitMs <= 0) return 0;
      lane.wait = { seq, until: monotonic() + waitMs, isAsked: attempts === 0 };
    }
    return lane.wait.until - monotonic();
  }

  function workOn(lane: Lane, { row, taken }: Running): Work<Body> {
    let { body } = row;
    return {
      item: readItem(row, readBody),
      signal: stopping,
      save: (progress) => journal.saveProgress(row.seq, progress),
      async begin(progress) {
        const { seq } = row;
        if (!(await journal.begin({ seq, body }, progress))) throw new CancelledError(row.id);
      },
      async advance(next, progress) {
        const text = JSON.stringify(next);
        const { seq } = row;
        if (!(await journal.advance({ seq, body }, text, progress))) {
          throw new CancelledError(row.id);
        }
        body = text;
      },
      async takeFollowing(accept, limit) {
        const known = await journal.head(lane.key, taken.length + limit);
        // An item was inserted before one that we hold: take nothing, or it would be overtaken.
        const isUnbroken = known[taken.length - 1]?.seq === taken.at(-1)?.seq;
        const rows = isUnbroken ? known.slice(taken.length) : [];
        const items: Item<Body>[] = [];
        for (const next of rows) {
          const item = tryReadItem(next, readBody);
          if (!item || !accept(item)) break;
          taken.push(next);
          items.push(item);
        }
        return items;
      },
      async take(ids) {
        const rows = await journal.waiting(ids);
        const items: Item<Body>[] = [];
        for (const other of rows) {
          const item = tryReadItem(other, readBody);
          if (!item || taken.some(({ seq }) => seq === other.seq)) continue;
          taken.push(other);
          items.push(item);
        }
        return items;
      },
    };
  }

  function succeed(lane: Lane, attempt: Running): void {
    lane.defects = 0;
    owe(lane, attempt.row, async () => {
      await journal.done(attempt.taken.map(({ seq }) => seq));
      report(lane, attempt, "done");
    });
  }

  /** Decides what becomes of an attempt that failed. Returns what the lane does next, unless it just goes on. */
  function conclude(
    lane: Lane,
    attempt: Running,
    thrown: unknown,
    { onDeadLetter }: Consumer<Body>,
  ): Next | undefined {
    const { row, taken } = attempt;
    if (stopping.aborted && thrown === stopping.reason) {
      report(lane, attempt, "interrupted");
      return "empty";
    }
    const error = toBridgeError(thrown);
    lane.defects = error.code === "defect" ? lane.defects + 1 : 0;
    if (error instanceof CancelledError) {
      // It was cancelled, or has another body: either way the journal knows what comes next.
      report(lane, attempt, "ignored", { error });
      return "again";
    }
    if (error.disposition === "ignore") {
      owe(lane, row, async () => {
        await journal.done(taken.map(({ seq }) => seq));
        report(lane, attempt, "ignored", { error });
      });
      return undefined;
    }
    const isExpired = now() - row.appendedAt > backoff.maxAgeMs;
    const isHopeless = isExpired || lane.defects >= DEFECT_TRIES;
    if (error.disposition === "dead-letter" || error.disposition === "uncertain" || isHopeless) {
      lane.defects = 0;
      owe(lane, row, () => deadLetter(lane, attempt, error, onDeadLetter));
      return undefined;
    }
    const asked =
      error instanceof RateLimitedError
        ? error.retryAfterMs
        : backoffMs(backoff, row.attempts + 1, random());
    const pauseMs = Math.min(asked, backoff.maxAgeMs);
    const until = monotonic() + pauseMs;
    owe(lane, row, async () => {
      await journal.defer(row.seq, row.attempts + 1, now() + pauseMs, pauseMs);
      lane.wait = { seq: row.seq, until, isAsked: false };
      report(lane, attempt, "deferred", { error, nextAttemptInMs: pauseMs });
    });
    return pauseMs;
  }

  async function deadLetter(
    lane: Lane,
    attempt: Running,
    error: BridgeError,
    onDeadLetter: OnDeadLetter<Body>,
  ): Promise<void> {
    const rows: { seq: number; notice?: string }[] = [];
    for (const row of attempt.taken) {
      const notice = await orGiveUp(lane, () => {
        // Its progress may be what could not be read, and people are to be told all the same.
        const item = readItem({ ...row, progress: undefined }, readBody);
        return onDeadLetter.prepare(item, error);
      });
      const { seq } = row;
      rows.push(notice === undefined ? { seq } : { seq, notice: JSON.stringify(notice) });
    }
    const { code, message } = error;
    const dead = await journal.dead(rows, { code, message });
    report(lane, attempt, "dead", { error });
    for (const { seq, id, appendedAt } of attempt.taken) {
      const notice = rows.find((row) => row.seq === seq)?.notice;
      if (notice === undefined || !dead.includes(seq)) continue;
      oweNotice(lane, { seq, id, appendedAt, notice }, onDeadLetter);
    }
  }

  function oweNotice(
    lane: Lane,
    { seq, notice, ...item }: Omit<Owed, "lane">,
    onDeadLetter: OnDeadLetter<Body>,
  ): void {
    owe(lane, item, async () => {
      await orGiveUp(lane, async () => {
        await onDeadLetter.tell(item.id, readJson(notice, "what is owed about an item"));
      });
      await journal.told(seq);
    });
  }

  /**
   * Runs a step of giving a notice. Where the item cannot be read there is no notice, and after some tries a defect ends
   * in none, too: it must not hold up the lane for ever. Each failure before that is in the log.
   */
  async function orGiveUp<Result>(
    lane: Lane,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (error.code === "unreadable") return undefined;
      if (error.code !== "defect" || lane.failures < DEFECT_TRIES) throw error;
      return undefined;
    }
  }

  const owe = (lane: Lane, item: Debt["item"], pay: Debt["pay"]): void => {
    lane.debts.push({ item, pay });
  };

  async function payDebts(lane: Lane): Promise<void> {
    for (let debt = lane.debts[0]; debt; debt = lane.debts[0]) {
      await debt.pay();
      lane.debts.shift();
      lane.failures = 0;
    }
  }

  /** The journal failed, or giving a notice did. Nothing is lost: it is tried again after the pause that this returns, ms. */
  function reportFailure(lane: Lane, thrown: unknown, startedAt: number): number {
    lane.failures += 1;
    const pauseMs = backoffMs(backoff, lane.failures, random());
    const item = lane.debts[0]?.item;
    onAttempt({
      queue,
      lane: lane.key,
      ...defined({ item: item?.id }),
      attempt: lane.failures,
      items: 1,
      durationMs: monotonic() - startedAt,
      ageMs: item ? now() - item.appendedAt : 0,
      outcome: "deferred",
      error: toBridgeError(thrown),
      nextAttemptInMs: pauseMs,
    });
    return pauseMs;
  }

  function report(
    lane: Lane,
    { row, taken, startedAt }: Running,
    outcome: Attempt["outcome"],
    more: Pick<Attempt, "error" | "nextAttemptInMs"> = {},
  ): void {
    onAttempt({
      queue,
      lane: lane.key,
      item: row.id,
      attempt: row.attempts + 1,
      items: taken.length,
      durationMs: monotonic() - startedAt,
      ageMs: now() - row.appendedAt,
      outcome,
      ...more,
    });
  }

  return { handle, oweNotice };
}
