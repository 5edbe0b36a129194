import { createDoctorChecks } from "./app/doctor-checks.ts";
import { readHandover } from "./app/read-handover.ts";
import { startApp } from "./app.ts";
import { describeBuild } from "./build-info.ts";
import type { Clock } from "./clock.ts";
import { loadConfig, readStateLocation, readTeams } from "./config/read-config.ts";
import { unknownVariables } from "./config/unknown-variables.ts";
import { weakSecrets } from "./config/weak-secrets.ts";
import { defined } from "./defined.ts";
import { BridgeError, ConfigError, reasonOf, StorageError } from "./errors.ts";
import { decodeJsonText } from "./files/decode-json-text.ts";
import { toServiceId } from "./ids.ts";
import { createLog, errorFields } from "./log.ts";
import { runAudit } from "./ops/run-audit.ts";
import { runBackup } from "./ops/run-backup.ts";
import { runDeadLetters } from "./ops/run-dead-letters.ts";
import { runDoctor } from "./ops/run-doctor.ts";
import { runMigrate } from "./ops/run-migrate.ts";
import { runReport } from "./ops/run-report.ts";
import { runRestore } from "./ops/run-restore.ts";
import { runRoute } from "./ops/run-route.ts";
import { createShutDown } from "./shut-down.ts";

/** The process that the program runs in. */
export interface Program {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Ends the process at once. */
  exit(code: number): void;
  on(event: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  on(event: "uncaughtException", listener: (error: Error, origin: string) => void): unknown;
  /** What the bridge tells the time by; missing: the machine's. */
  readonly clock?: Clock;
}

/** EX_USAGE of sysexits.h: nobody can do what was asked for. */
const EXIT_USAGE = 64;
/** EX_CONFIG of sysexits.h: the configuration is wrong. */
const EXIT_CONFIG = 78;

/** What is read where the variable CONFIG_FILE names no file. */
const CONFIG_FILE = "bridge.yaml";

const START_ADVICE =
  "this can pass, so start it again; if it stays, npm run doctor tells what to do about it";

/** Runs the bridge, or the tool that the first argument names. Ends the process with an exit code when that is done. */
export async function run(program: Program): Promise<void> {
  const [name, ...args] = program.args;
  try {
    if (name === undefined) return await runBridge(program);
    const tool = TOOLS.get(name);
    if (tool) return program.exit(await tool(program, args));
    const names = [...TOOLS.keys()].join(", ");
    program.stderr.write(`There is no tool ${JSON.stringify(name)}. There are: ${names}\n`);
    program.exit(EXIT_USAGE);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    program.stderr.write(`${error.message}\n`);
    program.exit(EXIT_CONFIG);
  }
}

async function runBridge(program: Program): Promise<void> {
  const { env, exit, clock } = program;
  const { config, file, warnings } = loadConfig(env, { fileIfThere: CONFIG_FILE });
  const log = createLog(config.logLevel, program.stdout);
  if (file !== undefined) log.info({ file, teams: config.teams.length }, "config.read");
  for (const warning of warnings) log.warn({ warning }, "config.no-effect");
  for (const warning of unknownVariables(env)) log.warn({ warning }, "config.unknown");
  for (const warning of weakSecrets(env)) log.warn({ warning }, "config.weak");

  const starting = new AbortController();
  const app = startApp(config, log, { signal: starting.signal, ...defined({ clock }) });
  const shutDown = createShutDown({
    app,
    starting,
    deadlineMs: config.stopDeadlineMs,
    log,
    exit,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) program.on(signal, shutDown.onSignal);
  // Unhandled rejections arrive here too, because nothing else listens to them.
  program.on("uncaughtException", shutDown.onCrash);
  try {
    await app;
  } catch (error) {
    if (error === starting.signal.reason) return;
    if (error instanceof ConfigError) throw error;
    log.error({ ...errorFields(error), advice: START_ADVICE }, "app.start-failed");
    exit(1);
  }
}

/** Runs the doctor, or tells which team gets a handover. */
const runDoctorTool = (program: Program, args: readonly string[]): Promise<number> =>
  args[0] === "route" ? tellRoute(program, args.slice(1)) : examine(program, args);

/** Runs the doctor. A wrong configuration is a finding like any other, but nothing else can be checked then. */
function examine({ env, stdout }: Program, args: readonly string[]): Promise<number> {
  const ofVariables = [...unknownVariables(env), ...weakSecrets(env)];
  const configuration = (check: () => Promise<string>) => ({ name: "configuration", run: check });
  const print = (line: string) => stdout.write(`${line}\n`);
  try {
    const { config, file, warnings: ofFile } = loadConfig(env, { fileIfThere: CONFIG_FILE });
    const warnings = [...ofVariables, ...ofFile];
    const { version, mode } = describeBuild(config);
    const known = configuration(() =>
      Promise.resolve(`version ${version}, mode ${mode}${describeFile(file, config.teams.length)}`),
    );
    return runDoctor(args, { checks: [known, ...createDoctorChecks(config)], warnings }, print);
  } catch (error) {
    const checks = [configuration(() => Promise.reject(error))];
    return runDoctor(args, { checks, warnings: ofVariables }, print);
  }
}

const describeFile = (file: string | undefined, teams: number): string =>
  file === undefined ? "" : `, ${teams === 1 ? "one team" : `${teams} teams`} of ${file}`;

/** Tells which team gets a handover. A wrong configuration is told line by line, without a word of a start. */
async function tellRoute(
  { env, stdin, stdout, stderr }: Program,
  args: readonly string[],
): Promise<number> {
  const self = env.PARLEY_SERVICE_IDENTIFICATION?.trim();
  try {
    return await runRoute(args, {
      teams: () => readTeams(env, { fileIfThere: CONFIG_FILE }),
      // As a body of Parley's is read, and as Windows saves files: with a byte order mark.
      read: (source) =>
        readHandover(
          decodeJsonText(source, undefined)?.text ?? "",
          self ? toServiceId(self) : undefined,
        ),
      stdin,
      print: (line) => stdout.write(`${line}\n`),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    stderr.write(error.problems.map((problem) => `${problem}\n`).join(""));
    return EXIT_CONFIG;
  }
}

const runDeadLettersTool = (program: Program, args: readonly string[]): Promise<number> =>
  runOnState(program, (print) => runDeadLetters(args, readStateLocation(program.env), print));

const runAuditTool = (program: Program, args: readonly string[]): Promise<number> =>
  runOnState(program, (print) => runAudit(args, () => readStateLocation(program.env), print));

const runReportTool = (program: Program, args: readonly string[]): Promise<number> =>
  runOnState(program, (print) =>
    runReport(args, () => loadConfig(program.env, { fileIfThere: CONFIG_FILE }).config, print),
  );

const runCopying = (
  tool: typeof runBackup | typeof runRestore,
  program: Program,
  args: readonly string[],
): Promise<number> =>
  runInterruptibly(program, (options) => tool(args, readStateLocation(program.env), options));

const migrate = (program: Program, args: readonly string[]): Promise<number> =>
  runInterruptibly(program, (options) => runMigrate(args, program.env, options));

/** Runs a tool that can be ended in the middle. */
async function runInterruptibly(
  program: Program,
  tool: (options: Parameters<typeof runBackup>[2]) => Promise<number>,
): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ["SIGTERM", "SIGINT"] as const) program.on(name, () => stopping.abort());
  try {
    return await runOnState(program, (print) => tool({ print, signal }));
  } catch (error) {
    if (error !== signal.reason) throw error;
    program.stderr.write("Ended before anything was changed.\n");
    return 1;
  }
}

/** Runs a tool on the state. What keeps it from that is said in one line, without a word of a start. */
async function runOnState(
  { stdout, stderr }: Program,
  tool: (print: (line: string) => void) => Promise<number>,
): Promise<number> {
  try {
    return await tool((line) => stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    stderr.write(`${reasonOf(error)}\n`);
    return error instanceof StorageError && error.canPass ? 1 : EXIT_CONFIG;
  }
}

const TOOLS: ReadonlyMap<string, (program: Program, args: readonly string[]) => Promise<number>> =
  new Map([
    ["audit", runAuditTool],
    ["backup", (program, args) => runCopying(runBackup, program, args)],
    ["dead-letters", runDeadLettersTool],
    ["doctor", runDoctorTool],
    ["migrate", migrate],
    ["report", runReportTool],
    ["restore", (program, args) => runCopying(runRestore, program, args)],
  ]);
