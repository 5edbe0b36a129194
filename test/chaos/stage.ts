import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BotReceiver, startBotReceiver } from "../../fakes/bot/bot-receiver.ts";
import { type FakeParley, startFakeParley } from "../../fakes/parley/fake-parley.ts";
import { type FakeSlack, startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { CALLBACK_TOKEN, type Env, makeEnv } from "../support/world.ts";
import { type BridgeProcess, createBridgeProcess } from "./bridge-process.ts";
import { type Database, startDatabase } from "./database.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createOutsiders, type Outsiders } from "./outsiders.ts";
import { type Places, watchPlaces } from "./places.ts";
import type { Plan } from "./plan.ts";
import { createRandom } from "./random.ts";
import { type Balancer, startRetryingBalancer } from "./retrying-balancer.ts";
import { createSightings, type Sightings } from "./sightings.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { WORKSPACE, writeStartFile } from "./teams.ts";

/** One process of the program, and its way to everything else. */
export interface Replica {
  /** In the order of {@link Stage.replicas}. */
  readonly index: number;
  readonly bridge: BridgeProcess;
  readonly networks: Readonly<Record<"slack" | "parley" | "database", TcpProxy>>;
}

/** The program between the two fakes. */
export interface Stage {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  /** Who is told what becomes of handovers. */
  readonly bot: BotReceiver;
  /** What leads to the state. */
  readonly stateEnv: Env;
  /** Every process of the program. */
  readonly bridges: readonly [BridgeProcess, ...BridgeProcess[]];
  readonly cluster: Cluster | undefined;
  readonly ledger: Ledger;
  readonly places: Places;
  readonly outsiders: Outsiders;
  /** Where the logs and the state are. */
  readonly folder: string;
  /** Ends the bridge and the fakes; its state and log stay if `keep`. */
  close(keep: boolean): Promise<void>;
}

/** What there is of it only where there are several replicas. */
export interface Cluster {
  readonly replicas: readonly Replica[];
  readonly database: Database;
  /** In front of all; Slack's part of it only in HTTP mode. */
  readonly balancer: Balancer;
  readonly sightings: Sightings;
}

const BOT_SECRET = `whsec_${Buffer.from("a secret of chaos, of 32 bytes!!").toString("base64")}`;

/** Clocks are wrong by at most so much. Slack's signatures are valid for five minutes. */
const MOST_SHIFT_MS = 200_000;

export async function setStage(plan: Plan): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-chaos-"));
  // Retries come faster than in life, but still take longer than a start of the bridge.
  const slack = await startFakeSlack({ ...WORKSPACE, retryScale: 0.01, socketRetryMs: 1_000 });
  const parley = await startFakeParley({ retryScale: 0.05 });
  const bot = await startBotReceiver(BOT_SECRET);
  const env = {
    ...makeEnv(slack, parley, folder, plan.socketMode),
    CONFIG_FILE: await writeStartFile(folder),
    SLACK_POSTS_PER_SECOND: "500",
    PARLEY_RESPONSE_TIMEOUT_MS: "500",
    BOT_EVENTS_URL: bot.url,
    BOT_EVENTS_SECRET: BOT_SECRET,
    BOT_EVENTS_ALLOW_PRIVATE: "true",
    RETRY_FIRST_MS: "20",
    RETRY_CAP_MS: "500",
    RETRY_MAX_AGE_MS: "3600000",
  };
  const cluster = plan.replicas && (await setUpCluster(plan, env, { slack, parley, folder }));
  const [first = await createBridgeProcess(env, join(folder, "bridge.log")), ...others] =
    cluster?.replicas.map(({ bridge }) => bridge) ?? [];
  const front = cluster?.balancer ?? first;
  if (!plan.socketMode) slack.deliverTo(`${front.url}/slack/events`);
  parley.registerCallback(parley.agentService.identification, `${front.url}/parley/callback`, {
    authorization: CALLBACK_TOKEN,
  });
  return {
    slack,
    parley,
    bot,
    stateEnv: cluster
      ? { ...env, STATE_URL: cluster.database.stateUrl(cluster.database.port) }
      : env,
    bridges: [first, ...others],
    cluster,
    ledger: createLedger(parley),
    places: watchPlaces(slack),
    outsiders: createOutsiders({ slack, parley }),
    folder,
    async close(keep) {
      await Promise.all([first, ...others].map((bridge) => bridge.stop()));
      await cluster?.close();
      await Promise.all([slack.close(), parley.close(), bot.close()]);
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Replicas behind networks of their own, on one database, and what spreads requests over them. */
async function setUpCluster(
  plan: Plan,
  env: Readonly<Record<string, string>>,
  given: { readonly slack: FakeSlack; readonly parley: FakeParley; readonly folder: string },
): Promise<Cluster & { close(): Promise<void> }> {
  const { count = 1, withoutAnswer = "fails" } = plan.replicas ?? {};
  const random = createRandom(plan.seed);
  const database = await startDatabase();
  const sightings = createSightings();
  const replicas = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Replica> => {
      const shift = random.between(-MOST_SHIFT_MS, MOST_SHIFT_MS);
      const networks = {
        slack: await startTcpProxy({
          targetPort: portOf(given.slack.url),
          onSent: sightings.watch(index, "slack"),
          forgetsTheGone: true,
        }),
        parley: await startTcpProxy({
          targetPort: portOf(given.parley.url),
          onSent: sightings.watch(index, "parley"),
          forgetsTheGone: true,
        }),
        database: await startTcpProxy({ targetPort: database.port }),
      };
      const bridge = await createBridgeProcess(
        {
          ...env,
          SLACK_API_URL: through(networks.slack, env.SLACK_API_URL),
          PARLEY_API_URL: through(networks.parley, env.PARLEY_API_URL),
          STATE_URL: database.stateUrl(networks.database.port),
        },
        join(given.folder, `bridge-${index}.log`),
        [`${INSTRUMENTS}?shift=${shift}`],
      );
      return { index, bridge, networks };
    }),
  );
  const balancer = await startRetryingBalancer(
    replicas.map(({ bridge }) => bridge.url),
    withoutAnswer,
  );
  return {
    replicas,
    database,
    balancer,
    sightings,
    async close() {
      await balancer.close();
      await Promise.all(
        replicas.flatMap(({ networks }) => Object.values(networks)).map((each) => each.close()),
      );
      await database.close();
    },
  };
}

const INSTRUMENTS = pathToFileURL(join(import.meta.dirname, "replica-instruments.ts")).href;

const portOf = (url: string): number => Number(new URL(url).port);

function through({ port }: TcpProxy, address = ""): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href;
}
