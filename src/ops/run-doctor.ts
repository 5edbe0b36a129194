import type { Check, Finding } from "./doctor/check.ts";
import { runChecks } from "./doctor/run-checks.ts";

export const DOCTOR_USAGE = `Usage: npm run doctor [-- --json]
  asks Slack, Parley and this machine all that can be asked, and says what to do, in the order in which one repairs it; starts
  nothing, changes nothing, and works beside a running bridge
  ok       it is as it should be
  warning  the bridge works even so
  open     cannot be told from here; says what tells it
  failed   says what to do
  skipped  not checked, because something that it needs failed
  --live @me  opens a thread in Slack that says that it is a test, for you, and hands it back; and asks Slack's validator about
           everything that the bridge shows. @me names nobody; with your handle, member id or e-mail address it names you
  --json   says it as one JSON object: {ok, findings: [{check, status, detail, canPass?}]}
  It ends with 0 if nothing failed, with 78 if somebody has to do something, with 1 if all that failed can pass.
npm run doctor -- route <file.json>
  tells which team gets a handover, and why`;

const WHO =
  "--live wants to know for whom: write your handle, member id or e-mail address behind it, such as --live @anna, or @me, which names nobody";

const EXIT_CAN_PASS = 1;
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;

/**
 * Runs the checks and prints what each found, in their order and as soon as it is known: one line for each, or one JSON object
 * with `--json`. Returns the exit code: 0 nothing failed, 78 somebody has to act, 1 what failed can pass, 64 wrong use.
 */
export async function runDoctor(
  args: readonly string[],
  createChecks: (live: string | undefined) => readonly Check[],
  print: (line: string) => void,
): Promise<number> {
  const { isJson, live, problem } = readArguments(args);
  if (problem !== undefined) {
    for (const line of problem.split("\n")) print(line);
    return EXIT_USAGE;
  }
  const checks = createChecks(live);
  const width = Math.max(...checks.map(({ name }) => name.length));
  const findings: Finding[] = [];
  for (const found of runChecks(checks)) {
    for (const finding of await found) {
      findings.push(finding);
      const { check, status, detail } = finding;
      if (!isJson) print(`${status.padEnd(7)}  ${check.padEnd(width)}  ${detail}`);
    }
  }
  const exitCode = exitCodeFor(findings);
  if (isJson) print(JSON.stringify({ ok: exitCode === 0, findings }));
  else print(exitCode === 0 ? "All is well." : "Not all is well: see what failed above.");
  return exitCode;
}

interface Wishes {
  readonly isJson: boolean;
  /** For whom a test is to be made in Slack. */
  readonly live?: string;
  /** What is wrong with the arguments. */
  readonly problem?: string;
}

function readArguments(args: readonly string[]): Wishes {
  const isJson = args.includes("--json");
  const others = args.filter((arg) => arg !== "--json");
  if (others.length === 0) return { isJson };
  const [option = "", given, ...more] = others;
  const live = option.startsWith("--live=") ? option.slice("--live=".length) : given;
  const isLive = option === "--live" || (option.startsWith("--live=") && given === undefined);
  if (!isLive || more.length > 0) return { isJson, problem: DOCTOR_USAGE };
  if (!live || live.startsWith("-")) return { isJson, problem: WHO };
  return { isJson, live };
}

function exitCodeFor(findings: readonly Finding[]): number {
  const failed = findings.filter(({ status }) => status === "failed");
  if (failed.length === 0) return 0;
  return failed.every(({ canPass }) => canPass) ? EXIT_CAN_PASS : EXIT_CONFIG;
}
