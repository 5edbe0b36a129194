import { defined } from "../defined.ts";
import { StorageError, toBridgeError } from "../errors.ts";
import { forgetAhead, isKnownToBeEmpty, lookAhead } from "./ahead.ts";
import { type Consumer, createAttempts, type Running } from "./attempts.ts";
import { type BackoffPolicy, backoffMs } from "./backoff.ts";
import { createDeadLetters } from "./dead-letters.ts";
import {
  addFollowUp,
  orGiveUp,
  runFollowUps,
  storeFollowUps,
  writeTogether,
} from "./follow-ups.ts";
import type { Journal, OwedNoticeRow, Row } from "./journal.ts";
import type { Lane } from "./lane.ts";
import type { Attempt, OnDeadLetter } from "./lanes.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { ItemReader } from "./read-item.ts";
import type { TakenRows } from "./work.ts";

/** What attempts need of the lanes around them. */
export interface HeadsOptions<Body> {
  queue: string;
  journal: Journal;
  reader: ItemReader<Body>;
  backoff: BackoffPolicy;
  concurrency: number;
  settleMs: number;
  onAttempt: (attempt: Attempt) => void;
  /** ms since the epoch, for what must outlast a restart. */
  now: () => number;
  /** ms that never jump, for pauses. */
  monotonic: () => number;
  random: () => number;
}

/** Runs the attempts at the heads of lanes, and decides what becomes of each. */
export interface Heads<Body> {
  /**
   * Makes one attempt, if anything waits. Returns how long the lane has to wait before the next one, ms; `undefined`: not at
   * all. The end of an item that succeeded may still be on its way to the journal then, but of none before it. Never rejects.
   */
  handle(lane: Lane, consumer: Consumer<Body>): Promise<number | undefined>;
  /** Something waits in the lane that it does not know of: finds out while the head is being handled. */
  lookAgain(lane: Lane): void;
  /** Adds a notice that is owed about a dead letter. It is given before anything else in the lane. */
  addOwedNotice(
    lane: Lane,
    owed: Omit<OwedNoticeRow, "lane">,
    onDeadLetter: OnDeadLetter<Body>,
  ): void;
  /**
   * To be called when the lane is to be left and no attempt at its head runs any more: gives up the one that has begun ahead, if
   * there is one, and stores what is not on disk yet, as far as that can be done. Nothing is under way after that. Never rejects.
   */
  leave(lane: Lane): Promise<void>;
}

const seqsOf = ({ taken }: TakenRows): number[] => taken.map(({ seq }) => seq);

/** Adds what makes an end of the head and of what it took along. */
const addEnd = (lane: Lane, attempt: TakenRows, run: () => Promise<void>): void =>
  addFollowUp(lane, attempt.row, run, { ends: seqsOf(attempt) });

export function createHeads<Body>(options: HeadsOptions<Body>): Heads<Body> {
  const { queue, journal, reader, backoff, onAttempt, now, monotonic, random } = options;
  const deadLetters = createDeadLetters(journal, reader);
  const attempts = createAttempts(options);
  /** By lane: finds out what comes behind the head that is being handled. */
  const lookers = new Map<Lane, () => void>();
  /** What has arrived in one turn of the event loop is looked for once. */
  const toLookAt = new Set<Lane>();

  async function handle(lane: Lane, consumer: Consumer<Body>): Promise<number | undefined> {
    const startedAt = monotonic();
    let pauseMs: number | undefined;
    try {
      pauseMs = await handleHead(lane, consumer);
    } catch (thrown) {
      forgetAhead(lane);
      pauseMs = reportFailure(lane, thrown, startedAt);
      await lane.storing;
      pauseMs = takeRetry(lane) ?? pauseMs;
    }
    // A pause may be long. Whoever goes on after it waits for its handler.
    if (pauseMs !== undefined) void attempts.letGo(lane);
    return pauseMs;
  }

  async function handleHead(lane: Lane, consumer: Consumer<Body>): Promise<number | undefined> {
    const retryMs = takeRetry(lane);
    if (retryMs !== undefined) return retryMs;
    if (!lane.storing) await runFollowUps(lane);
    const row = await nextRow(lane);
    if (lane.tenure.signal.aborted) return undefined;
    const waitMs = row && remainingMs(lane, row);
    if (row && waitMs !== undefined && waitMs <= 0) return await runAttempt(lane, row, consumer);
    if (row) forgetAhead(lane);
    await lane.storing;
    return takeRetry(lane) ?? waitMs;
  }

  /**
   * Takes the next row from what is known of the lane, or asks the journal. While the end of an item has failed it is asked
   * nothing, because it would give that item once more.
   */
  async function nextRow(lane: Lane): Promise<Row | undefined> {
    // Of those that are stored together one that is told of later may have to come first.
    if (lane.appending > 0) await new Promise(setImmediate);
    while (lane.retryAt === undefined) {
      const ahead = lane.ahead ?? lookAhead(lane, journal);
      await ahead.answer;
      if (ahead !== lane.ahead) continue;
      // Another row may have come first, or this one may have changed.
      const lettingGo = attempts.letGo(lane, ahead.rows[0]);
      if (lettingGo) {
        await lettingGo;
        continue;
      }
      const row = ahead.rows.shift();
      if (row || ahead.isAll) return row;
      forgetAhead(lane);
    }
    return undefined;
  }

  /** Returns how long the lane has to wait before it goes on, ms; `undefined`: not at all. */
  async function runAttempt(
    lane: Lane,
    row: Row,
    consumer: Consumer<Body>,
  ): Promise<number | undefined> {
    const known = lane.ahead;
    const attempt = attempts.takeUp(lane, row, consumer);
    // While this one is handled, so that the next one need not wait for it. If it cannot be read now, it is read later.
    const isAtEnd = known?.rows.length === 0 && !known.isAll && known === lane.ahead;
    const look = () => {
      if (lane.retryAt !== undefined) return;
      const beginNext = () => attempts.beginNext(lane, attempt, consumer);
      lookAhead(lane, journal, attempt.taken).answer?.then(beginNext, () => {});
    };
    if (isAtEnd) look();
    lookers.set(lane, look);
    let pauseMs: number | undefined;
    let hasFailed = false;
    try {
      await attempt.handled;
      // On disk, too, the item before this one ends first.
      await lane.storing;
      if (lane.tenure.isLost()) throw new StorageError("The lane is not ours any more");
      lane.defects = 0;
      complete(lane, attempt);
    } catch (thrown) {
      hasFailed = true;
      // What comes next may be this one again.
      lookers.delete(lane);
      forgetAhead(lane);
      // It was to come behind an item that is done.
      void attempts.letGo(lane);
      // Else what is decided now could be stored before what was done.
      await attempt.work?.flushed();
      await lane.storing;
      pauseMs = conclude(lane, attempt, thrown, consumer.onDeadLetter);
    } finally {
      lookers.delete(lane);
    }
    const retryMs = takeRetry(lane);
    if (retryMs !== undefined) return retryMs;
    if (!hasFailed && !isKnownToBeEmpty(lane)) {
      runBehind(lane);
    } else {
      // A lane in which nothing waits is forgotten: nobody would give it up later.
      const lettingGo = attempts.letGo(lane);
      await runFollowUps(lane);
      await lettingGo;
    }
    return pauseMs;
  }

  /** Runs the follow-ups while the lane goes on with the next item; if they fail, again after a pause. */
  function runBehind(lane: Lane): void {
    const startedAt = monotonic();
    const run = async (): Promise<void> => {
      try {
        await runFollowUps(lane);
      } catch (thrown) {
        // What was read meanwhile may have the item that could not be ended.
        forgetAhead(lane);
        const pauseMs = reportFailure(lane, thrown, startedAt);
        lane.retryAt = monotonic() + pauseMs;
        // Nobody waits for what a timer begins once the lane is left.
        if (!lane.tenure.signal.aborted) {
          lane.timer = setTimeout(() => {
            lane.retryAt = undefined;
            runBehind(lane);
          }, pauseMs);
        }
      }
      lane.storing = undefined;
    };
    lane.storing = run();
  }

  /**
   * How long follow-ups that failed behind the lane's back still have to wait, ms; `undefined`: there are none. From then on
   * it is the lane that waits for them.
   */
  function takeRetry(lane: Lane): number | undefined {
    const { retryAt } = lane;
    if (retryAt === undefined) return undefined;
    clearTimeout(lane.timer);
    lane.retryAt = undefined;
    return lane.tenure.signal.aborted ? undefined : Math.max(0, retryAt - monotonic());
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

  /** Carries out what becomes of an attempt that failed. Returns how long the lane has to wait, ms; `undefined`: not at all. */
  function conclude(
    lane: Lane,
    attempt: Running<Body>,
    thrown: unknown,
    onDeadLetter: OnDeadLetter<Body>,
  ): number | undefined {
    const { row } = attempt;
    const outcome = outcomeOf(thrown, {
      tenure: lane.tenure,
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
        return undefined;
      case "cancelled":
        report(lane, attempt, "ignored", { error: outcome.error });
        return undefined;
      case "ignored":
        addEnd(lane, attempt, async () => {
          await journal.done(seqsOf(attempt));
          report(lane, attempt, "ignored", { error: outcome.error });
        });
        return undefined;
      case "dead":
        addEnd(lane, attempt, async () => {
          await deadLetters.store(lane, attempt.taken, outcome.error, onDeadLetter);
          report(lane, attempt, "dead", { error: outcome.error });
        });
        return undefined;
      case "deferred":
        return deferHead(lane, attempt, outcome);
    }
  }

  /** The head and what it took along are done, which is stored together with what the handler wants to be stored then. */
  function complete(lane: Lane, attempt: Running<Body>): void {
    const { work } = attempt;
    const writes = new Set([
      ...(work?.atEndWrites ?? []).map((write) => () => orGiveUp(lane, write)),
      () => journal.done(seqsOf(attempt)),
    ]);
    addEnd(lane, attempt, async () => {
      work?.end();
      await writeTogether(writes);
      report(lane, attempt, "done");
    });
  }

  function deferHead(
    lane: Lane,
    attempt: Running<Body>,
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

  /**
   * The journal failed, or giving a notice did. Nothing is lost: it is tried again after the pause that this returns, ms, unless
   * the lane is: then whoever has it does what is to be done.
   */
  function reportFailure(lane: Lane, thrown: unknown, startedAt: number): number {
    lane.failures += 1;
    // What the head was waiting for says nothing about this pause.
    lane.wait = undefined;
    const pauseMs = backoffMs(backoff, lane.failures, random());
    const item = lane.followUps[0]?.item;
    const isLost = lane.tenure.isLost();
    if (isLost && !item) return pauseMs;
    onAttempt({
      queue,
      lane: lane.key,
      ...defined({ item: item?.id }),
      attempt: lane.failures,
      items: 1,
      durationMs: monotonic() - startedAt,
      ageMs: item ? now() - item.appendedAt : 0,
      ...(isLost
        ? { outcome: "interrupted" }
        : { outcome: "deferred", error: toBridgeError(thrown), nextAttemptInMs: pauseMs }),
    });
    return pauseMs;
  }

  function report(
    lane: Lane,
    { row, taken, startedAt }: Running<Body>,
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

  return {
    handle,
    lookAgain(lane) {
      forgetAhead(lane);
      if (!lookers.has(lane) || toLookAt.has(lane)) return;
      toLookAt.add(lane);
      setImmediate(() => {
        toLookAt.delete(lane);
        if (!lane.ahead) lane.tenure.run(() => lookers.get(lane)?.());
      });
    },
    addOwedNotice: deadLetters.addOwedNotice,
    async leave(lane) {
      await attempts.letGo(lane);
      await lane.storing;
      await storeFollowUps(lane).catch(() => {});
    },
  };
}
