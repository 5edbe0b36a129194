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
  --json   says it as one JSON object: {ok, findings: [{check, status, detail, canPass?}]}
  It ends with 0 if nothing failed, with 78 if somebody has to do something, with 1 if all that failed can pass.
npm run doctor -- route <file.json>
  tells which team gets a handover, and why`;

const EXIT_CAN_PASS = 1;
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;

/**
 * Runs the checks and prints what each found, in their order and as soon as it is known: one line for each, or one JSON object
 * with `--json`. Returns the exit code: 0 nothing failed, 78 somebody has to act, 1 what failed can pass, 64 wrong use.
 */
export async function runDoctor(
  args: readonly string[],
  createChecks: () => readonly Check[],
  print: (line: string) => void,
): Promise<number> {
  if (args.some((arg) => arg !== "--json")) {
    print(DOCTOR_USAGE);
    return EXIT_USAGE;
  }
  const checks = createChecks();
  const isJson = args.includes("--json");
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

function exitCodeFor(findings: readonly Finding[]): number {
  const failed = findings.filter(({ status }) => status === "failed");
  if (failed.length === 0) return 0;
  return failed.every(({ canPass }) => canPass) ? EXIT_CAN_PASS : EXIT_CONFIG;
}
