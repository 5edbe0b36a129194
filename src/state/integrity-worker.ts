import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Failure } from "./sqlite-operation.ts";
import { codeOf } from "./storage-trouble.ts";

/** Reads the whole file, which may take minutes. Nothing: it is well. */
function check(path: string): Failure | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const found = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
    database.close();
    return found === "ok" ? undefined : { code: "SQLITE_CORRUPT", message: found };
  } catch (error) {
    return { code: codeOf(error), message: String(error) };
  }
}

parentPort?.postMessage(check(String(workerData)));
