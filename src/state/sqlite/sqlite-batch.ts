import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isOwnFault } from "./sqlite-fault.ts";
import type { Answer, Operation, Statement } from "./sqlite-operation.ts";
import { codeOf } from "./storage-trouble.ts";

/**
 * Returns a function that runs operations one after the other, what they write in one transaction, so that they share one
 * sync to disk. An operation that fails because of what it says itself does not harm the others; when nothing can be
 * written, none of them is stored. What was read with them was true when they were stored. Statements stay prepared.
 * `assertWritable` is called before each transaction, and nothing is stored if it throws.
 */
export function createBatchRunner(
  database: DatabaseSync,
  assertWritable: () => void,
): (operations: readonly Operation[]) => readonly Answer[] {
  const prepared = new Map<string, StatementSync>();

  function run({ sql, values }: Statement): readonly unknown[] {
    let statement = prepared.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      prepared.set(sql, statement);
    }
    return statement.all(...values);
  }

  const control = (sql: string) => run({ sql, values: [] });

  function runOne(operation: Exclude<Operation, { kind: "compact" }>): Answer {
    return operation.kind === "read" ? read(operation.statement) : write(operation.statements);
  }

  /** No transaction may be open then. */
  function compact(): Answer {
    try {
      assertWritable();
      // Else its copy goes where everybody's temporary files are, which may be the memory of a container.
      const folder = dirname(database.location() ?? "").replaceAll("'", "''");
      database.exec(`PRAGMA temp_store_directory = '${folder}'`);
      database.exec("VACUUM");
      const [emptied] = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
      if (emptied?.busy !== 0) return { code: "SQLITE_BUSY", message: "the log is being read" };
      return { rows: [[]] };
    } catch (error) {
      return answerOf(error);
    }
  }

  function read(statement: Statement): Answer {
    const isWithin = database.isTransaction;
    try {
      return { rows: [run(statement)] };
    } catch (error) {
      // SQLite may end the transaction by itself, and then nothing of it is stored.
      if (isWithin && !database.isTransaction) throw error;
      return answerOf(error);
    }
  }

  /** @throws what concerns more than this operation */
  function write(statements: readonly Statement[]): Answer {
    // A single statement that fails, or does nothing, leaves nothing behind by itself.
    if (statements.length === 1) return runAll(statements);
    control("SAVEPOINT operation");
    const answer = runAll(statements);
    if (!("rows" in answer)) control("ROLLBACK TO operation");
    control("RELEASE operation");
    return answer;
  }

  function runAll(statements: readonly Statement[]): Answer {
    const rows: (readonly unknown[])[] = [];
    try {
      for (const statement of statements) {
        const returned = run(statement);
        if (statement.isCondition && returned.length === 0) return { unmet: true };
        rows.push(returned);
      }
    } catch (error) {
      if (!isOwnFault(codeOf(error)) || !database.isTransaction) throw error;
      return answerOf(error);
    }
    return { rows };
  }

  function transact(
    operations: readonly Exclude<Operation, { kind: "compact" }>[],
  ): readonly Answer[] {
    try {
      assertWritable();
      control("BEGIN IMMEDIATE");
      const answers = operations.map(runOne);
      control("COMMIT");
      return answers;
    } catch (error) {
      if (database.isTransaction) control("ROLLBACK");
      const failure = answerOf(error);
      return operations.map((operation) =>
        operation.kind === "read" ? read(operation.statement) : failure,
      );
    }
  }

  return (operations) => {
    const answers: Answer[] = [];
    let together: Parameters<typeof transact>[0] = [];
    const runTogether = () => {
      const isWrite = together.some(({ kind }) => kind === "write");
      answers.push(...(isWrite ? transact(together) : together.map(runOne)));
      together = [];
    };
    for (const operation of operations) {
      if (operation.kind !== "compact") {
        together = [...together, operation];
        continue;
      }
      runTogether();
      answers.push(compact());
    }
    runTogether();
    return answers;
  };
}

const answerOf = (error: unknown): Answer => ({
  code: codeOf(error),
  message: error instanceof Error ? error.message : "failed",
});
