import { runRestore } from "../../src/ops/run-restore.ts";

/** `npm run restore` without the rest of the program, which takes most of the time of a start. */
const [stateUrl = "", file = ""] = process.argv.slice(2);
const { signal } = new AbortController();
process.exitCode = await runRestore([file], stateUrl, { print: () => {}, signal });
