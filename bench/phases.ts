import { type Summary, summarize } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import { type Client, pause, pour, reached, saturate } from "./load.ts";
import type { DatabaseCounts } from "./postgres.ts";
import { difference, watchUsage } from "./processor.ts";
import type { NextMessage } from "./requests.ts";
import type { Size } from "./settings.ts";
import type { Target } from "./target.ts";

/** A program that runs with so many open conversations, and what it is measured with. */
export interface Scene {
  readonly target: Target;
  readonly client: Client;
  readonly ledger: Ledger;
  readonly conversations: number;
  readonly size: Size;
}

/** At a fixed rate. Times are in ms. */
export interface Latency {
  /** Messages a second. */
  readonly rate: number;
  readonly acknowledgement: Summary;
  readonly relay: Summary;
  /** What the database did for one message; `undefined`: the program has none of its own. */
  readonly atRate: DatabaseCounts | undefined;
}

/** While as many requests as possible come in. */
export interface Throughput {
  readonly acknowledgedPerSecond: number;
  /** Until the last of them has arrived upstream. */
  readonly relayedPerSecond: number;
  /** Of all threads of the program, and its database. */
  readonly cpuMsPerMessage: number | undefined;
  /** What of it was the database's. */
  readonly databaseMsPerMessage: number | undefined;
  /** How much of a core the benchmark itself used while it sent. */
  readonly ownCores: number;
  /** How many cores were used until the last message had arrived. */
  readonly cores: Cores;
  /** As `atRate`. */
  readonly saturated: DatabaseCounts | undefined;
}

/** How many cores each used; `undefined` where the system does not tell. */
interface Cores {
  /** Without its database. */
  readonly program: number | undefined;
  readonly database: number | undefined;
  readonly bench: number;
  readonly others: number | undefined;
}

/** Messages a second in the latency phase, and of one conversation at most: nobody types faster. */
const RATE = 200;
const RATE_OF_ONE = 20;
const DRAINED_WITHIN_SECONDS = 180;

const limitOf = ({ conversations, size }: Scene) => conversations * size.limitPerConversation;

function sender(next: NextMessage, { client, ledger }: Scene): () => Promise<number> {
  return () => {
    const { number, request } = next();
    ledger.sent(number);
    return client.send(request);
  };
}

/** Until the compiler has seen the busy paths: as many messages for one conversation as for many. */
export async function warmUp(next: NextMessage, scene: Scene): Promise<void> {
  const { warmUpSeconds: seconds, warmUpMessages: limit } = scene.size;
  await saturate(sender(next, scene), { seconds, limit });
  await drained(scene);
}

export async function measureLatency(next: NextMessage, scene: Scene): Promise<Latency> {
  const { ledger, conversations, size, target } = scene;
  const from = ledger.issued;
  const rate = Math.min(RATE, RATE_OF_ONE * conversations);
  const before = await target.databaseCounts();
  const acknowledgements = await pour(sender(next, scene), {
    perSecond: rate,
    seconds: size.latencySeconds,
  });
  await drained(scene);
  const journeys = ledger.journeys(from).map(([sent, arrived]) => arrived - sent);
  return {
    rate,
    acknowledgement: summarize(acknowledgements),
    relay: summarize(journeys),
    atRate: perMessage(await target.databaseCounts(), before, acknowledgements.length),
  };
}

export async function measureThroughput(next: NextMessage, scene: Scene): Promise<Throughput> {
  const { ledger, target, size } = scene;
  const from = ledger.issued;
  const before = await target.databaseCounts();
  const usage = watchUsage(target);
  const { sent, seconds } = await saturate(sender(next, scene), {
    seconds: size.throughputSeconds,
    limit: limitOf(scene),
  });
  const { ownCores } = usage();
  await arrived(scene);
  const busy = usage();
  await settled(scene);
  const { targetSeconds, databaseSeconds } = usage();
  const journeys = ledger.journeys(from);
  const first = Math.min(...journeys.map(([at]) => at).slice(0, 1_000));
  const last = journeys.reduce((latest, [, at]) => Math.max(latest, at), 0);
  const each = (all: number | undefined) => all && (all / sent) * 1000;
  const cores = (all: number | undefined) => all && all / busy.seconds;
  return {
    acknowledgedPerSecond: sent / seconds,
    relayedPerSecond: (journeys.length / (last - first)) * 1000,
    cpuMsPerMessage: each(targetSeconds),
    databaseMsPerMessage: each(databaseSeconds),
    ownCores,
    cores: {
      program: cores(difference(busy.targetSeconds, busy.databaseSeconds)),
      database: cores(busy.databaseSeconds),
      bench: busy.ownCores,
      others: busy.otherCores,
    },
    saturated: perMessage(await target.databaseCounts(), before, sent),
  };
}

function perMessage(
  after: DatabaseCounts | undefined,
  before: DatabaseCounts | undefined,
  messages: number,
): DatabaseCounts | undefined {
  if (!after || !before) return undefined;
  const syncs = difference(after.syncs, before.syncs);
  return {
    statements: (after.statements - before.statements) / messages,
    commits: (after.commits - before.commits) / messages,
    syncs: syncs && syncs / messages,
  };
}

async function drained(scene: Scene): Promise<void> {
  await arrived(scene);
  await settled(scene);
}

/** Everything issued has arrived. */
async function arrived({ ledger }: Scene): Promise<void> {
  await reached(() => ledger.arrivals === ledger.issued, DRAINED_WITHIN_SECONDS);
}

/** What is written afterwards gets a moment too. */
async function settled({ size }: Scene): Promise<void> {
  await pause(size.settleSeconds * 1000);
}
