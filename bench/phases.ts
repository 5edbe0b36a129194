import { type Summary, summarize } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import { type Client, pause, pour, reached, saturate } from "./load.ts";
import { watchUsage } from "./processor.ts";
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
}

/** While as many requests as possible come in. */
export interface Throughput {
  readonly acknowledgedPerSecond: number;
  /** Until the last of them has arrived upstream. */
  readonly relayedPerSecond: number;
  /** Of all threads of the program. */
  readonly cpuMsPerMessage: number | undefined;
  /** How much of a core the benchmark itself used meanwhile. */
  readonly ownCores: number;
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
  const { ledger, conversations, size } = scene;
  const from = ledger.issued;
  const rate = Math.min(RATE, RATE_OF_ONE * conversations);
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
  };
}

export async function measureThroughput(next: NextMessage, scene: Scene): Promise<Throughput> {
  const { ledger, target, size } = scene;
  const from = ledger.issued;
  const usage = watchUsage(target);
  const { sent, seconds } = await saturate(sender(next, scene), {
    seconds: size.throughputSeconds,
    limit: limitOf(scene),
  });
  const { ownCores } = usage();
  await drained(scene);
  const { targetSeconds } = usage();
  const journeys = ledger.journeys(from);
  const first = Math.min(...journeys.map(([at]) => at).slice(0, 1_000));
  const last = journeys.reduce((latest, [, at]) => Math.max(latest, at), 0);
  return {
    acknowledgedPerSecond: sent / seconds,
    relayedPerSecond: (journeys.length / (last - first)) * 1000,
    cpuMsPerMessage: targetSeconds && (targetSeconds / sent) * 1000,
    ownCores,
  };
}

/** Everything issued has arrived; what is written afterwards gets a moment too. */
async function drained({ ledger, size }: Scene): Promise<void> {
  await reached(() => ledger.arrivals === ledger.issued, DRAINED_WITHIN_SECONDS);
  await pause(size.settleSeconds * 1000);
}
