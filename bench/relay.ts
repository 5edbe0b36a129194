import { openConversations } from "./conversations.ts";
import { inFolder } from "./folder.ts";
import type { Losses } from "./ledger.ts";
import { createClient } from "./load.ts";
import {
  type Latency,
  measureLatency,
  measureThroughput,
  type Scene,
  type Throughput,
  warmUp,
} from "./phases.ts";
import type { StatementCount } from "./postgres.ts";
import { watchUsage } from "./processor.ts";
import { createRequests, fromAgents, fromUsers } from "./requests.ts";
import type { Size } from "./settings.ts";
import { type Subject, startTarget } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

/** One direction of one program at one number of open conversations. */
export interface Relayed extends Subject, Latency, Throughput, Losses {
  readonly direction: "Parley -> Slack" | "Slack -> Parley";
  readonly conversations: number;
  /** What its database did for each message, see `StatementCount`. */
  readonly statements: readonly StatementCount[];
  /** How many processors were used by others meanwhile. */
  readonly otherCores: number | undefined;
}

/** Measures both directions, latency before throughput, on new processes with new state. */
export function measureRelay(
  subject: Subject,
  conversations: number,
  size: Size,
  upstreams: Upstreams,
  profileFolder?: string,
): Promise<Relayed[]> {
  return inFolder(async (folder) => {
    upstreams.reset();
    const target = await startTarget({ ...subject, upstreams, folder, profileFolder });
    const client = createClient(target.urls);
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
        const usage = watchUsage(target);
        const losses = scene.ledger.watchLosses();
        const from = scene.ledger.issued;
        const before = await target.statements();
        const latency = await measureLatency(next, scene);
        const throughput = await measureThroughput(next, scene);
        results.push({
          ...subject,
          direction,
          conversations,
          ...throughput,
          ...latency,
          ...losses(),
          statements: perMessage(await target.statements(), before, scene.ledger.issued - from),
          otherCores: usage().otherCores,
        });
      }
      return results;
    } finally {
      client.close();
      await target.stop();
    }
  });
}

const perMessage = (
  after: readonly StatementCount[],
  before: readonly StatementCount[],
  messages: number,
): StatementCount[] =>
  after.map(({ text, calls, plans, ms }) => {
    const known = before.find((each) => each.text === text);
    return {
      text,
      calls: (calls - (known?.calls ?? 0)) / messages,
      plans: (plans - (known?.plans ?? 0)) / messages,
      ms: (ms - (known?.ms ?? 0)) / messages,
    };
  });
