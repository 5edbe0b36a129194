/** What waits in one direction, and what nobody tries any more. */
export interface Backlog {
  /** How many wait. */
  readonly items: number;
  /** ms since the epoch. */
  readonly oldestAppendedAt: number | undefined;
  readonly deadLetters: number;
}
