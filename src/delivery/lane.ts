import type { ItemId } from "../ids.ts";
import type { Row } from "./journal.ts";

/** Something that has happened but is not stored, or that is set aside but not told: it comes before the next item. */
export interface Debt {
  readonly item: Pick<Row, "appendedAt"> & { readonly id: ItemId };
  /** What throws is tried again after a pause. */
  readonly pay: () => Promise<void>;
}

/**
 * A lane is in memory while it has items: only its barrier and its state, never the items themselves.
 * `idle` nothing runs and nothing is planned · `ready` in the line for a free handler · `running` its head is being
 * handled · `deferred` it waits for a time.
 */
export interface Lane {
  readonly key: string;
  state: "idle" | "ready" | "running" | "deferred";
  barrier: number;
  /** Appends that are not on disk yet; the lane must not be forgotten under them. */
  appending: number;
  /** Something arrived while the head was running. */
  again: boolean;
  /** The only item of a lane that was empty before: it need not be read back. */
  fresh: Row | undefined;
  readonly debts: Debt[];
  /** How often in a row the journal or last words have failed. */
  failures: number;
  /** How often in a row the head has met a defect. */
  defects: number;
  /** Until when (ms, monotonic) that row waits; `isAsked`: as its sender wanted, not because of a failure. */
  wait: { readonly seq: number; readonly until: number; readonly isAsked: boolean } | undefined;
  /** Of a deferred lane: until when (ms, monotonic), and whether because of a failure. */
  until: number;
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
  debts: [],
  failures: 0,
  defects: 0,
  wait: undefined,
  until: 0,
  isDelayed: false,
  timer: undefined,
});
