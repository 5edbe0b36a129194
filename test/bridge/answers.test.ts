import { describe, expect, it } from "vitest";
import { end } from "../../src/bridge/conversation.ts";
import { UncertainDeliveryError } from "../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "./support/every-step.ts";
import { type Bridge, startBridge } from "./support/start-bridge.ts";

const TEXT = "You get it **back**, [see](https://shop.example).";

const shown = (bridge: Bridge) => bridge.thread().filter((text) => /You get it/.test(text));

const story: Story = {
  before: (bridge) => bridge.handover({ metadata: { reason: "refund" } }),
  play: (bridge) => bridge.agentAnswers(TEXT),
  check(bridge) {
    expect(shown(bridge)).toHaveLength(1);
    // Where nobody can tell whether it arrived its writer is asked.
    if (bridge.sent().length === 0) expect(bridge.told().join()).toMatch(/may or may not/);
    else expect(bridge.sent()).toEqual([TEXT]);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  },
};

describe("an answer from a form", () => {
  it("is in the thread in the agent's name, and goes to the User", async () => {
    const bridge = await startBridge();
    await story.before?.(bridge);
    await bridge.agentAnswers(TEXT);
    await story.check(bridge);
    expect(await bridge.conversation()).toMatchObject({
      agentMessages: 1,
      claim: { by: "U0ANNA" },
    });
  });

  it.each(["before", "after", "unsynced"] as const)(
    "is there once, killed at any step: %s",
    async (when) => {
      expect(await dieAtEveryStep(story, when)).toBeGreaterThan(3);
    },
  );

  it("is there once although Slack loses the answer to any call", async () => {
    const lost = new UncertainDeliveryError("lost");
    expect(await failAtEveryCall(story, /^posts\.post$/, lost, { after: true })).toBe(1);
  });

  it("comes back to its writer if the conversation has ended", async () => {
    const bridge = await startBridge();
    await story.before?.(bridge);
    const { id } = (await bridge.conversation()) ?? expect.unreachable();
    await bridge.conversations.update(id, (c) => end(c, "handed-back", { at: Date.now() }));
    await bridge.agentAnswers(TEXT);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told()).toEqual([expect.stringContaining("You get it")]);
  });
});
