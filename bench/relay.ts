import { openConversations } from "./conversations.ts";
import { inFolder } from "./folder.ts";
import { type Summary, summarize } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import { type Client, createClient, pause, pour, reached, saturate } from "./load.ts";
import { createRequests, fromAgents, fromUsers, type NextMessage } from "./requests.ts";
import type { Size } from "./settings.ts";
import { type Program, startTarget, type Target } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

type Direction = "Parley -> Slack" | "Slack -> Parley";

/** One direction of one program at one number of open conversations. Times are in ms. */
export interface Relayed {
  readonly program: Program;
  readonly direction: Direction;
  readonly conversations: number;
  /** While as many requests as possible come in. */
  readonly acknowledgedPerSecond: number;
  /** Until the last of them has arrived upstream. */
  readonly relayedPerSecond: number;
  /** Of all threads of the program, for one message of the same phase. */
  readonly cpuMsPerMessage: number | undefined;
  /** How much of a core the benchmark itself used meanwhile. */
  readonly ownCores: number;
  /** At {@link Relayed.rate}. */
  readonly acknowledgement: Summary;
  readonly relay: Summary;
  readonly rate: number;
  readonly lost: number;
  readonly doubled: number;
}

/** Messages a second in the latency phase, and of one conversation at most: nobody types faster. */
const RATE = 200;
const RATE_OF_ONE = 20;
const DRAINED_WITHIN_SECONDS = 180;
const SETTLE_MS = 500;

/** Measures both directions, latency before throughput, on a new process with new state. */
export function measureRelay(
  program: Program,
  conversations: number,
  size: Size,
  upstreams: Upstreams,
  profileFolder?: string,
): Promise<Relayed[]> {
  return inFolder(async (folder) => {
    upstreams.reset();
    const target = await startTarget({ program, upstreams, folder, profileFolder });
    const client = createClient(target.url);
    try {
      const requests = createRequests();
      const threads = await openConversations(conversations, { client, requests, upstreams });
      const directions = [
        ["Parley -> Slack", fromUsers(requests, upstreams.ledger, conversations)],
        ["Slack -> Parley", fromAgents(requests, upstreams.ledger, threads)],
      ] as const;
      const scene: Scene = { target, client, ledger: upstreams.ledger, conversations, size };
      for (const [, next] of directions) await warmUp(next, scene);
      const results: Relayed[] = [];
      for (const [direction, next] of directions) {
        const before = { issued: scene.ledger.issued, doubled: scene.ledger.doubled };
        const latency = await measureLatency(next, scene);
        const throughput = await measureThroughput(next, scene);
        const lost =
          scene.ledger.issued - before.issued - scene.ledger.journeys(before.issued).length;
        const doubled = scene.ledger.doubled - before.doubled;
        results.push({
          program,
          direction,
          conversations,
          ...throughput,
          ...latency,
          lost,
          doubled,
        });
      }
      return results;
    } finally {
      client.close();
      await target.stop();
    }
  });
}

interface Scene {
  readonly target: Target;
  readonly client: Client;
  readonly ledger: Ledger;
  readonly conversations: number;
  readonly size: Size;
}

const limitOf = ({ conversations, size }: Scene) => conversations * size.limitPerConversation;

function sender(next: NextMessage, { client, ledger }: Scene): () => Promise<number> {
  return () => {
    const { number, request } = next();
    ledger.sent(number);
    return client.send(request);
  };
}

/** Until the compiler has seen the busy paths. */
async function warmUp(next: NextMessage, scene: Scene): Promise<void> {
  const seconds = scene.size.warmUpSeconds;
  await saturate(sender(next, scene), { seconds, limit: limitOf(scene) });
  await drained(scene.ledger);
}

async function measureLatency(
  next: NextMessage,
  scene: Scene,
): Promise<Pick<Relayed, "acknowledgement" | "relay" | "rate">> {
  const { ledger, conversations, size } = scene;
  const from = ledger.issued;
  const rate = Math.min(RATE, RATE_OF_ONE * conversations);
  const acknowledgements = await pour(sender(next, scene), {
    perSecond: rate,
    seconds: size.latencySeconds,
  });
  await drained(ledger);
  const journeys = ledger.journeys(from).map(([sent, arrived]) => arrived - sent);
  return {
    acknowledgement: summarize(acknowledgements),
    relay: summarize(journeys),
    rate,
  };
}

async function measureThroughput(
  next: NextMessage,
  scene: Scene,
): Promise<
  Pick<Relayed, "acknowledgedPerSecond" | "relayedPerSecond" | "cpuMsPerMessage" | "ownCores">
> {
  const { ledger, target, size } = scene;
  const from = ledger.issued;
  const cpuBefore = target.cpuSeconds();
  const ownBefore = process.cpuUsage();
  const { sent, seconds } = await saturate(sender(next, scene), {
    seconds: size.throughputSeconds,
    limit: limitOf(scene),
  });
  const own = process.cpuUsage(ownBefore);
  await drained(ledger);
  const cpuAfter = target.cpuSeconds();
  const journeys = ledger.journeys(from);
  const first = Math.min(...journeys.map(([at]) => at).slice(0, 1_000));
  const last = journeys.reduce((latest, [, at]) => Math.max(latest, at), 0);
  return {
    acknowledgedPerSecond: sent / seconds,
    relayedPerSecond: (journeys.length / (last - first)) * 1000,
    cpuMsPerMessage:
      cpuBefore === undefined || cpuAfter === undefined
        ? undefined
        : ((cpuAfter - cpuBefore) / sent) * 1000,
    ownCores: (own.user + own.system) / 1e6 / seconds,
  };
}

/** Everything issued has arrived; what is written afterwards gets a moment too. */
async function drained(ledger: Ledger): Promise<void> {
  await reached(() => ledger.arrivals === ledger.issued, DRAINED_WITHIN_SECONDS);
  await pause(SETTLE_MS);
}
