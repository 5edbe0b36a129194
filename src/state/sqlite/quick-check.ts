import { DatabaseSync } from "node:sqlite";
import type { Failure } from "./sqlite-operation.ts";
import { codeOf } from "./storage-trouble.ts";

/** Reads the whole file. Nothing: it is well. */
function quickCheck(path: string): Failure | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const found = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
    database.close();
    return found === "ok" ? undefined : { code: "SQLITE_CORRUPT", message: found };
  } catch (error) {
    return { code: codeOf(error), message: String(error) };
  }
}

// A process of its own, see check-integrity.ts.
process.stdout.write(JSON.stringify(quickCheck(process.argv[2] ?? "") ?? null));
