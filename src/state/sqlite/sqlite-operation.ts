/** A value that a statement takes. */
export type SqlValue = string | number | null;

/** One statement and its values. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** It must return a row; if it does not, nothing of what it belongs to is stored. */
  readonly isCondition?: boolean;
}

/** What is asked of the thread that has the database. */
export type Operation =
  | { readonly kind: "read"; readonly statement: Statement }
  /** All of the statements or none. */
  | { readonly kind: "write"; readonly statements: readonly Statement[] }
  /** The file is written anew without what was deleted, and the log emptied; fails while somebody else reads it. */
  | { readonly kind: "compact" };

/**
 * What came of an operation: the rows that each statement returned, `unmet` if a condition returned none, or the code of
 * SQLite, or of Node, for what went wrong.
 */
export type Answer =
  | { readonly rows: readonly (readonly unknown[])[] }
  | { readonly unmet: true }
  | Failure;

export interface Failure {
  readonly code: string;
  readonly message: string;
}
