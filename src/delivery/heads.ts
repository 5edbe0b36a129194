import { defined } from "../defined.ts";
import { toBridgeError } from "../errors.ts";
import { type BackoffPolicy, backoffMs } from "./backoff.ts";
import { createDeadLetters } from "./dead-letters.ts";
import { addFollowUp, orGiveUp, runFollowUps, writeTogether } from "./follow-ups.ts";
import type { Journal, OwedNoticeRow, Row } from "./journal.ts";
import type { Lane } from "./lane.ts";
import type { Attempt, Handler, OnDeadLetter, OnDelay } from "./lanes.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { ItemReader } from "./read-item.ts";
import { type AttemptWork, createWork, type TakenRows } from "./work.ts";

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
  reader: ItemReader<Body>;
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
  addOwedNotice(
    lane: Lane,
    owed: Omit<OwedNoticeRow, "lane">,
    onDeadLetter: OnDeadLetter<Body>,
  ): void;
}

/** The attempt that is under way. */
interface Running extends TakenRows {
  startedAt: number;
}

export function createHeads<Body>(options: HeadsOptions<Body>): Heads<Body> {
  const { queue, journal, reader, backoff, onAttempt, now, monotonic, random, stopping } = options;
  const deadLetters = createDeadLetters(journal, reader);

  async function handle(lane: Lane, consumer: Consumer<Body>): Promise<Next> {
    const startedAt = monotonic();
    try {
      return await handleHead(lane, consumer);
    } catch (thrown) {
      return reportFailure(lane, thrown, startedAt);
    }
  }

  async function handleHead(lane: Lane, consumer: Consumer<Body>): Promise<Next> {
    await runFollowUps(lane);
    const { fresh } = lane;
    lane.fresh = undefined;
    const row = fresh ?? (await journal.head(lane.key, 1))[0];
    if (!row) return "empty";
    const waitMs = remainingMs(lane, row);
    if (waitMs > 0) return waitMs;

    const attempt: Running = { row, taken: [row], startedAt: monotonic() };
    const next = await runAttempt(lane, attempt, consumer);
    await runFollowUps(lane);
    // A fresh item was alone in its lane. What has arrived behind it since then has set `lane.again`.
    return next ?? (fresh ? "empty" : "again");
  }

  /** Returns what the lane does next, unless it just goes on. */
  async function runAttempt(
    lane: Lane,
    attempt: Running,
    { handler, onDeadLetter }: Consumer<Body>,
  ): Promise<Next | undefined> {
    let work: AttemptWork<Body> | undefined;
    try {
      work = createWork(attempt, { journal, reader, signal: stopping });
      await handler(work);
    } catch (thrown) {
      // Else what is decided now could be stored before what was done.
      await work?.flushed();
      return conclude(lane, attempt, thrown, onDeadLetter);
    }
    lane.defects = 0;
    complete(lane, attempt, work);
    return undefined;
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

  /** Carries out what becomes of an attempt that failed. Returns what the lane does next, unless it just goes on. */
  function conclude(
    lane: Lane,
    attempt: Running,
    thrown: unknown,
    onDeadLetter: OnDeadLetter<Body>,
  ): Next | undefined {
    const { row } = attempt;
    const outcome = outcomeOf(thrown, {
      stopReason: stopping.reason as unknown,
      attempt: row.attempts + 1,
      ageMs: now() - row.appendedAt,
      defects: lane.defects,
      policy: backoff,
      random: random(),
    });
    const isDefect = outcome.kind === "deferred" && outcome.error.code === "defect";
    lane.defects = isDefect ? lane.defects + 1 : 0;
    switch (outcome.kind) {
      case "interrupted":
        report(lane, attempt, "interrupted");
        return "empty";
      case "cancelled":
        report(lane, attempt, "ignored", { error: outcome.error });
        return "again";
      case "ignored":
        addFollowUp(lane, row, async () => {
          await journal.done(attempt.taken.map(({ seq }) => seq));
          report(lane, attempt, "ignored", { error: outcome.error });
        });
        return undefined;
      case "dead":
        addFollowUp(lane, row, async () => {
          await deadLetters.store(lane, attempt.taken, outcome.error, onDeadLetter);
          report(lane, attempt, "dead", { error: outcome.error });
        });
        return undefined;
      case "deferred":
        return deferHead(lane, attempt, outcome);
    }
  }

  /** The head and what it took along are done, which is stored together with what the handler wants to be stored then. */
  function complete(lane: Lane, attempt: Running, { atEndWrites, end }: AttemptWork<Body>): void {
    const writes = new Set([
      ...atEndWrites.map((write) => () => orGiveUp(lane, write)),
      () => journal.done(attempt.taken.map(({ seq }) => seq)),
    ]);
    addFollowUp(lane, attempt.row, async () => {
      end();
      await writeTogether(writes);
      report(lane, attempt, "done");
    });
  }

  function deferHead(
    lane: Lane,
    attempt: Running,
    { error, pauseMs, countedMs }: Outcome & { kind: "deferred" },
  ): number {
    const { row } = attempt;
    const at = monotonic();
    // Not the attempt itself: most of it may have been a wait for its turn.
    const triedMs = row.triedMs + countedMs;
    addFollowUp(lane, row, async () => {
      const attempts = row.attempts + 1;
      await journal.defer(row.seq, { attempts, triedMs, dueAt: now() + pauseMs, pauseMs });
      lane.wait = { seq: row.seq, until: at + pauseMs, isAsked: false };
      report(lane, attempt, "deferred", { error, nextAttemptInMs: pauseMs });
    });
    return pauseMs;
  }

  /** The journal failed, or giving a notice did. Nothing is lost: it is tried again after the pause that this returns, ms. */
  function reportFailure(lane: Lane, thrown: unknown, startedAt: number): number {
    lane.failures += 1;
    const pauseMs = backoffMs(backoff, lane.failures, random());
    const item = lane.followUps[0]?.item;
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

  return { handle, addOwedNotice: deadLetters.addOwedNotice };
}
