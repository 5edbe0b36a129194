/** How much waits in one direction, and how many dead letters there are. */
export interface Backlog {
  /** How many wait. */
  readonly items: number;
  /** ms since the epoch. */
  readonly oldestAppendedAt: number | undefined;
  readonly deadLetters: number;
}
