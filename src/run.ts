import { createDoctorChecks } from "./app/doctor/doctor-checks.ts";
import { connectPeopleInSlack } from "./app/people-in-slack.ts";
import { readHandover } from "./app/read-handover.ts";
import { startApp } from "./app.ts";
import { VERSION } from "./build-info.ts";
import type { Clock } from "./clock.ts";
import { loadConfig, readStateLocation, readTeams } from "./config/read-config.ts";
import { readGiven } from "./config/read-given.ts";
import { secretsIn } from "./config/secrets-in.ts";
import { unknownVariables } from "./config/unknown-variables.ts";
import { weakSecrets } from "./config/weak-secrets.ts";
import { defined } from "./defined.ts";
import { BridgeError, ConfigError, reasonOf, StorageError } from "./errors.ts";
import { decodeJsonText } from "./files/decode-json-text.ts";
import { toServiceId } from "./ids.ts";
import { createLog, errorFields } from "./log.ts";
import { createCleanPrint } from "./ops/create-clean-print.ts";
import { AUDIT_USAGE, runAudit } from "./ops/run-audit.ts";
import { BACKUP_USAGE, runBackup } from "./ops/run-backup.ts";
import { DEAD_LETTERS_USAGE, runDeadLetters } from "./ops/run-dead-letters.ts";
import { DOCTOR_USAGE, runDoctor } from "./ops/run-doctor.ts";
import { MIGRATE_USAGE, runMigrate } from "./ops/run-migrate.ts";
import { PEOPLE_USAGE, runPeople } from "./ops/run-people.ts";
import { REPORT_USAGE, runReport } from "./ops/run-report.ts";
import { RESTORE_USAGE, runRestore } from "./ops/run-restore.ts";
import { ROUTE_USAGE, runRoute } from "./ops/run-route.ts";
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

/**
 * Runs the bridge, or the tool that the first arguments name, or tells how they are used. Ends the process with an exit code
 * when that is done.
 */
export async function run(program: Program): Promise<void> {
  const { args, stdout, stderr, exit } = program;
  const [name, second] = args;
  const tool =
    TOOLS.find((each) => each.name === `${name} ${second}`) ??
    TOOLS.find((each) => each.name === name);
  const print = (text: string) => stdout.write(`${text}\n`);
  try {
    if (name === undefined) return await runBridge(program);
    if (args.some((arg) => HELP.includes(arg))) {
      print(tool?.usage ?? USAGE);
      return exit(0);
    }
    if (args.includes("--version")) {
      print(VERSION);
      return exit(0);
    }
    if (tool) return exit(await tool.run(program, args.slice(tool.name.split(" ").length)));
    const names = TOOLS.map((each) => each.name).join(", ");
    stderr.write(`There is no tool ${JSON.stringify(name)}. There are: ${names}\n`);
    exit(EXIT_USAGE);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    program.stderr.write(`${error.message}\n`);
    program.exit(EXIT_CONFIG);
  }
}

async function runBridge(program: Program): Promise<void> {
  const { env, exit, clock } = program;
  const given = readGiven(env);
  const { config, file, warnings } = loadConfig(given, { fileIfThere: CONFIG_FILE });
  const log = createLog(config.logLevel, program.stdout);
  log.info({ version: VERSION, node: process.version }, "app.starting");
  if (file !== undefined) log.info({ file, teams: config.teams.length }, "config.read");
  for (const warning of warnings) log.warn({ warning }, "config.no-effect");
  for (const warning of unknownVariables(env)) log.warn({ warning }, "config.unknown");
  for (const warning of weakSecrets(given)) log.warn({ warning }, "config.weak");

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

const examine = ({ env, stdout }: Program, args: readonly string[]): Promise<number> =>
  runDoctor(
    args,
    (live) => createDoctorChecks(env, { fileIfThere: CONFIG_FILE, live }),
    createCleanPrint(secretsIn(readGiven(env)), (line) => stdout.write(`${line}\n`)),
  );

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
    runReport(
      args,
      () => loadConfig(readGiven(program.env), { fileIfThere: CONFIG_FILE }).config,
      print,
    ),
  );

/** What it has ordered when it is ended stays ordered. */
function runPeopleTool(program: Program, args: readonly string[]): Promise<number> {
  const ending = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) program.on(name, () => ending.abort());
  return runOnState(program, (print) =>
    runPeople(args, {
      location: () => readStateLocation(program.env),
      connect: (open) => {
        const { config } = loadConfig(readGiven(program.env), { fileIfThere: CONFIG_FILE });
        return connectPeopleInSlack(config, open);
      },
      print,
      signal: ending.signal,
    }),
  );
}

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

interface Tool {
  readonly name: string;
  /** In one line, for the program's own usage. */
  readonly does: string;
  readonly usage: string;
  /** Returns the exit code. */
  run(program: Program, args: readonly string[]): Promise<number>;
}

const TOOLS: readonly Tool[] = [
  { name: "audit", does: "who did what with Users", usage: AUDIT_USAGE, run: runAuditTool },
  {
    name: "backup",
    does: "copies a state in a file",
    usage: BACKUP_USAGE,
    run: (program, args) => runCopying(runBackup, program, args),
  },
  {
    name: "dead-letters",
    does: "what could not be delivered: lists it, puts it back in line, gives it up",
    usage: DEAD_LETTERS_USAGE,
    run: runDeadLettersTool,
  },
  {
    name: "doctor",
    does: "what a start would find, and what to do about it",
    usage: DOCTOR_USAGE,
    run: examine,
  },
  {
    name: "doctor route",
    does: "which team gets a handover, and why",
    usage: ROUTE_USAGE,
    run: tellRoute,
  },
  {
    name: "migrate",
    does: "moves a state from SQLite to PostgreSQL",
    usage: MIGRATE_USAGE,
    run: migrate,
  },
  {
    name: "people",
    does: "what is kept of a User: shows it, erases it",
    usage: PEOPLE_USAGE,
    run: runPeopleTool,
  },
  { name: "report", does: "how a desk has done", usage: REPORT_USAGE, run: runReportTool },
  {
    name: "restore",
    does: "puts a backup in the place of the state",
    usage: RESTORE_USAGE,
    run: (program, args) => runCopying(runRestore, program, args),
  },
];

const HELP: readonly string[] = ["--help", "-h"];

const USAGE = `Usage: node src/start.js                    the bridge; npm start runs it with .env
       node src/start.js <tool> [<option>…]  a tool; npm run <tool> -- [<option>…] runs it with .env
${TOOLS.map(({ name, does }) => `  ${name.padEnd(12)}  ${does}`).join("\n")}
  --help, -h    how the program is used, or the tool in front of it
  --version     which version this is`;
