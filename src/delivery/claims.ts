/**
 * The time for which a share of the lanes is ours. Nobody else handles a lane of it before every handler of ours has returned,
 * or, if it was lost, before nothing that we write can have an effect any more.
 */
export interface Tenure {
  readonly share: number;
  /** Aborted when the share is to be given back, and when it was lost. */
  readonly signal: AbortSignal;
  /** It was taken from us. What fails because of that fails when this is true already. */
  isLost(): boolean;
  /** Runs what acts for a lane of the share: whatever it asks of the state has no effect any more once that is lost. */
  run<Result>(work: () => Result): Result;
  /**
   * To be asked right before something that cannot be taken back; `undefined`: it is ours, as far as anybody can know.
   *
   * @throws {StorageError} it was lost, or that cannot be found out
   */
  stillOurs(): Promise<void> | undefined;
}

/** The lanes of one queue, as far as they are told which of them are ours. */
export interface ClaimHolder {
  /**
   * The share is ours: reads what waits in it, and begins.
   *
   * @throws {StorageError} it cannot be read; nothing of it is in memory
   */
  take(tenure: Tenure): Promise<void>;
  /**
   * To be called once `tenure.signal` is aborted. Resolves when nothing of the share is under way any more, and nothing of it is
   * in memory. What was decided by then is stored, as far as that can be done, unless the tenure was lost. Never rejects.
   */
  leave(tenure: Tenure): Promise<void>;
  /**
   * Somebody else has changed something in this lane, or, if it is `undefined`, in any: what is in memory of it is read anew.
   *
   * @throws {StorageError} it cannot be read, and is to be told again
   */
  changed(lane: string | undefined): Promise<void>;
}

/** Which lanes this process may handle. They are divided into shares, and the same ones for all queues. */
export interface Claims {
  /** The number of the share that a lane belongs to, today as in every other process. */
  shareOf(lane: string): number;
  /**
   * Begins to claim for these queues. Resolves when that has begun, rejects if it cannot. While `canDeliver` is false, what is ours is
   * left to others who can, if there are any.
   */
  start(holders: readonly ClaimHolder[], canDeliver?: () => boolean): Promise<void>;
  /** Gives everything back; safe to repeat. */
  stop(): Promise<void>;
}
