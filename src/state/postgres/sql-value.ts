/** A value that a statement takes; a list for `= ANY ($1)` and `unnest`. */
export type SqlValue = string | number | boolean | null | readonly (string | number | null)[];

/** One statement and its values: whatever is asked of the database in one step is one. */
export interface Statement {
  /** Always the same text for the same question, with `$1` for a value: each text is prepared once for each session. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /**
   * What it excludes others from, by any names: until what it writes is stored, no other statement with one of these runs, on
   * whichever replica.
   */
  readonly locks?: readonly string[];
}
