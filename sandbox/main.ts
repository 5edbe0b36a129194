import { enableCompileCache } from "node:module";
import { readOptions, type SandboxOptions, USAGE, UsageError } from "./options.ts";
import type { Sandbox } from "./start-sandbox.ts";

/** sysexits: the command was used incorrectly. */
const EXIT_USAGE = 64;
const SAME_SIGNAL_MS = 2_000;

const options = readOptionsOrExit();
const sandbox = await startOrExit(options);

// Also when the terminal is closed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => void stop());
let stoppingSince: number | undefined;
async function stop(): Promise<void> {
  if (stoppingSince !== undefined) {
    // npm passes on what the terminal has sent already. A later signal means "now"; the bridge notices by itself.
    if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
    return;
  }
  stoppingSince = performance.now();
  await sandbox.close();
  process.exit(0);
}

if (options.json) {
  console.log(JSON.stringify(sandbox.urls));
} else {
  console.log(`\n  Open ${sandbox.urls.page}\n`);
  console.log("  Ctrl-C stops everything.");
  console.log(`  The bridge's state and log: ${sandbox.folder}`);
  console.log(`  Its start file, to read and to change: ${sandbox.startFile}`);
}

function readOptionsOrExit(): SandboxOptions {
  try {
    const given = readOptions(process.argv.slice(2));
    if (given) return given;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(EXIT_USAGE);
  }
}

async function startOrExit(given: SandboxOptions): Promise<Sandbox> {
  // The second start is quicker by half.
  enableCompileCache();
  const { startSandbox } = await import("./start-sandbox.ts");
  try {
    return await startSandbox(given);
  } catch (error) {
    console.error(describe(error));
    process.exit(1);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    const port = "port" in error ? ` ${String(error.port)}` : "";
    return `Port${port} is taken; choose another one.\n\n${USAGE}`;
  }
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
