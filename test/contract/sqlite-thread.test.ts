import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { makeStateFile } from "../support/state-file.ts";

const THREAD = join(import.meta.dirname, "../../src/state/sqlite/sqlite-thread.ts");

it("answers all that waits, and what is asked later, when its thread ends; and says why", async () => {
  const { path } = await makeStateFile();
  // What no caller can ask, because the compiler refuses it, is a defect that the thread does not survive.
  const program = `
    import { openInThread } from ${JSON.stringify(THREAD)};
    process.on("uncaughtException", ({ name }) => console.log(name));
    const read = { kind: "read", statement: { sql: "SELECT 1", values: [] } };
    const database = await openInThread(${JSON.stringify(path)}, true);
    const other = await openInThread(${JSON.stringify(`${path}-other`)}, true);
    const answers = [database.run(null), database.run(read), other.run(read)];
    for (const answer of answers) console.log((await answer).code);
    console.log((await other.run(read)).code);
    await Promise.all([database.close(), other.close()]);
    const again = await openInThread(${JSON.stringify(path)}, true);
    console.log(JSON.stringify(await again.run(read)));
    await again.close();`;
  const file = join(dirname(path), "program.mjs");
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  const GONE = "ERR_WORKER_NOT_RUNNING";
  expect(stdout.trim().split("\n")).toEqual([
    "TypeError",
    GONE,
    GONE,
    GONE,
    GONE,
    '{"rows":[[{"1":1}]]}',
  ]);
});
