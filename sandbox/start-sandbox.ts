import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bridgeEnv } from "../fakes/bridge-env.ts";
import { type FakeParley, startFakeParley } from "../fakes/parley/fake-parley.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { createBridgeProcess } from "./bridge-process.ts";
import type { SandboxOptions } from "./options.ts";
import { readAppManifest } from "./page/app-manifest.ts";
import { registerCustomer } from "./page/customers.ts";
import { startPageServer } from "./page/page-server.ts";
import { BILLING, MEMBERS, SUPPORT, USERGROUPS } from "./people.ts";
import { createReplicas } from "./replicas.ts";
import { readSaved, restore, save } from "./saved-state.ts";
import { writeStartFile } from "./start-file.ts";
import { createToldClock, type ToldClock } from "./told-clock.ts";
import { createTroubles, STARTING_TROUBLES } from "./troubles.ts";

/** Base URLs for scripts. */
export interface SandboxUrls {
  readonly page: string;
  /** For a Service, such as a bot under development. */
  readonly serviceApi: string;
  /** For the setting `apiDomain` of Parley's web client. */
  readonly clientApiDomain: string;
  readonly slackApi: string;
  readonly bridge: string;
}

export interface Sandbox {
  readonly urls: SandboxUrls;
  /** Where the bridge's state, log and start file are. */
  readonly folder: string;
  /** The bridge's configuration. */
  readonly startFile: string;
  close(): Promise<void>;
}

/**
 * Quicker first tries than Parley's own 10 s and 60 s, so that nobody has to wait for them here; the last is as late.
 */
const CALLBACK_RETRY_DELAYS_MS = [2_000, 6_000, 15_000, 60_000];
/** Slack's waits of 0, 1 and 5 minutes become 0, 6 and 30 s. */
const SLACK_RETRY_SCALE = 0.1;
const SAVE_AFTER_MS = 500;

/**
 * Starts both fakes, the bridge and the page. Most tests of the page need no process of its own for the bridge.
 *
 * @throws {Error} a port is taken, the state cannot be read, or the bridge does not start
 */
export async function startSandbox(
  options: SandboxOptions,
  createBridge: typeof createBridgeProcess = createBridgeProcess,
): Promise<Sandbox> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await build(options, createBridge, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  options: SandboxOptions,
  createBridge: typeof createBridgeProcess,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Sandbox> {
  const isTemporary = options.state === undefined;
  const folder = isTemporary
    ? await mkdtemp(join(tmpdir(), "parley-sandbox-"))
    : resolve(options.state ?? "");
  await mkdir(folder, { recursive: true });
  if (isTemporary) closers.push(() => rm(folder, { recursive: true, force: true }));
  const saved = isTemporary ? undefined : await readSaved(folder);

  const clock = createToldClock(saved?.aheadMs);
  const manifest = await readAppManifest();
  const { scopes, botEvents, messagesTab } = manifest;
  const slack = await startFakeSlack({
    // Addresses of files are part of what was saved, so the ports stay what they were.
    port: options.slackPort || (saved?.ports.slack ?? 0),
    retryScale: SLACK_RETRY_SCALE,
    now: clock.now,
    channel: SUPPORT,
    channels: [BILLING],
    members: MEMBERS,
    usergroups: USERGROUPS,
    scopes,
    botEvents,
    messagesTab,
  });
  closers.push(() => slack.close());
  const parley = await startFakeParley({
    port: options.parleyPort || (saved?.ports.parley ?? 0),
    bot: true,
    now: clock.now,
    retryDelaysMs: CALLBACK_RETRY_DELAYS_MS,
    retryScale: 1,
  });
  closers.push(() => parley.close());
  if (saved) restore(saved, { parley, slack });
  else await registerCustomer(parley);

  let changed = (): void => undefined;
  const troubles = createTroubles({ slack, parley }, () => changed());
  closers.push(() => troubles.close());
  const callbackToken = randomUUID();
  const startFile = await writeStartFile(folder, options.language);
  const settings = {
    env: {
      ...bridgeEnv({ slack, parley, folder, callbackToken, socketMode: options.socketMode }),
      // The local Slack has no limit unless it is switched on, and nobody likes to wait.
      SLACK_POSTS_PER_SECOND: "20",
      // Back at work soon after an outage has been switched off.
      RETRY_CAP_MS: "3000",
      CONFIG_FILE: startFile,
      ...(parley.bot && {
        BOT_EVENTS_URL: parley.bot.events.url,
        BOT_EVENTS_SECRET: parley.bot.events.secret,
        BOT_EVENTS_ALLOW_PRIVATE: "true",
      }),
      ...(options.database !== undefined && { STATE_URL: options.database }),
    },
    port: options.bridgePort || (saved?.ports.bridge ?? 0),
    logFile: join(folder, "bridge.log"),
    clock,
    onChange: () => changed(),
  };
  const bridge =
    options.replicas === 1
      ? createBridge(settings)
      : await createReplicas(options.replicas, settings, createBridge);
  closers.push(() => bridge.stop());

  const starting = bridge.start();
  const [page] = await Promise.all([
    startPageServer({
      slack,
      parley,
      bridge,
      troubles,
      // Of a database all replicas go by the clock of its server, which is not ours to put forward.
      clock: options.database === undefined ? clock : undefined,
      transport: options.socketMode ? "Socket Mode" : "HTTP",
      manifest,
      startFile,
      port: options.port,
    }),
    starting,
  ]);
  changed = page.changed;
  closers.push(() => page.close());

  if (!options.socketMode) slack.deliverTo(`${bridge.url}/slack/events`);
  parley.registerCallback(parley.agentService.identification, `${bridge.url}/parley/callback`, {
    authorization: callbackToken,
  });
  parley.bot?.meet({ url: bridge.url, token: callbackToken });
  if (options.faults) for (const trouble of STARTING_TROUBLES) troubles.switch(trouble, true);
  if (!isTemporary) closers.push(keepSaved(folder, { parley, slack, bridge, clock }));

  return {
    urls: {
      page: page.url,
      serviceApi: parley.serviceApiUrl,
      clientApiDomain: parley.clientApiDomain,
      slackApi: slack.apiUrl,
      bridge: bridge.url,
    },
    folder,
    startFile,
    close,
  };
}

/** Saves soon after each change, and at the end. */
function keepSaved(
  folder: string,
  {
    parley,
    slack,
    bridge,
    clock,
  }: { parley: FakeParley; slack: FakeSlack; bridge: { url: string }; clock: ToldClock },
): () => Promise<void> {
  const ports = {
    parley: portOf(parley.url),
    slack: portOf(slack.url),
    bridge: portOf(bridge.url),
  };
  let saving = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const saveNow = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    saving = saving.then(() => save(folder, { parley, slack }, { ports, aheadMs: clock.aheadMs }));
    return saving;
  };
  const soon = (): void => {
    timer ??= setTimeout(() => void saveNow(), SAVE_AFTER_MS);
  };
  const unsubscribers = [slack.subscribe(soon), parley.subscribe(soon)];
  return async () => {
    for (const unsubscribe of unsubscribers) unsubscribe();
    await saveNow();
  };
}

const portOf = (url: string): number => Number(new URL(url).port);
