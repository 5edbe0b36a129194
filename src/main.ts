import { startApp } from "./app.ts";
import { describeBuild } from "./build-info.ts";
import { type Config, readConfig, readStateUrl } from "./config/read-config.ts";
import { unknownVariables } from "./config/unknown-variables.ts";
import { weakSecrets } from "./config/weak-secrets.ts";
import { createDoctorChecks } from "./doctor-checks.ts";
import { ConfigError, StorageError } from "./errors.ts";
import { createLog, errorFields } from "./log.ts";
import { runDeadLetters } from "./ops/dead-letters.ts";
import { runDoctor } from "./ops/doctor.ts";
import { createShutDown } from "./shut-down.ts";

/** sysexits: the configuration is wrong. */
const EXIT_CONFIG = 78;

const START_ADVICE =
  "this can pass, so start it again; if it stays, npm run doctor tells what to do about it";

const print = (line: string) => process.stdout.write(`${line}\n`);
const [tool, ...toolArguments] = process.argv.slice(2);
if (tool === "dead-letters") process.exit(await runTool());
if (tool === "doctor") process.exit(await examine());

const config = readConfigOrExit();
const log = createLog(config.logLevel);
for (const warning of unknownVariables(process.env)) log.warn({ warning }, "config.unknown");
for (const warning of weakSecrets(process.env)) log.warn({ warning }, "config.weak");

const starting = new AbortController();
const app = startApp(config, log, starting.signal).catch((error: unknown) => {
  if (error === starting.signal.reason) throw error;
  if (error instanceof ConfigError) exitWithAdvice(error);
  log.error({ ...errorFields(error), advice: START_ADVICE }, "app.start-failed");
  process.exit(1);
});
const shutDown = createShutDown({
  app,
  starting,
  deadlineMs: config.stopDeadlineMs,
  log,
  exit: (code) => process.exit(code),
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, shutDown.onSignal);
// Of unhandled rejections too: nothing else listens to them.
process.on("uncaughtException", shutDown.onCrash);

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) exitWithAdvice(error);
    throw error;
  }
}

/** What is wrong with the configuration is a finding as any other, but leaves nothing else to look at. */
function examine(): Promise<number> {
  const warnings = [...unknownVariables(process.env), ...weakSecrets(process.env)];
  const configuration = (run: () => Promise<string>) => ({ name: "configuration", run });
  try {
    const config = readConfig(process.env);
    const { version, mode } = describeBuild(config);
    const known = configuration(() => Promise.resolve(`version ${version}, mode ${mode}`));
    return runDoctor(
      toolArguments,
      { checks: [known, ...createDoctorChecks(config)], warnings },
      print,
    );
  } catch (error) {
    const checks = [configuration(() => Promise.reject(error))];
    return runDoctor(toolArguments, { checks, warnings }, print);
  }
}

async function runTool(): Promise<number> {
  try {
    const stateUrl = readStateUrl(process.env);
    return await runDeadLetters(toolArguments, stateUrl, print);
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
