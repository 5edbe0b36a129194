import { fillConversations, threadOfFilled } from "./fill-conversations.ts";
import { inFolder } from "./folder.ts";
import type { Losses } from "./ledger.ts";
import { createClient } from "./load.ts";
import { type Latency, measureLatency, type Scene, warmUp } from "./phases.ts";
import { watchUsage } from "./processor.ts";
import { createRequests, fromAgents, fromUsers, type Requests } from "./requests.ts";
import type { Size } from "./settings.ts";
import { startTarget } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

/** The bridge with so many conversations in its store. */
export interface Stored {
  readonly stored: number;
  readonly open: number;
  readonly startSeconds: number;
  /** MB, right after the start and at its highest until the end. */
  readonly memoryAtStart: number;
  readonly memoryPeak: number;
  readonly fromParley: StoredLatency;
  readonly fromSlack: StoredLatency;
}

interface StoredLatency extends Latency, Losses {
  /** At the fixed rate, not saturated: what a quiet process does by itself counts too. */
  readonly cpuMsPerMessage: number | undefined;
  /** How many processors were used by others meanwhile. */
  readonly otherCores: number | undefined;
}

/** Fills one store more and more, and starts the bridge with it each time; its profiles go where `profileOf` says. */
export function measureStored(
  size: Size,
  upstreams: Upstreams,
  profileOf: (stored: number) => string | undefined = () => undefined,
): Promise<Stored[]> {
  return inFolder(async (folder) => {
    upstreams.reset();
    // All of them share the store, and the bridge drops an id that it has seen.
    const requests = createRequests();
    const results: Stored[] = [];
    let from = 0;
    for (const to of size.stored) {
      await fillConversations(folder, { from, to, open: size.storedOpen });
      const profileFolder = profileOf(to);
      results.push(await measure(folder, { stored: to, size, upstreams, requests, profileFolder }));
      from = to;
    }
    return results;
  });
}

async function measure(
  folder: string,
  {
    stored,
    size,
    upstreams,
    requests,
    profileFolder,
  }: {
    stored: number;
    size: Size;
    upstreams: Upstreams;
    requests: Requests;
    profileFolder: string | undefined;
  },
): Promise<Stored> {
  const open = Math.min(stored, size.storedOpen);
  const target = await startTarget({ program: "bridge", upstreams, folder, profileFolder });
  const client = createClient(target.urls);
  try {
    const memoryAtStart = target.memory().now;
    const { ledger } = upstreams;
    const threads = Array.from({ length: open }, (_, user) => threadOfFilled(user).ts);
    const users = fromUsers(requests, ledger, open);
    const agents = fromAgents(requests, ledger, threads);
    const scene: Scene = { target, client, ledger, conversations: open, size };
    await warmUp(users, scene);
    await warmUp(agents, scene);

    const measureFrom = async (next: typeof users): Promise<StoredLatency> => {
      const losses = ledger.watchLosses();
      const usage = watchUsage(target);
      const latency = await measureLatency(next, scene);
      const { targetSeconds, otherCores } = usage();
      const { count } = latency.acknowledgement;
      const cpuMsPerMessage = targetSeconds && (targetSeconds / count) * 1000;
      return { ...latency, ...losses(), cpuMsPerMessage, otherCores };
    };
    const fromParley = await measureFrom(users);
    const fromSlack = await measureFrom(agents);
    return {
      stored,
      open,
      startSeconds: target.startSeconds,
      memoryAtStart,
      memoryPeak: target.memory().peak,
      fromParley,
      fromSlack,
    };
  } finally {
    client.close();
    await target.stop();
  }
}
