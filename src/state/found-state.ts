/** What is found of a state that a bridge can use. */
export interface FoundState {
  readonly detail: string;
  /** What is not as it could be, and what to do. */
  readonly warnings: readonly string[];
  /** How far the clock of the database is ahead of this machine's, ms; missing: it has none of its own. */
  readonly clockAheadMs?: number;
}
