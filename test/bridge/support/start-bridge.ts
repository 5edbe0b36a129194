import { onTestFinished, vi } from "vitest";
import type { Handovers } from "../../../src/bridge/handovers/handovers.ts";
import type { Conversations } from "../../../src/bridge/ports.ts";
import { keepRunning, type Life } from "./keep-running.ts";
import type { BridgeOptions } from "./run-bridge.ts";
import { lookAt, type Sights } from "./sights.ts";
import { type Stories, tellStories } from "./stories.ts";
import { createWorld, type World } from "./world.ts";

/** The flows of the bridge between a Slack and a Parley in memory, with real lanes. */
export interface Bridge extends Omit<World, "disk">, Stories, Life, Sights {
  /** As another replica reads and changes them. */
  readonly conversations: Conversations;
  readonly handovers: Handovers;
}

const START = Date.UTC(2026, 10, 30, 9);

/**
 * Starts the bridge at nine in the morning. No time passes but what a test lets pass, and a millisecond for each step of a
 * story. When a step resolves all has happened that can happen without a pause.
 */
export async function startBridge(options: BridgeOptions = {}): Promise<Bridge> {
  // A test may start several, one after the other.
  vi.useRealTimers();
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { disk, ...world } = createWorld(options.isSlow ?? false);
  const { deliver, ...life } = await keepRunning({ ...world, disk }, options);
  const sights = lookAt({ ...world, disk });
  const stories = tellStories({ ...world, disk }, deliver, sights, options.groupMs);
  const { conversations, handovers } = disk;
  return { ...world, ...life, ...sights, ...stories, conversations, handovers };
}
