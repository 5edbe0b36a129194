import { type Alarms, createAlarms } from "./alarms.ts";
import { createDependencies } from "./app/dependencies.ts";
import { createEntrances } from "./app/entrances.ts";
import { askFirst } from "./app/first-answers.ts";
import { openQueues } from "./app/open-queues.ts";
import { connectOutside } from "./app/outside.ts";
import { startQueues } from "./app/start-queues.ts";
import type { ChannelWatch } from "./bridge/channels/watch-channels.ts";
import { ERASING_EVERY_MS, ERASING_ROUND, eraseUsers } from "./bridge/erasing/erase-users.ts";
import { tellErased } from "./bridge/erasing/tell-erased.ts";
import type { Workspace } from "./bridge/ports.ts";
import { createReadBack } from "./bridge/read-back.ts";
import { type Reconciler, startReconciler } from "./bridge/reconciler.ts";
import { formerIdSchema } from "./bridge/stored/channel-note.ts";
import { isLockedByAgent } from "./bridge/to-parley/lock.ts";
import { takeInReply } from "./bridge/to-parley/take-in-reply.ts";
import { describeBuild } from "./build-info.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config/read-config.ts";
import { channelsOf, isWithoutFile } from "./config/team-config.ts";
import { groupsIn } from "./desk/roles.ts";
import { ConfigError, StorageError } from "./errors.ts";
import { errorFields, type Log } from "./log.ts";
import { logAttempt } from "./ops/log-attempt.ts";
import { createMetrics } from "./ops/metrics.ts";
import type { Round } from "./rounds.ts";
import { type ChannelIds, openChannelIds } from "./slack/channel-ids.ts";
import { renumberedAdvice } from "./slack/workspace.ts";
import { createSparseLog } from "./sparse-log.ts";
import { openErasures } from "./state/open-erasures.ts";
import { openState } from "./state/open-state.ts";
import { startExpiry } from "./state/start-expiry.ts";
import type { State } from "./state/state.ts";

export interface App {
  /** The port of the HTTP server. */
  readonly port: number;
  /** Takes nothing new in, finishes what is under way, closes the state. */
  stop(): Promise<void>;
}

/** A round over 10,000 open conversations takes about a quarter of an hour, and Parley does not notice it. */
const OWNER_QUESTIONS_PER_SECOND = 10;

/** What a start works with. `signal` ends it while it still waits for Slack or Parley. */
export interface StartOptions {
  signal?: AbortSignal;
  clock?: Clock;
}

/**
 * Builds the adapters, joins the two flows and starts them.
 *
 * @throws {ConfigError} somebody has to do something first: Slack or Parley refuses what the configuration says, or the
 * state cannot be used; tells what
 * @throws {BridgeError} something that can pass
 */
export async function startApp(
  config: Config,
  log: Log,
  { signal, clock = systemClock }: StartOptions = {},
): Promise<App> {
  const alarms = createAlarms(log);
  let state: State | undefined;
  try {
    state = await openState(config.state, { alarms, clock, log });
    signal?.throwIfAborted();
    return await buildApp(config, { log, alarms, state, signal, clock });
  } catch (error) {
    await state?.close();
    // A damaged file shows wherever it is read first.
    if (!(error instanceof StorageError) || error.canPass) throw error;
    throw new ConfigError([error.message], { cause: error });
  }
}

interface Foundations {
  log: Log;
  alarms: Alarms;
  state: State;
  signal: AbortSignal | undefined;
  clock: Clock;
}

/** Tells the time by the clock of all replicas: what another one has stored is compared with it. */
const shareClock = ({ now, ...clock }: Clock, { clockAheadMs }: State): Clock => ({
  ...clock,
  now: () => now() + clockAheadMs(),
});

/** The same with the ids under which the bridge knows the channels, which Slack may have changed since. */
function withKnownChannels(config: Config, channelIds: ChannelIds, log: Log): Config {
  const [first, ...others] = config.teams.map((team) => {
    const channel = channelIds.known(team.channel);
    const now = channelIds.current(team.channel);
    if (now !== team.channel) {
      const advice = renumberedAdvice(team.channel, now);
      log.warn({ team: team.name, channel: team.channel, now, advice }, "channel.renumbered");
    }
    return { ...team, channel };
  });
  return first ? { ...config, teams: [first, ...others] } : config;
}

/** For the log: without a file there is one. */
function describeChannels(
  teams: Config["teams"],
  { channelNames = {} }: Workspace,
): Record<string, unknown> {
  const [{ channel }] = teams;
  if (isWithoutFile(teams)) return { channel, channel_name: channelNames[channel] };
  const channels = channelsOf(teams);
  return { channels, channel_names: channels.flatMap((id) => channelNames[id] ?? []) };
}

async function buildApp(given: Config, foundations: Foundations): Promise<App> {
  const { log, alarms, state } = foundations;
  const channelIds = await openChannelIds(state.remembered(formerIdSchema));
  const config = withKnownChannels(given, channelIds, log);
  const { conversations, audit, handovers, inTurn } = state;
  const clock = shareClock(foundations.clock, state);
  const buildInfo = describeBuild(config);

  let channelWatch: ChannelWatch | undefined;
  const outside = connectOutside(config, log, alarms, state, {
    channelIds,
    onRefusal(channel) {
      // It may have another id by now, of which another replica has heard.
      const learnt = channelIds.catchUp();
      learnt
        .then(() => channelWatch?.onRefusal(channel))
        .catch((error: unknown) => {
          log.warn(errorFields(error), "channel.not-noted");
        });
    },
  });
  const { workspace, channels, botService } = await askFirst(outside, { config, ...foundations });

  const metrics = createMetrics({
    // Asked at each scrape; the queues are open by then.
    queues: () => ({ ...queues }),
    openConversations: () => conversations.countOpen(),
    alarms: alarms.current,
    teams: config.teams,
    state: config.state,
    now: clock.now,
    buildInfo,
  });
  const queues = openQueues(state, {
    backoff: config.retry,
    settleMs: config.patience.settleMs,
    clock,
    onAttempt(attempt) {
      metrics.onAttempt(attempt);
      logAttempt(log, attempt);
    },
  });

  let reconciler: Reconciler | undefined;
  let erasing: Round | undefined;
  const dependencies = createDependencies(config, {
    outside,
    workspace,
    botService: botService.id,
    queues,
    conversations,
    onTime: metrics.onTime,
    onHandover: metrics.onHandover,
    audit,
    handovers,
    userRecords: state.userRecords,
    erasures: openErasures(state),
    inTurn,
    createLimiter: state.createLimiter,
    remembered: state.remembered,
    channelIds,
    // Its first round comes when the queues have started.
    onThreadFound: () => reconciler?.readThreads(),
    onErasureOrdered: () => erasing?.request(),
    alarms,
    clock,
    log,
  });
  const { slack, health, http } = await createEntrances(config, dependencies, {
    ...foundations,
    clock,
    outside,
    workspace,
    botService,
    metrics,
  });

  ({ channelWatch } = dependencies);
  // What has become of channels since the last start.
  await channelWatch.onCheck(channels);
  const readBack = createReadBack({
    ...dependencies,
    takeIn: (reply) => takeInReply(reply, dependencies),
    isLocked: (reply, lockedBy) => isLockedByAgent(reply, lockedBy, dependencies),
  });
  await startQueues(
    queues,
    state.claims,
    { ...dependencies, readBack, botService: botService.id },
    outside.canDeliver,
  );
  const port = await http.start(config.host, config.port);
  const rounds = startReconciler({
    ...dependencies,
    readBack,
    rounds: state.rounds,
    ownerQuestions: state.createLimiter({
      name: "owner questions",
      perSecond: OWNER_QUESTIONS_PER_SECOND,
      burst: 1,
    }),
    intervalMs: config.reconcileIntervalMs,
    log,
  });
  reconciler = rounds;
  // Slack may have lost what was written while no socket was open.
  await slack.start(rounds.request);
  health.start();
  // Slack may be away when somebody acts.
  for (const id of groupsIn(config.teams)) void dependencies.members.of(id);
  const expiry = startExpiry(state, {
    days: {
      records: config.retentionDays,
      audit: config.auditDays,
      retries: config.retry.maxAgeMs / 86_400_000,
    },
    now: clock.now,
    onError: (error) => log.warn(errorFields(error), "expiry.failed"),
  });
  const erasingFailed = createSparseLog((fields) => log.warn(fields, "erasing.failed"));
  erasing = state.rounds.start(ERASING_ROUND, {
    everyMs: ERASING_EVERY_MS,
    async run(stopping) {
      await eraseUsers(stopping, dependencies);
      await tellErased(dependencies);
    },
    onError: (error) => erasingFailed(errorFields(error)),
  });
  log.info(
    {
      ...buildInfo,
      port,
      reply_mode: config.replyMode,
      ...describeChannels(config.teams, workspace),
      team: workspace.team,
      bot_service: botService.id,
    },
    "app.started",
  );

  return {
    port,
    async stop() {
      health.stop();
      await Promise.all([http.stop(), slack.stop(), rounds.stop(), erasing?.stop()]);
      await state.claims.stop();
      await expiry.stop();
      await state.close();
      log.info({}, "app.stopped");
    },
  };
}
