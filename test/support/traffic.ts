import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { sentTo } from "./sent.ts";
import { textsIn } from "./threads.ts";
import type { World } from "./world.ts";

/** How fast somebody writes, and for how long somebody who was not heard waits. */
const PACE_MS = 120;
/** How long all of it may take to arrive. */
const ARRIVES_WITHIN = { timeout: 40_000, interval: 20 };

/** An agent and a User of one thread who write all the time, one message after the other. */
export interface Traffic {
  /** Resolves once two more messages of each have been taken in. */
  more(): Promise<void>;
  /** They write no more; passes once the other side has each message once, in the order in which they were written. */
  arrives(): Promise<void>;
}

/** What nobody takes in is sent again until somebody does, as Slack and Parley do. */
export function startTraffic(
  { slack, parley }: Pick<World, "slack" | "parley">,
  { userId, ts }: { readonly userId: string; readonly ts: string },
): Traffic {
  let hasStopped = false;
  onTestFinished(() => {
    hasStopped = true;
  });
  let isLast = false;
  const taken = { Reply: 0, Message: 0 };

  async function write(name: keyof typeof taken, send: (text: string) => Promise<void>) {
    while (!isLast && !hasStopped) {
      await send(`${name} ${taken[name] + 1}.`);
      taken[name] += 1;
      await pause(PACE_MS);
    }
  }

  async function reply(text: string): Promise<void> {
    const { delivered } = await slack.post({ user: "U0ANNA", threadTs: ts, text });
    const { status, eventId = "" } = await delivered;
    for (let now = status; now !== "delivered" && !hasStopped; ) {
      await pause(PACE_MS);
      now = (await slack.redeliver(eventId)).status;
    }
  }

  async function message(text: string): Promise<void> {
    const { delivered } = await parley.userWrites(userId, text);
    let outcome = await delivered;
    while (!outcome.delivered && !hasStopped) outcome = await parley.redeliver(outcome.callback);
  }

  const writing = Promise.all([write("Reply", reply), write("Message", message)]);

  return {
    async more() {
      const before = { ...taken };
      const hasMore = (name: keyof typeof taken) => taken[name] >= before[name] + 2;
      await expect.poll(() => hasMore("Reply") && hasMore("Message"), ARRIVES_WITHIN).toBe(true);
    },
    async arrives() {
      isLast = true;
      await writing;
      const all = (name: keyof typeof taken) =>
        Array.from({ length: taken[name] }, (_, index) => `${name} ${index + 1}.`);
      const replies = () => sentTo({ parley }, userId).filter((text) => text.startsWith("Reply "));
      // What waited together is shown together.
      const messages = () =>
        textsIn({ slack }, ts).flatMap((text) => text.match(/Message \d+\./g) ?? []);
      await expect.poll(() => replies().length, ARRIVES_WITHIN).toBeGreaterThanOrEqual(taken.Reply);
      await expect
        .poll(() => messages().length, ARRIVES_WITHIN)
        .toBeGreaterThanOrEqual(taken.Message);
      expect(replies()).toEqual(all("Reply"));
      expect(messages()).toEqual(all("Message"));
    },
  };
}
