import { type App, startApp } from "./app.ts";
import { type Config, readConfig, readStateUrl } from "./config.ts";
import { ConfigError, StorageError } from "./errors.ts";
import { createLog, errorFields } from "./log.ts";
import { runDeadLetters } from "./ops/dead-letters.ts";
import { unknownVariables } from "./unknown-variables.ts";
import { weakSecrets } from "./weak-secrets.ts";

/** sysexits: the configuration is wrong. */
const EXIT_CONFIG = 78;
/** A stop that takes longer is cut off; what was under way is found again at the next start. */
const STOP_DEADLINE_MS = 9_000;

const [tool, ...toolArguments] = process.argv.slice(2);
if (tool === "dead-letters") process.exit(await runTool());

const config = readConfigOrExit();
const log = createLog(config.logLevel);
for (const warning of unknownVariables(process.env)) log.warn({ warning }, "config.unknown");
for (const warning of weakSecrets(process.env)) log.warn({ warning }, "config.weak");

let stopping = false;
const starting = startApp(config, log).catch((error: unknown) => {
  if (error instanceof ConfigError) exitWithAdvice(error);
  log.error(errorFields(error), "app.start-failed");
  process.exit(1);
});

process.on("SIGTERM", () => void stop(starting));
process.on("SIGINT", () => void stop(starting));

/** What is still starting is stopped as soon as it has started. */
async function stop(app: Promise<App>): Promise<void> {
  // A second signal means "now".
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => {
    log.warn({}, "app.stop-cut-off");
    process.exit(0);
  }, STOP_DEADLINE_MS).unref();
  const { stop } = await app;
  await stop();
  process.exit(0);
}

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) exitWithAdvice(error);
    throw error;
  }
}

async function runTool(): Promise<number> {
  try {
    const stateUrl = readStateUrl(process.env);
    return await runDeadLetters(toolArguments, stateUrl, (line) =>
      process.stdout.write(`${line}\n`),
    );
  } catch (error) {
    if (error instanceof ConfigError) exitWithAdvice(error);
    if (!(error instanceof StorageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function exitWithAdvice(error: ConfigError): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(EXIT_CONFIG);
}
