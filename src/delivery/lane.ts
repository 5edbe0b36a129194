import type { ItemId } from "../ids.ts";
import type { Row } from "./journal.ts";

/** An outcome that is not stored yet, or a notice that is not given yet. The lane goes on only after it. */
export interface FollowUp {
  readonly item: Pick<Row, "appendedAt"> & { readonly id: ItemId };
  /** Stores the outcome, or gives the notice. If it throws it is tried again after a pause. */
  readonly run: () => Promise<void>;
}

/**
 * What is in memory of a lane, while it has waiting items: its state and its barrier, never its items (their states are
 * in {@link Lanes}). `idle`: nothing runs and nothing is planned · `ready`: it waits for a free handler · `running`: an
 * attempt at its head is under way · `deferred`: it waits for a moment.
 */
export interface Lane {
  readonly key: string;
  state: "idle" | "ready" | "running" | "deferred";
  barrier: number;
  /** How many appends are not on disk yet. Until they are, the lane must stay in memory. */
  appending: number;
  /** Something arrived while an attempt was under way. */
  again: boolean;
  /** The only item of a lane that was empty before. It is kept here to save reading it from the journal. */
  fresh: Row | undefined;
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
  timer: NodeJS.Timeout | undefined;
}

export const createLane = (key: string): Lane => ({
  key,
  state: "idle",
  barrier: 0,
  appending: 0,
  again: false,
  fresh: undefined,
  followUps: [],
  failures: 0,
  defects: 0,
  wait: undefined,
  until: 0,
  isDelayed: false,
  timer: undefined,
});
