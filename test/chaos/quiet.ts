import { eventually } from "./eventually.ts";
import type { Stage } from "./stage.ts";

/** What the bridge says about itself. */
export interface Backlog {
  readonly waiting: number;
  readonly deadLetters: Readonly<Record<"inbox" | "outbox" | "bot", number>>;
}

/** Resolves when nothing waits in the bridge, twice in a row: an item may put another one in line. */
export async function untilQuiet(
  { bridges, folder }: Pick<Stage, "bridges" | "folder">,
  timeoutMs: number,
): Promise<Backlog> {
  let calm = 0;
  let latest: Backlog | undefined;
  return await eventually(
    async () => {
      // What waits is the same for all, wherever one asks.
      const all = await Promise.all(bridges.map(({ url }) => readBacklog(url)));
      latest = all[0];
      calm = all.every((each) => each?.waiting === 0) ? calm + 1 : 0;
      return calm >= 2 ? latest : undefined;
    },
    { timeoutMs, what: `nothing waits in the bridge; see ${folder}` },
  );
}

async function readBacklog(url: string): Promise<Backlog | undefined> {
  const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })
    .then((answer) => answer.text())
    .catch(() => undefined);
  if (text === undefined) return undefined;
  const gauge = (name: string, queue: string): number => {
    const found = new RegExp(`^${name}\\{queue="${queue}"\\} (\\d+)`, "m").exec(text);
    if (!found) throw new Error(`no ${name} of ${queue} in the metrics`);
    return Number(found[1]);
  };
  const items = "parley_bridge_queue_items";
  const dead = "parley_bridge_dead_letters";
  return {
    waiting: gauge(items, "inbox") + gauge(items, "outbox") + gauge(items, "bot"),
    deadLetters: {
      inbox: gauge(dead, "inbox"),
      outbox: gauge(dead, "outbox"),
      bot: gauge(dead, "bot"),
    },
  };
}
