import {
  type BridgeError,
  ConfigError,
  SlackApiError,
  StorageError,
  toBridgeError,
} from "../../errors.ts";
import { withinTime } from "../../within-time.ts";
import type { Check, Finding } from "./check.ts";

/** Longer than any question takes that is answered at all. */
const LIMIT_MS = 45_000;

/**
 * Runs checks beside each other, each as soon as what it needs has not failed. Resolves for each, in their order, with what
 * it found, at the latest after `usualMs`, or its own limit, behind what it needs; none is waited for longer.
 */
export function runChecks(
  checks: readonly Check[],
  usualMs = LIMIT_MS,
): readonly Promise<readonly Finding[]>[] {
  const begun = new Map<string, Promise<readonly Finding[]>>();

  function findingsOf(check: Check): Promise<readonly Finding[]> {
    const found = begun.get(check.name) ?? examine(check);
    begun.set(check.name, found);
    return found;
  }

  async function examine({
    name,
    needs = [],
    limitMs = usualMs,
    run,
  }: Check): Promise<readonly Finding[]> {
    const before = await Promise.all(
      checks.filter((other) => needs.includes(other.name)).map(findingsOf),
    );
    const missed = before.flat().find(({ status }) => status === "failed" || status === "skipped");
    if (missed) {
      const detail =
        missed.status === "skipped" ? missed.detail : `not checked, because ${missed.check} failed`;
      return [{ check: name, status: "skipped", detail }];
    }
    return await withinTime(ask(name, run), limitMs, [late(name, limitMs)]);
  }

  return checks.map(findingsOf);
}

const late = (check: string, limitMs: number): Finding => ({
  check,
  status: "failed",
  detail: `no answer within ${Math.round(limitMs / 1000)} seconds; this can pass: try again`,
  canPass: true,
});

async function ask(name: string, run: Check["run"]): Promise<readonly Finding[]> {
  try {
    const found = await run();
    return typeof found === "string"
      ? [{ check: name, status: "ok", detail: found }]
      : found.map((remark) => ({ check: name, ...remark }));
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const problems = lastingProblemsOf(error);
    return problems
      ? problems.map((detail) => ({ check: name, status: "failed", detail }))
      : [
          {
            check: name,
            status: "failed",
            detail: `${error.message}; this can pass: try again`,
            canPass: true,
          },
        ];
  }
}

const REFUSED_ADVICE =
  "install the app again with the current manifest.yml, or ask an administrator of the workspace";

/** What somebody has to do something about; `undefined`: it can pass. */
function lastingProblemsOf(error: BridgeError): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof SlackApiError) return [`Slack refuses ${error.message}; ${REFUSED_ADVICE}`];
  return error instanceof StorageError && !error.canPass ? [error.message] : undefined;
}
