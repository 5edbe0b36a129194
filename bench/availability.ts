import { fillConversations } from "./fill-conversations.ts";
import { inFolder } from "./folder.ts";
import { createClient, saturate } from "./load.ts";
import type { BenchRequest } from "./requests.ts";
import { CALLBACK_TOKEN, type Size } from "./settings.ts";
import { startTarget, type Target } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

/** What bots ask before they hand over, beside the cheapest question that there is. */
export interface Asked {
  readonly question: "/healthz" | "/parley/availability";
  /** Users who wait in the state meanwhile. */
  readonly waiting: number;
  readonly perSecond: number;
  readonly cpuMsPerRequest: number | undefined;
}

const QUESTIONS: Readonly<Record<Asked["question"], BenchRequest>> = {
  "/healthz": { method: "GET", path: "/healthz", headers: {}, body: "" },
  "/parley/availability": {
    method: "GET",
    path: "/parley/availability?reason=question_too_complex&language=en",
    headers: { authorization: `Bearer ${CALLBACK_TOKEN}` },
    body: "",
  },
};
/** In turn, so that a machine that becomes faster or slower harms both alike. */
const ROUNDS = 3;

/** Asks both as fast as answers come, again and again; of each the round in the middle. */
export function measureAvailability(size: Size, upstreams: Upstreams): Promise<Asked[]> {
  return inFolder(async (folder) => {
    upstreams.reset();
    const waiting = size.storedOpen;
    await fillConversations(folder, { from: 0, to: waiting, open: waiting });
    const target = await startTarget({ program: "bridge", upstreams, folder });
    try {
      const rounds: Asked[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        for (const question of ["/healthz", "/parley/availability"] as const) {
          // The first is to warm up.
          const seconds = round === 0 ? size.warmUpSeconds : size.throughputSeconds;
          const asked = { question, waiting, ...(await ask(question, target, seconds)) };
          if (round > 0) rounds.push(asked);
        }
      }
      return [medianOf("/healthz", rounds), medianOf("/parley/availability", rounds)];
    } finally {
      await target.stop();
    }
  });
}

async function ask(question: Asked["question"], target: Target, seconds: number) {
  const client = createClient(target.urls);
  try {
    const before = target.cpuSeconds();
    const until = { seconds, limit: Number.POSITIVE_INFINITY };
    const result = await saturate(() => client.send(QUESTIONS[question]), until);
    const after = target.cpuSeconds();
    return {
      perSecond: result.sent / result.seconds,
      cpuMsPerRequest:
        before === undefined || after === undefined
          ? undefined
          : ((after - before) / result.sent) * 1000,
    };
  } finally {
    client.close();
  }
}

function medianOf(question: Asked["question"], rounds: readonly Asked[]): Asked {
  const sorted = rounds
    .filter((each) => each.question === question)
    .toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error("nothing was measured");
  return middle;
}
