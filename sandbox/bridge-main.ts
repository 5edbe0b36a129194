import { openStandardOutput } from "../src/log.ts";
import { run } from "../src/run.ts";
import { createToldClock } from "./told-clock.ts";

/*
 * `src/main.ts` with a clock that the sandbox puts forward: the argument says how far it is ahead of the machine's at the start,
 * and each message how far it is from then on.
 */

const clock = createToldClock(Number(process.argv[2]));
process.on("message", (aheadMs) => clock.putAhead(Number(aheadMs)));
// Listening keeps nobody from ending.
process.channel?.unref();

await run({
  args: [],
  env: process.env,
  stdin: () => process.stdin,
  stdout: openStandardOutput(),
  stderr: process.stderr,
  exit: (code) => process.exit(code),
  on: process.on.bind(process),
  clock,
});
