import type { Service, Workspace } from "../bridge/ports.ts";
import { flag } from "../bridge/stored/fields.ts";
import { serviceSchema, workspaceSchema } from "../bridge/stored/last-known-schemas.ts";
import type { Config } from "../config/read-config.ts";
import { channelsOf } from "../config/team-config.ts";
import { ConfigError, reasonOf, toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { allowsShared, type FoundChannel } from "../slack/find-channel.ts";
import { refuseProblems } from "../slack/workspace.ts";
import { createLastKnown } from "../state/last-known.ts";
import type { State } from "../state/state.ts";
import type { Outside } from "./outside.ts";

/** What Slack and Parley have to say before anything can start. */
export interface FirstAnswers {
  readonly workspace: Workspace;
  /** How Slack says that the teams' channels are; empty while it says nothing. */
  readonly channels: readonly FoundChannel[];
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
  const answers = allProblems([
    askWorkspace(outside, config.teams, { state, log }),
    lastKnown(`bot-service/${accountId}/${wanted ?? ""}`, serviceSchema, outside.askBotService),
    appToken && lastKnown("app-token", flag, outside.askAppToken),
  ]);
  const [{ workspace, channels }, botService] = await untilAborted(answers, signal);
  return { workspace, channels, botService };
}

/**
 * As the others; but what was known is known of each channel alone. A channel that was in order at an earlier start, and is not
 * any more, stops nobody: the other teams work, what is for this one waits, and an alarm says why. One that never was in
 * order is a mistake in the configuration; and so is one that is shared with another company, unless it was not at an earlier
 * start whose configuration did not allow that either.
 */
async function askWorkspace(
  outside: Outside,
  teams: Config["teams"],
  { state, log }: { state: State; log: Log },
): Promise<Pick<FirstAnswers, "workspace" | "channels">> {
  const known = state.remembered(workspaceSchema);
  const keptInside = state.remembered(flag);
  const insideKeyOf = (channel: string) => `kept-inside/${channel}`;
  const keyOf = (channel: string) => `workspace/${channel}`;
  const recall = (channels: Iterable<string>) =>
    Promise.all([...channels].map((channel) => known.get(keyOf(channel))));
  const inspection = await outside.inspectWorkspace().catch(async (thrown: unknown) => {
    const error = toBridgeError(thrown);
    const channels = channelsOf(teams);
    const answers = await recall(channels);
    const [first] = answers;
    if (!first || answers.includes(undefined)) throw error;
    log.warn({ name: keyOf(channels.join(",")), error: reasonOf(error) }, "start.from-memory");
    const names = answers.flatMap((each) => Object.entries(each?.channelNames ?? {}));
    const channelNames = Object.fromEntries(names);
    return { workspace: { ...first, channelNames }, channels: [], problems: [], warnings: [] };
  });
  const { workspace, channels, problems } = inspection;
  const broken = new Set(problems.map(({ channel }) => channel));
  const shared = problems.filter(({ trouble }) => trouble === "shared");
  const wereInside = shared.map(({ channel }) => keptInside.get(insideKeyOf(channel)));
  const isExcused =
    !(await recall(broken)).includes(undefined) &&
    !(await Promise.all(wereInside)).includes(undefined);
  if (!isExcused) refuseProblems(inspection);
  for (const { channel, advice } of problems) {
    log.warn({ name: keyOf(channel), error: advice }, "start.from-memory");
  }
  for (const { id, isHidden } of channels) {
    if (broken.has(id)) continue;
    await known.set(keyOf(id), workspace);
    if (allowsShared(teams, id)) await keptInside.delete(insideKeyOf(id));
    else if (!isHidden) await keptInside.set(insideKeyOf(id), true);
  }
  return { workspace, channels };
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
