import { openStandardOutput } from "./log.ts";
import { run } from "./run.ts";

await run({
  args: process.argv.slice(2),
  env: process.env,
  stdin: () => process.stdin,
  stdout: openStandardOutput(),
  stderr: process.stderr,
  exit: (code) => process.exit(code),
  on: process.on.bind(process),
});
