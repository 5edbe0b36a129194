import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { bridgeEnv } from "../../fakes/bridge-env.ts";
import { type FakeParley, startFakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeParleyOptions } from "../../fakes/parley/options.ts";
import {
  type FakeSlack,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../fakes/slack/fake-slack.ts";
import { startApp } from "../../src/app.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { type Config, readConfig } from "../../src/config/read-config.ts";
import { type CapturedLog, captureLog } from "./captured-log.ts";
import { moveServerClock } from "./move-server-clock.ts";
import { createTables } from "./postgres.ts";
import { REPLICAS, type Replicas, startReplicas } from "./replicas.ts";

export type Env = Record<string, string>;

/** Settings by their names in the code, each group in part; for times that no variable may set so short. */
type Settings = {
  readonly [Name in keyof Config]?: Name extends Group ? Partial<Config[Name]> : Config[Name];
};
type Group = "slack" | "parley" | "patience" | "retry";

/**
 * The real bridge between a fake Parley and a fake Slack, over HTTP or sockets; closed when the test ends. In the project
 * `replicas` it is several equal ones over one database: what this says of the bridge then holds of all of them together.
 */
export interface World {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  /** What all replicas log. */
  readonly log: CapturedLog;
  /** What the bridge was started with. */
  readonly env: Env;
  /** `http://127.0.0.1:PORT` of the running bridge. */
  bridgeUrl(): string;
  /** The same of each replica. */
  replicaUrls(): readonly string[];
  /** Stops the bridge cleanly; its state stays. */
  stopBridge(): Promise<void>;
  /** Starts it (again) on the same state. */
  startBridge(changes?: Env, settings?: Settings): Promise<void>;
  /**
   * Moves the bridge's clock on: what it measures has taken so much longer, and items that wait for a moment that is past by then
   * go on. Timers do not ring earlier.
   */
  advance(ms: number): void;
}

export interface WorldOptions {
  readonly slack?: FakeSlackOptions;
  readonly parley?: FakeParleyOptions;
  readonly env?: Env;
  /** On top of `env`, in every start. */
  readonly config?: Settings;
  readonly socketMode?: boolean;
  /** As many as the project of the tests says, unless told otherwise. */
  readonly replicas?: number;
  /** The bridge is not started yet. */
  readonly stopped?: boolean;
}

export const CALLBACK_TOKEN = "callback-token-of-the-tests";

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-test-"));
  const slack = await startFakeSlack({ retryScale: 0.001, ...options.slack });
  const log = captureLog();
  let replicas: Replicas | undefined;
  let ahead = 0;
  const looks = new Set<() => void>();
  /** Of the database that replicas share. */
  let clockMoved: Promise<void> | undefined;
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    onMoved: (look) => looks.add(look),
  };

  const parley = await startFakeParley({ now: clock.now, ...options.parley });
  const database = REPLICAS === undefined ? undefined : await createTables();
  const env = {
    ...makeEnv(slack, parley, folder, options.socketMode),
    ...(database !== undefined && { STATE_URL: database }),
    ...options.env,
  };

  const running = (): Replicas => {
    if (!replicas) throw new Error("the bridge is not running");
    return replicas;
  };

  const world: World = {
    slack,
    parley,
    log,
    env,
    bridgeUrl: () => running().url,
    replicaUrls: () => running().urls,
    async stopBridge() {
      await replicas?.stop();
      replicas = undefined;
    },
    async startBridge(changes = {}, settings = {}) {
      await clockMoved;
      const config = withSettings(readConfig({ ...env, ...changes }), {
        ...options.config,
        ...settings,
      });
      replicas = await startReplicas(options.replicas ?? REPLICAS ?? 1, () =>
        startApp(config, log, { clock }),
      );
      const url = world.bridgeUrl();
      if (!options.socketMode) slack.deliverTo(`${url}/slack/events`);
      parley.registerCallback(parley.agentService.identification, `${url}/parley/callback`, {
        authorization: CALLBACK_TOKEN,
      });
    },
    advance(ms) {
      ahead += ms;
      for (const look of looks) look();
      if (database === undefined) return;
      const all = ahead;
      // One after the other, so that the last one counts.
      clockMoved = (clockMoved ?? Promise.resolve()).then(() => moveServerClock(database, all));
    },
  };
  onTestFinished(async () => {
    await world.stopBridge();
    // Else it would ask a database that is gone.
    await clockMoved;
    await Promise.all([slack.close(), parley.close()]);
    await rm(folder, { recursive: true, force: true });
    if (slack.crashes.length > 0 || parley.failures.length > 0) {
      throw new AggregateError([...slack.crashes, ...parley.failures], "a fake has a defect");
    }
  });
  if (!options.stopped) await world.startBridge();
  return world;
}

const withSettings = (config: Config, settings: Settings = {}): Config => ({
  ...config,
  ...settings,
  slack: { ...config.slack, ...settings.slack },
  parley: { ...config.parley, ...settings.parley },
  // The fakes have what reached them.
  patience: { ...config.patience, settleMs: 1, ...settings.patience },
  retry: { ...config.retry, ...settings.retry },
});

export const makeEnv = (
  slack: FakeSlack,
  parley: FakeParley,
  folder: string,
  socketMode = false,
): Env => ({
  ...bridgeEnv({ slack, parley, folder, socketMode, callbackToken: CALLBACK_TOKEN }),
  SLACK_POSTS_PER_SECOND: "1000",
  PORT: "0",
});
