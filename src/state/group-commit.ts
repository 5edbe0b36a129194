export type SqlValue = string | number | null;

/** What a statement returned. */
export type Rows = readonly unknown[];

/** A statement of its own, or one row for a statement over `json_each(?)`, whose `value ->> 0`, `->> 1` … are the row. */
export interface Change {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  readonly isRow: boolean;
}

/** Commits together what is to be written at the same time, so that it shares one sync to disk. */
export interface GroupCommit {
  /**
   * Stores all of these changes or none, and resolves, when they are synced to disk, with the rows that each statement
   * returned. What fails does not harm what is committed together with it. Rows for the same statement go in one, at the
   * place of the first; among different statements that are in flight together there is no order.
   *
   * @throws whatever the connection threw
   */
  commit(changes: readonly Change[]): Promise<readonly Rows[]>;
  /** Resolves when nothing is in flight any more. */
  idle(): Promise<void>;
}

/** Changes that belong together, and whoever waits for them. */
interface Unit {
  readonly changes: readonly Change[];
  readonly resolve: (rows: readonly Rows[]) => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit(options: {
  /** Runs one statement after the other. */
  run: (sql: string, values: readonly unknown[]) => Promise<Rows>;
  /** Whether a statement failed because of what it says itself, and not because nothing can be written. */
  isOwnFault: (error: unknown) => boolean;
  onCommit: () => void;
}): GroupCommit {
  const { run, isOwnFault, onCommit } = options;
  let waiting: Unit[] = [];
  let committing: Promise<void> | undefined;

  async function commitAll(): Promise<void> {
    // One turn of the event loop first, so that everything that arrived together is committed together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const units = waiting;
      waiting = [];
      await commitTogether(units);
    }
    // Synchronous with the check above, else a change in between would never be committed.
    committing = undefined;
  }

  async function commitTogether(units: readonly Unit[]): Promise<void> {
    try {
      const rowsOf = await transact(toStatements(units.flatMap(({ changes }) => changes)));
      onCommit();
      for (const { changes, resolve } of units) resolve(changes.map(rowsOf));
    } catch (error) {
      if (units.length > 1 && isOwnFault(error)) {
        // Some of them cannot be stored; the others can, without them.
        const middle = units.length >> 1;
        await commitTogether(units.slice(0, middle));
        await commitTogether(units.slice(middle));
      } else {
        for (const { reject } of units) reject(error);
      }
    }
  }

  /** Runs all of the statements or none. Returns which rows each change got back. */
  async function transact(statements: readonly Statement[]): Promise<(change: Change) => Rows> {
    const rows = new Map<Change, Rows>();
    // A single statement is a transaction by itself.
    const isOne = statements.length === 1;
    try {
      if (!isOne) await run("BEGIN IMMEDIATE", []);
      for (const { sql, values, changes } of statements) {
        const returned = await run(sql, values);
        for (const change of changes) rows.set(change, returned);
      }
      if (!isOne) await run("COMMIT", []);
    } catch (error) {
      if (!isOne) await run("ROLLBACK", []).catch(() => {});
      throw error;
    }
    return (change) => rows.get(change) ?? [];
  }

  return {
    commit: (changes) =>
      new Promise((resolve, reject) => {
        waiting.push({ changes, resolve, reject });
        committing ??= commitAll();
      }),
    idle: async () => await committing,
  };
}

interface Statement {
  sql: string;
  values: readonly unknown[];
  changes: readonly Change[];
}

/** Joins rows for the same statement, at the place of the first: preparing a statement is what costs most. */
function toStatements(changes: readonly Change[]): Statement[] {
  const statements = new Map<string | Change, Change[]>();
  for (const change of changes) {
    const group = change.isRow ? change.sql : change;
    const joined = statements.get(group);
    if (joined) joined.push(change);
    else statements.set(group, [change]);
  }
  return [...statements.values()].flatMap((joined) => {
    const [first] = joined;
    if (!first) return [];
    const values = first.isRow ? [JSON.stringify(joined.map((row) => row.values))] : first.values;
    return [{ sql: first.sql, values, changes: joined }];
  });
}
