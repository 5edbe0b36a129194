import { expect, it } from "vitest";
import type { ClockBody } from "../../../src/bridge/stored/clock-body.ts";
import { NO_RULES } from "../../../src/config/desk-rules.ts";
import type { NewItem } from "../../../src/delivery/lanes.ts";
import { followConversations } from "../../../src/desk/clock/follow-conversations.ts";
import { createLog } from "../../../src/log.ts";
import { startBridge } from "../support/start-bridge.ts";

const HOUR_MS = 3_600_000;

it("hands nobody back as silent whom an agent has answered before the update", async () => {
  const bridge = await startBridge();
  await bridge.handover();
  await bridge.agentWrites("Is it solved?");
  await bridge.later(1_000);
  const { id } = (await bridge.conversation()) ?? expect.unreachable();
  const stored = await bridge.conversations.update(id, ({ clock, lastAnswerAt, ...rest }) => rest);
  await bridge.skip(25 * HOUR_MS);

  const ticks: NewItem<ClockBody>[] = [];
  const idle = [{ afterMs: 24 * HOUR_MS, handBack: "user_silent" }] as const;
  const followed = followConversations(bridge.conversations, {
    desk: { rulesOf: () => ({ ...NO_RULES, idle }) },
    clock: {
      append: async (item) => {
        ticks.push(item);
        return "appended";
      },
      cancel: async () => true,
      find: async () => undefined,
    },
    inbox: { append: async () => "appended" },
    now: Date.now,
    log: createLog("silent"),
  });
  const at = Date.now();
  await followed.settle(stored ?? expect.unreachable());
  expect(ticks.map(({ notBefore }) => notBefore)).toEqual([at + 24 * HOUR_MS]);
});
