import type { Service, Workspace } from "../bridge/ports.ts";
import { flag } from "../bridge/stored/fields.ts";
import { serviceSchema, workspaceSchema } from "../bridge/stored/last-known-schemas.ts";
import type { Config } from "../config/read-config.ts";
import { ConfigError, toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createLastKnown } from "../state/last-known.ts";
import type { State } from "../state/state.ts";
import type { Outside } from "./outside.ts";

/** What Slack and Parley have to say before anything can start. */
export interface FirstAnswers {
  readonly workspace: Workspace;
  readonly botService: Service;
}

/**
 * Asks Slack and Parley whether the configuration is right. While one of them cannot be reached, what it said at an
 * earlier start is enough.
 *
 * @throws {ConfigError} somebody has to do something first; with all that was found · {BridgeError} it can pass · the
 * reason of `signal`
 */
export async function askFirst(
  outside: Outside,
  {
    config,
    state,
    log,
    signal,
  }: { config: Config; state: State; log: Log; signal: AbortSignal | undefined },
): Promise<FirstAnswers> {
  const lastKnown = createLastKnown(state, log);
  const { accountId, botService: wanted } = config.parley;
  const { appToken } = config.slack;
  const channels = config.teams.map(({ channel }) => channel);
  const answers = allProblems([
    lastKnown(`workspace/${channels.join(",")}`, workspaceSchema, outside.askWorkspace),
    lastKnown(`bot-service/${accountId}/${wanted ?? ""}`, serviceSchema, outside.askBotService),
    appToken && lastKnown("app-token", flag, outside.askAppToken),
  ]);
  const [workspace, botService] = await untilAborted(answers, signal);
  return { workspace, botService };
}

/**
 * As `Promise.all`, but waits for every answer, so that one start tells all that is wrong.
 *
 * @throws {ConfigError} somebody has to do something first; with all that was found · otherwise what the first threw
 */
async function allProblems<Promises extends readonly [unknown, ...unknown[]]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  const failures = (await Promise.allSettled(promises)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (failures.some((failure) => failure instanceof ConfigError)) {
    throw new ConfigError(
      failures.flatMap((failure) =>
        failure instanceof ConfigError ? failure.problems : [toBridgeError(failure).message],
      ),
    );
  }
  return Promise.all(promises);
}

/** @throws what `promise` does, and the signal's reason as soon as it is aborted */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([promise, aborted]);
}
