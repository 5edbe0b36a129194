import { type BridgeError, ConfigError, StorageError, toBridgeError } from "../errors.ts";

export interface Check {
  name: string;
  /** Resolves with what it found, and with what is not as it could be. @throws {ConfigError} or a lasting {StorageError}: somebody has to act · {BridgeError} it can pass */
  run: () => Promise<string | { detail: string; warnings: readonly string[] }>;
}

interface Finding {
  check: string;
  /** `warning`: the bridge starts and works even so. */
  status: "ok" | "warning" | "failed";
  detail: string;
  /** It failed, but it may work at the next try. */
  canPass?: true;
}

/** Only for failures of the network: errors of the state say themselves what to do. */
const NETWORK_ADVICE =
  ", and if it stays check SLACK_API_URL or PARLEY_API_URL where it is set, DNS, proxy and firewall";

export const DOCTOR_USAGE = `Usage: npm run doctor [-- --json]
  asks Slack, Parley and this machine all that a start needs, and says what to do; starts nothing, and works beside a running bridge
  --json  says it as one JSON object: {ok, findings: [{check, status, detail, canPass?}]}
npm run doctor -- route <file.json>
  tells which team gets a handover, and why`;

const EXIT_CAN_PASS = 1;
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;

/**
 * Runs the checks of the start and prints what each found: one line for each, or one JSON object with `--json`.
 * Returns the exit code: 0 all is well, 78 somebody has to act, 1 what failed can pass, 64 wrong use.
 */
export async function runDoctor(
  args: readonly string[],
  { checks, warnings }: { checks: readonly Check[]; warnings: readonly string[] },
  print: (line: string) => void,
): Promise<number> {
  if (args.some((arg) => arg !== "--json")) {
    print(DOCTOR_USAGE);
    return EXIT_USAGE;
  }
  const found = await Promise.all(checks.map(runCheck));
  const findings: readonly Finding[] = [
    ...warnings.map((detail) => ({ check: "configuration", status: "warning", detail }) as const),
    ...found.flat(),
  ];
  const exitCode = exitCodeFor(findings.filter(({ status }) => status === "failed"));
  if (args.includes("--json")) {
    print(JSON.stringify({ ok: exitCode === 0, findings }));
    return exitCode;
  }
  const width = Math.max(...findings.map(({ check }) => check.length));
  for (const { check, status, detail } of findings) {
    print(`${status.padEnd(7)}  ${check.padEnd(width)}  ${detail}`);
  }
  print(exitCode === 0 ? "All is well." : "Not all is well: see what failed above.");
  return exitCode;
}

function exitCodeFor(failed: readonly Finding[]): number {
  if (failed.length === 0) return 0;
  return failed.every(({ canPass }) => canPass) ? EXIT_CAN_PASS : EXIT_CONFIG;
}

async function runCheck({ name, run }: Check): Promise<Finding[]> {
  try {
    const found = await run();
    const { detail, warnings } =
      typeof found === "string" ? { detail: found, warnings: [] } : found;
    return [
      { check: name, status: "ok", detail },
      ...warnings.map((warning) => ({ check: name, status: "warning", detail: warning }) as const),
    ];
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const problems = lastingProblemsOf(error);
    return problems
      ? problems.map((detail) => ({ check: name, status: "failed", detail }))
      : [
          {
            check: name,
            status: "failed",
            detail: `${error.message}; this can pass: try again${error.code === "storage" ? "" : NETWORK_ADVICE}`,
            canPass: true,
          },
        ];
  }
}

/** What somebody has to do something about; `undefined`: it can pass. */
function lastingProblemsOf(error: BridgeError): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.problems;
  return error instanceof StorageError && !error.canPass ? [error.message] : undefined;
}
