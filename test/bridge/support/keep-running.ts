import { vi } from "vitest";
import { createCluster } from "./memory-cluster.ts";
import { countItems } from "./memory-journal.ts";
import { type BridgeOptions, type Running, runBridge } from "./run-bridge.ts";
import type { World } from "./world.ts";

/** The time that passes for the bridge, and the ends of its processes. */
export interface Life {
  /** All that is told in `play` reaches the bridge in the same moment. */
  atOnce(play: () => Promise<void>): Promise<void>;
  /** Of the replies that had begun, on disk, when a process died: their `ts`. */
  begun(): readonly string[];
  /** Time passes. */
  later(ms: number): Promise<void>;
  /** So much time has passed, without anything happening in it: for what would take long otherwise. */
  skip(ms: number): Promise<void>;
  /** Time passes until nothing waits any more. */
  settled(): Promise<void>;
  /** As after `kill -9`: what is on disk is all that is left. What was not acknowledged comes again. */
  crashAndRestart(options?: BridgeOptions): Promise<void>;
  stopAndRestart(options?: BridgeOptions): Promise<void>;
}

/** Hands something to the bridge; resolves when all has happened that can happen without a pause. */
export type Deliver = (send: (to: Running) => Promise<unknown>) => Promise<void>;

/** Short against the pauses of the bridge. */
const STEP_MS = 100;
const MAX_WAIT_MS = 3_600_000;

/** Runs the bridge under a clock that only tests move, and starts it again whenever it has died. */
export async function keepRunning(
  world: World,
  given: BridgeOptions,
): Promise<Life & { readonly deliver: Deliver }> {
  let options = given;
  const { replicas: count = 1 } = given;
  const cluster = count > 1 ? createCluster() : undefined;
  /** The first is the one that tests stop. */
  let replicas: readonly Running[] = [];
  for (let n = 0; n < count; n++) {
    replicas = [...replicas, await runBridge(world, options, cluster)];
  }
  const first = (): Running => {
    const [running] = replicas;
    if (!running) throw new Error("Nothing runs");
    return running;
  };
  /** Sent to the bridge, and not acknowledged yet. */
  const unanswered = new Set<(to: Running) => Promise<unknown>>();
  let isAtOnce = false;
  const begun = new Set<string>();
  let delivered = 0;
  /** Of the event loop, in which all happens that can: processes that share a disk tell each other. */
  const turns = cluster ? 10 : 1;

  /** Everything happens that can happen before a pause. */
  async function happen(): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    while (world.pace.isBusy()) {
      await new Promise(setImmediate);
      // What an answer led to may take a turn of its own.
      if (!world.pace.isBusy()) await new Promise(setImmediate);
    }
    if (replicas.some(({ isAlive }) => !isAlive)) await restart();
  }

  async function restart(): Promise<void> {
    for (const { sort, begun: hasBegun } of world.disk.outbox.rows.values()) {
      if (hasBegun) begun.add(sort);
    }
    replicas = replicas.filter(({ isAlive }) => isAlive);
    if (replicas.length === 0) {
      // Those of the dead process. Its clock begins anew too, but the time of day does not.
      const now = Date.now();
      vi.clearAllTimers();
      vi.setSystemTime(now);
    }
    await cluster?.takeOver();
    while (replicas.length < count) {
      replicas = [...replicas, await runBridge(world, options, cluster)];
    }
    for (const send of [...unanswered]) await deliver(send);
    await happen();
  }

  /** As Parley and Slack do it: what is not acknowledged is sent again. */
  async function deliver(send: (to: Running) => Promise<unknown>): Promise<void> {
    unanswered.add(send);
    // A process that dies answers nothing.
    delivered += 1;
    const answered = send(replicas[delivered % replicas.length] ?? first()).then(
      () => void unanswered.delete(send),
    );
    if (isAtOnce) return;
    await Promise.race([answered, new Promise(setImmediate)]);
    await happen();
    // Two things never happen in the same moment.
    await later(1);
  }

  async function later(ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end) {
      // Nothing happens between two timers.
      const isOver = setTimeout(() => {}, end - Date.now());
      vi.advanceTimersToNextTimer();
      clearTimeout(isOver);
      await happen();
    }
  }

  const isBusy = (): boolean =>
    unanswered.size > 0 ||
    [world.disk.inbox, world.disk.outbox, world.disk.bot].some(
      (queue) => countItems(queue, "waiting") > 0,
    );

  return {
    deliver,
    begun: () => [...begun],
    async atOnce(play) {
      isAtOnce = true;
      await play();
      isAtOnce = false;
      await happen();
      await later(1);
    },
    later,
    async skip(ms) {
      vi.setSystemTime(Date.now() + ms);
      await happen();
    },
    async settled() {
      await happen();
      for (let passed = 0; isBusy(); passed += STEP_MS) {
        if (passed > MAX_WAIT_MS) throw new Error("Something waits for ever");
        await later(STEP_MS);
      }
    },
    async crashAndRestart(next = {}) {
      first().isAlive = false;
      options = { ...options, ...next };
      await happen();
    },
    async stopAndRestart(next = {}) {
      options = { ...options, ...next };
      const running = first();
      await Promise.all([running.reconciler?.stop(), running.claims.stop()]);
      running.isAlive = false;
      await happen();
    },
  };
}
