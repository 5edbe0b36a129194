import type { ItemId } from "../ids.ts";
import type { Ahead } from "./ahead.ts";
import type { Tenure } from "./claims.ts";
import type { Row } from "./journal.ts";

/** An outcome that is not stored yet, or a notice that is not given yet. */
export interface FollowUp {
  readonly item: Pick<Row, "appendedAt"> & { readonly id: ItemId };
  /** Stores the outcome, or gives the notice. If it throws it is tried again after a pause. */
  readonly run: () => Promise<void>;
  /** The `seq` of what is over once this has run: it waits in the journal until then, but for nothing else. */
  readonly ends: readonly number[];
  /** The journal knows that this is to be done, and so whoever has the lane next. */
  readonly isOwed: boolean;
}

/**
 * What is in memory of a lane, while it has waiting items: its state, and at most the next few of its items (their states are in {@link Lanes}). `idle`: nothing runs and nothing is planned · `ready`: it waits for a free handler · `running`: an
 * attempt at its head is under way · `deferred`: it waits for a moment.
 */
export interface Lane {
  readonly key: string;
  /** For how long the lane is ours. */
  readonly tenure: Tenure;
  state: "idle" | "ready" | "running" | "deferred";
  /** How many appends are not on disk yet. Until they are, the lane must stay in memory. */
  appending: number;
  /** What comes next; `undefined`: only the journal knows. */
  ahead: Ahead | undefined;
  /** How many of its next items may be in memory. */
  mayKeep: number;
  /** Follow-ups are being run while the next item is handled. Never rejects. */
  storing: Promise<void> | undefined;
  /** When (ms, monotonic) follow-ups that failed meanwhile are run again. */
  retryAt: number | undefined;
  readonly followUps: FollowUp[];
  /** How often in a row storing an outcome, or giving a notice, has failed. */
  failures: number;
  /** How often in a row an attempt at the head has met a defect. */
  defects: number;
  /** Until when (ms, monotonic) the head waits. `isAsked`: its sender wanted that (`notBefore`), nothing has failed. */
  wait: { readonly seq: number; readonly until: number; readonly isAsked: boolean } | undefined;
  /** Until when (ms, monotonic) a deferred lane waits. */
  until: number;
  /** A deferred lane waits because of a failure. */
  isDelayed: boolean;
  /** Something has come during the attempt that is under way. */
  hasNews: boolean;
  /** Ends the wait of a deferred lane, or runs follow-ups again. */
  timer: NodeJS.Timeout | undefined;
}

/** `ahead`: what is known of what comes next. */
export const createLane = (key: string, tenure: Tenure, ahead?: Ahead): Lane => ({
  key,
  tenure,
  state: "idle",
  appending: 0,
  ahead,
  mayKeep: 1,
  storing: undefined,
  retryAt: undefined,
  followUps: [],
  failures: 0,
  defects: 0,
  wait: undefined,
  until: 0,
  isDelayed: false,
  hasNews: false,
  timer: undefined,
});
