import { type Alarms, createAlarms } from "./alarms.ts";
import { createDelayMarks } from "./bridge/delay-marks.ts";
import { createInboxOnDeadLetter, createParleyEventHandler } from "./bridge/handle-parley-event.ts";
import { createOutboxOnDeadLetter, createSlackEventHandler } from "./bridge/handle-slack-event.ts";
import { createNotifier } from "./bridge/notify.ts";
import { startReconciler } from "./bridge/reconcile.ts";
import { flag } from "./bridge/stored/fields.ts";
import { inboxBodySchema } from "./bridge/stored/inbox-body.ts";
import { serviceSchema, workspaceSchema } from "./bridge/stored/last-known-schemas.ts";
import { outboxBodySchema } from "./bridge/stored/outbox-body.ts";
import { readProgress } from "./bridge/stored/read-progress.ts";
import { parseStored } from "./bridge/stored/read-stored.ts";
import { takeInReply } from "./bridge/to-parley/take-in-reply.ts";
import { describeBuild } from "./build-info.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config/read-config.ts";
import { createEmbeddedLanes } from "./delivery/embedded-lanes.ts";
import type { Attempt } from "./delivery/lanes.ts";
import { createRateLimiter } from "./delivery/rate-limiter.ts";
import { createSemaphore } from "./delivery/semaphore.ts";
import { ConfigError, StorageError, toBridgeError } from "./errors.ts";
import { createHttpServer } from "./http/http-server.ts";
import { createRefusalLog } from "./http/refusal-log.ts";
import type { Thread } from "./ids.ts";
import { type Json, parseJson } from "./json.ts";
import { errorFields, type Log } from "./log.ts";
import { logAttempt } from "./ops/attempt-log.ts";
import { createHealth } from "./ops/health.ts";
import { createMetrics } from "./ops/metrics.ts";
import { connectOutside } from "./outside.ts";
import { createCallbackRoutes } from "./parley/callback-routes.ts";
import { createParleyFiles } from "./parley/parley-files.ts";
import { parseCallback } from "./parley/parse-callback.ts";
import { createIdentities } from "./slack/identity.ts";
import { registerListeners } from "./slack/listeners/register-listeners.ts";
import { createNames } from "./slack/names.ts";
import { createPace } from "./slack/pace.ts";
import { makePermalink, parsePermalink } from "./slack/permalink.ts";
import { createPermissions } from "./slack/permissions.ts";
import { createPosts } from "./slack/posts.ts";
import { createReactions } from "./slack/reactions.ts";
import { createSlackApp } from "./slack/slack-app.ts";
import { createSlackFiles } from "./slack/slack-files.ts";
import { storeBeforeAck } from "./slack/store-before-ack.ts";
import { createThreadReader } from "./slack/thread-reader.ts";
import { createFindUser } from "./slack/users.ts";
import { openConversationStore } from "./state/conversation-store.ts";
import { type Database, openDatabase, toPath } from "./state/database.ts";
import { startExpiry } from "./state/expiry.ts";
import { createLastKnown } from "./state/last-known.ts";
import { openSqliteJournal } from "./state/sqlite-journal.ts";
import { textsFor } from "./views/texts/texts-for.ts";

export interface App {
  /** The port of the HTTP server. */
  readonly port: number;
  /** Takes nothing new in, finishes what is under way, closes the state. */
  stop(): Promise<void>;
}

/** Files on their way at once; of those whose size is not known each takes up to 10 MB of memory. */
const TRANSFERS = 4;
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
  let database: Database | undefined;
  try {
    database = await openDatabase(toPath(config.stateUrl), { exclusive: true, alarms });
    signal?.throwIfAborted();
    return await buildApp(config, { log, alarms, database, signal, clock });
  } catch (error) {
    await database?.close();
    // A damaged file shows wherever it is read first.
    if (!(error instanceof StorageError) || error.canPass) throw error;
    throw new ConfigError([error.message], { cause: error });
  }
}

interface Foundations {
  log: Log;
  alarms: Alarms;
  database: Database;
  signal: AbortSignal | undefined;
  clock: Clock;
}

async function buildApp(config: Config, foundations: Foundations): Promise<App> {
  const { log, alarms, database, signal, clock } = foundations;
  const buildInfo = describeBuild(config);
  const texts = textsFor(config.language);
  const slackLog = log.child({ component: "slack" });
  const parleyLog = log.child({ component: "parley" });
  const outside = connectOutside(config, log, alarms);
  const { client, clientOptions, parleyApi, parley } = outside;
  const lastKnown = createLastKnown(database, log);
  const { channel } = config.slack;
  const { accountId, botService: wanted } = config.parley;
  const answers = allProblems([
    lastKnown(`workspace/${channel}`, workspaceSchema, outside.askWorkspace),
    lastKnown(`bot-service/${accountId}/${wanted ?? ""}`, serviceSchema, outside.askBotService),
    config.slack.appToken && lastKnown("app-token", flag, outside.askAppToken),
  ]);
  const [workspace, botService] = await untilAborted(answers, signal);
  const conversations = await openConversationStore(database);
  const metrics = createMetrics({
    queues: () => ({ inbox, outbox }),
    openConversations: () => conversations.open().length,
    alarms: alarms.current,
    buildInfo,
  });
  const onAttempt = (attempt: Attempt) => {
    metrics.onAttempt(attempt);
    logAttempt(log, attempt);
  };
  const openQueue = async <Body>(queue: "inbox" | "outbox", readBody: (text: string) => Body) =>
    await createEmbeddedLanes<Body>({
      queue,
      journal: await openSqliteJournal(database, queue),
      reader: { readBody, readProgress },
      backoff: config.retry,
      concurrency: 64,
      ...clock,
      onAttempt,
    });
  const inbox = await openQueue("inbox", (text) =>
    parseStored(inboxBodySchema, text, "an inbox item"),
  );
  const outbox = await openQueue("outbox", (text) =>
    parseStored(outboxBodySchema, text, "an outbox item"),
  );

  const findUser = createFindUser(client);
  const pace = createPace(config.slack.postsPerSecond);
  const { team, botUserId } = workspace;
  const slackPorts = {
    posts: createPosts({ client, team, channel, pace, texts, log: slackLog }),
    reactions: createReactions({ client, pace, log: slackLog }),
    reader: createThreadReader({ client, team, channel, botUserId, pace }),
    people: {
      identityOf: createIdentities(findUser, config.identity),
      namesOf: createNames(client, findUser),
    },
    permalink: (thread: Thread) => makePermalink(workspace.url, thread),
  };
  const parse = (body: Json) => parseCallback(body, parley.self);
  const files = {
    parleyFiles: createParleyFiles(parleyApi, config.parley),
    slackFiles: createSlackFiles({ client, ...config.slack, texts, log: slackLog }),
    transfers: createSemaphore(TRANSFERS),
  };
  const { guestsMayAnswer } = config;
  const permissions = createPermissions({ findUser, workspace, guestsMayAnswer });
  const shared = {
    parley,
    ...slackPorts,
    conversations,
    notifier: createNotifier(inbox),
    texts,
    patience: config.patience,
    now: clock.now,
  };

  const slack = await createSlackApp({
    ...config.slack,
    clientOptions,
    workspace,
    alarms,
    refused: createRefusalLog(slackLog, "slack.refused", () => metrics.onRefused("slack")),
    log: slackLog,
  });
  const takeIn = { ...shared, outbox, replyMode: config.replyMode, undoMs: config.undoMs };
  storeBeforeAck(slack.app, {
    ...takeIn,
    ...workspace,
    permissions,
    onRequest: () => metrics.onRequest("slack"),
    log: slackLog,
  });
  registerListeners(slack.app, {
    ...shared,
    team,
    permissions,
    inbox,
    outbox,
    botService: botService.id,
    replyMode: config.replyMode,
    parsePermalink: (text) => parsePermalink(text, workspace.team),
    alarms,
    log: slackLog,
  });

  const health = createHealth({
    monotonic: clock.monotonic,
    intake: { store: () => database.probe() },
    rest: {
      slack: outside.askWorkspace,
      ...(config.slack.appToken && { socket: slack.check }),
      parley: outside.askBotService,
    },
    alarms,
  });
  const http = createHttpServer(
    [
      ...slack.routes,
      ...createCallbackRoutes({
        inbox,
        tokens: config.parley.callbackTokens,
        accountId: config.parley.accountId,
        groupMs: config.groupMs,
        parse,
        refused: createRefusalLog(parleyLog, "callback.refused", () => metrics.onRefused("parley")),
        log: parleyLog,
        onCallback(kind) {
          metrics.onCallback(kind);
          if (kind !== "refused") metrics.onRequest("parley");
        },
      }),
      ...health.routes,
      ...metrics.routes,
    ],
    log,
  );

  const inboxDependencies = {
    ...shared,
    ...files,
    outbox,
    parse: (raw: string) => parse(parseJson(raw) ?? null),
    ownerUnknown: config.parley.ownerUnknown,
    showUserIdentity: config.showUserIdentity,
    groupMs: config.groupMs,
  };
  await inbox.start(
    createParleyEventHandler(inboxDependencies),
    createInboxOnDeadLetter(inboxDependencies),
  );
  const delays = createDelayMarks(shared);
  await outbox.start(
    createSlackEventHandler({
      ...shared,
      ...files,
      permissions,
      mentions: config.mentions,
      lineBreak: config.parley.lineBreak,
      messageLength: config.parley.messageLength,
      delays,
      inbox,
      outbox,
    }),
    createOutboxOnDeadLetter(shared),
    delays.onDelay,
  );
  const port = await http.start(config.host, config.port);
  const reconciler = startReconciler({
    ...shared,
    takeIn: (reply) => takeInReply(reply, takeIn),
    ownerQuestions: createRateLimiter({ perSecond: OWNER_QUESTIONS_PER_SECOND, burst: 1 }),
    intervalMs: config.reconcileIntervalMs,
    log,
  });
  // Slack may have lost what was written while no socket was open.
  await slack.start(() => reconciler.request());
  health.start();
  log.info(
    {
      ...buildInfo,
      port,
      reply_mode: config.replyMode,
      channel,
      channel_name: workspace.channelName,
      team: workspace.team,
      bot_service: botService.id,
    },
    "app.started",
  );

  const expiry = startExpiry(database, {
    retentionDays: config.retentionDays,
    onError: (error) => log.warn(errorFields(error), "expiry.failed"),
  });

  return {
    port,
    async stop() {
      health.stop();
      await Promise.all([http.stop(), slack.stop(), reconciler.stop()]);
      await Promise.all([inbox.stop(), outbox.stop()]);
      await expiry.stop();
      await database.close();
      log.info({}, "app.stopped");
    },
  };
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
