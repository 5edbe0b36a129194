import { expect } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { metricsOf } from "./metrics.ts";
import { PATIENCE } from "./steps.ts";
import { toldTo } from "./threads.ts";
import type { Env, World } from "./world.ts";

/** Failures are tried again at once, so that a fault that ends is felt at once. */
export const EAGER: Env = { RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" };

/** Until the returned function is called, replies to this User wait for Parley. */
export function keepWaiting({ parley }: World, userId: string): () => void {
  parley.faults.add(`GET /users/${userId}/owner`, { kind: "status", status: 503 });
  return () => parley.faults.clear();
}

/** Resolves once an agent's message has been tried without success. */
export const isTried = ({ parley }: World, userId: string) =>
  parley.until(() =>
    parley.requests.some(
      ({ method, path }) => method === "GET" && path === `/users/${userId}/owner`,
    ),
  );

/** Lets time pass while the bridge is stopped: what waited until then goes when it starts. */
export async function letPass(world: World, ms: number): Promise<void> {
  await world.stopBridge();
  world.advance(ms);
  await world.startBridge();
}

type Told = FakeSlack["state"]["ephemerals"][number];

/** Presses a button on a message that only one agent sees. */
export const press = ({ slack }: World, { channel, ts, user }: Told, actionId: string) =>
  slack.click({ user, channel, ts, actionId });

/**
 * Everything that agents were told or shown so far is there once this resolves: nothing waits for Slack any more.
 * Returns what this agent was told in the thread.
 */
export async function allTold(world: World, rootTs: string, agent = "U0ANNA"): Promise<string[]> {
  await expect.poll(() => waitingFor(world, "inbox"), PATIENCE).toBe(0);
  return toldTo(world.slack, agent, rootTs).map((told) => told.text);
}

/** How many items wait in a queue of the bridge. */
async function waitingFor(world: World, queue: "inbox" | "outbox"): Promise<number> {
  const line = (await metricsOf(world)).find((each) =>
    each.startsWith(`parley_bridge_queue_items{queue="${queue}"}`),
  );
  return Number(line?.split(" ")[1]);
}

/** The newest envelope about a message, by the subtype of its event. */
export function envelopeOf(slack: FakeSlack, ts: string, subtype?: string) {
  const found = [...slack.sentEvents.values()].findLast(({ event }) => {
    const about = (event.message ?? event.previous_message ?? event) as { ts?: unknown };
    return event.type === "message" && event.subtype === subtype && about.ts === ts;
  });
  if (!found) throw new Error(`Slack sent no such event about ${ts}`);
  return found;
}
