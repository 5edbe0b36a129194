import { restoreState } from "../../src/state/sqlite/restore-state.ts";

/** `npm run restore` without the rest of the program, which takes most of the time of a start. */
const [state = "", backup = ""] = process.argv.slice(2);
const { signal } = new AbortController();
await restoreState(state, backup, { signal, now: () => new Date() });
