/** What is on disk of one step of an item, as JSON gives it back. */
export interface StepRecord {
  /** What is about to be done; while there is no result it may have been done. */
  readonly intent?: unknown;
  /** It was done; what came of it. */
  readonly result?: unknown;
  /** Of a step that nobody can look for: how often its item had been requeued when the intent was stored. */
  readonly life?: number;
}

/** By name. */
export type StepRecords = Readonly<Record<string, StepRecord>>;

/** How what is on disk of a step becomes what it was. */
export interface StepKind<Intent, Result> {
  /** @throws {UnreadableError} this version does not understand it */
  readIntent(stored: unknown): Intent;
  /** @throws {UnreadableError} this version does not understand it */
  readResult(stored: unknown): Result;
}

/** A step that must not be done twice. Intent and result are what JSON can hold, and never `undefined`. */
export interface OnceStep<Intent, Result, Nothing extends undefined = undefined> {
  kind: StepKind<Intent, Result>;
  /**
   * What is about to be done. Asked when nothing has been done yet; with `earlier` when that may have been done and nobody
   * can tell. `undefined`: there is nothing to do any more, and nothing is stored.
   */
  intent(earlier: Intent | undefined): Promise<Intent | Nothing> | Intent | Nothing;
  /**
   * Throws if it must not be done now: then it is not, the step is as it was before, and what was thrown is what the attempt
   * fails with. Asked when the item is the head of its lane, before the intent is stored; but while it is being stored where
   * the step can be looked for, and where the end of the item before is on its way to the disk, with which it goes.
   */
  confirm?(): Promise<void>;
  /** Does it. `isRepeat`: it may have been done before. */
  run(intent: Intent, isRepeat: boolean): Promise<Result>;
  /**
   * Whether it was done. Missing: nobody can look. Where it was not, it is asked once more some seconds later: whoever began with it
   * may have ended a moment ago, with the request still on its way.
   */
  check?(intent: Intent): Promise<{ result: Result } | "not-done" | "cannot-tell">;
  /** What another item may have done of this step. What this item knows itself goes first. */
  begun?: Intent;
}

/** A step that may be done twice. */
export interface RepeatableStep<Result> {
  kind: Pick<StepKind<unknown, Result>, "readResult">;
  run(): Promise<Result>;
}

/**
 * The steps of an item: what its next attempt must not do again. Each has a name of its own within the item, and one that
 * is done is not run again but gives back what came of it. What an attempt may leave behind, and what the next one does:
 *
 * - It ended before the intent was stored, or the request surely failed: nothing was done, so the step runs.
 * - It ended between intent and result, or the answer was lost: the step may have been done. With `check` the next attempt
 *   looks first, and once more some seconds later before it does it again. Without, it throws, until people have decided that the item is to be requeued.
 * - It ended after the result was stored: the step does not run.
 *
 * The result of a step that can be looked for is stored together with what is stored next. That of one where nobody can look
 * is given to the store before the event loop goes round once more, or together with the end of the item if that comes
 * first: a crash until then has people asked about a request that was answered.
 *
 * The next item of the lane may be under way when a crash comes before the end of this one is on disk. Both are handled again
 * then, this one first. Of the next one there may be the intent of a step that can be looked for; that of one where nobody can
 * look is stored together with the end of this one, or after it if that failed.
 */
export interface Steps {
  /**
   * Runs a step once, as far as anybody can know. Its intent is on disk before `run`, and from then on the item cannot be
   * cancelled or replaced; its result follows later.
   *
   * @throws {CancelledError} the item was cancelled or replaced before; nothing was done
   * @throws {UncertainDeliveryError} it may have been done, and nobody can look
   */
  step<Intent, Result, Nothing extends undefined = never>(
    name: string,
    step: OnceStep<Intent, Result, Nothing>,
  ): Promise<Result | Nothing>;
  /** Runs a step until its result is on disk, which it is when this resolves. */
  step<Result>(name: string, step: RepeatableStep<Result>): Promise<Result>;
  /** `begun`: it may have been done. */
  stateOf(name: string): "new" | "begun" | "done";
  /** The names of the steps that are not new. */
  names(): readonly string[];
  /** What is being done, or was; `undefined`: the step is new, or has no intent. */
  intentOf<Intent>(
    name: string,
    kind: Pick<StepKind<Intent, unknown>, "readIntent">,
  ): Intent | undefined;
  /** What came of a step; `undefined`: it is not done. */
  resultOf<Result>(
    name: string,
    kind: Pick<StepKind<unknown, Result>, "readResult">,
  ): Result | undefined;
  /** Makes a step new again, or all of them, on disk too when resolved. */
  forget(name?: string): Promise<void>;
}
