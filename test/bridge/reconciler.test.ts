import { describe, expect, it } from "vitest";
import { NetworkError, RateLimitedError, UncertainDeliveryError } from "../../src/errors.ts";
import { dieAtEveryStep } from "./support/every-step.ts";
import { ADA, BOT, EVE } from "./support/memory-parley.ts";
import { type Bridge, startBridge } from "./support/start-bridge.ts";

const EVERY_MINUTE = { reconcileEveryMs: 60_000 };
const nextRound = (bridge: Bridge) => bridge.later(60_001);

const rounds = ({ log }: Bridge, name: "repair.done" | "owners.checked" = "repair.done") =>
  log.lines.filter(({ event }) => event === name).map(({ fields }) => fields);

async function handedOver(): Promise<Bridge> {
  const bridge = await startBridge(EVERY_MINUTE);
  await bridge.handover();
  return bridge;
}

const unheard = (bridge: Bridge, text: string) => bridge.agentWrites(text, { unheard: true });

describe("what agents wrote without an event reaching us", () => {
  it.each(["a stop", "a crash"])("is found after %s, in order", async (what) => {
    const bridge = await handedOver();
    for (const text of ["One", "Two", "Three"]) await unheard(bridge, text);
    const last = await unheard(bridge, "Four");

    if (what === "a crash") await bridge.crashAndRestart();
    else await bridge.stopAndRestart();
    await bridge.settled();

    expect(bridge.sent()).toEqual(["One", "Two", "Three", "Four"]);
    expect(bridge.marks(last)).toEqual(["delivered"]);
    expect(rounds(bridge).at(-1)).toMatchObject({
      conversations: 1,
      found: 4,
      readable: true,
      failures: 0,
    });
  });

  it.each(["a stop", "a crash"])(
    "is found after %s as soon as the thread is known that had just opened",
    async (what) => {
      const bridge = await startBridge(EVERY_MINUTE);
      bridge.calls.fail("posts.post", new UncertainDeliveryError("lost"), { after: true });
      await bridge.handover();
      await unheard(bridge, "Early");
      // The first round passes the conversation by, because nobody knows its thread.
      const look = bridge.calls.hang("posts.find");
      if (what === "a crash") await bridge.crashAndRestart();
      else await bridge.stopAndRestart();
      await bridge.later(1_000);
      expect(rounds(bridge).at(-1)).toMatchObject({ conversations: 1, found: 0 });
      look();
      await bridge.later(10_000);
      expect(bridge.sent()).toEqual(["Early"]);
    },
  );

  it("is found on schedule, in its place, and late events about it are nothing new", async () => {
    const bridge = await handedOver();
    const heard = await bridge.agentWrites("Heard");
    const lost = [await unheard(bridge, "Lost one"), await unheard(bridge, "Lost two")];
    await nextRound(bridge);
    expect(bridge.sent()).toEqual(["Heard", "Lost one", "Lost two"]);

    for (const reply of [heard, ...lost]) await bridge.slackTells(reply);
    await nextRound(bridge);
    await bridge.agentWrites("Heard again");

    expect(bridge.sent()).toEqual(["Heard", "Lost one", "Lost two", "Heard again"]);
    expect(rounds(bridge).reduce((sum, { found }) => sum + Number(found), 0)).toBe(2);
  });

  it("is found in the other threads although one is not there any more", async () => {
    const bridge = await handedOver();
    await bridge.handover({ user: EVE });
    await unheard(bridge, "Lost");
    bridge.slack.expire(bridge.threadOf(EVE));

    await nextRound(bridge);

    expect(bridge.sent()).toEqual(["Lost"]);
    expect(rounds(bridge).at(-1)).toMatchObject({ failures: 1 });
  });

  it("stays inside if it is a note", async () => {
    const bridge = await handedOver();
    const note = await unheard(bridge, "// between us");
    await unheard(bridge, "note: also between us");
    await unheard(bridge, "To the User");

    await nextRound(bridge);
    await nextRound(bridge);
    await bridge.agentWrites("End");

    expect(bridge.sent()).toEqual(["To the User", "End"]);
    expect(bridge.marks(note)).toEqual(["note"]);
  });

  it("is not looked for further back than three days", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await unheard(bridge, "Long ago");
    await bridge.skip(4 * 86_400_000);
    await unheard(bridge, "Just now");

    await bridge.stopAndRestart(EVERY_MINUTE);
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Just now"]);
  });

  it("is read once: the next round goes on where the last one ended", async () => {
    const bridge = await handedOver();
    const last = await unheard(bridge, "One");
    await nextRound(bridge);
    expect((await bridge.conversation())?.readUntil).toBe(last.ts);
    await nextRound(bridge);
    expect(rounds(bridge).at(-1)).toMatchObject({ found: 0 });
    expect(bridge.sent()).toEqual(["One"]);
  });

  it("goes once wherever the bridge is killed", async () => {
    for (const when of ["before", "after", "unsynced"] as const) {
      const deaths = await dieAtEveryStep(
        {
          options: EVERY_MINUTE,
          before: (bridge) => bridge.handover(),
          async play(bridge) {
            await unheard(bridge, "One");
            await unheard(bridge, "Two");
            await nextRound(bridge);
            await nextRound(bridge);
          },
          check(bridge) {
            const sent = bridge.sent();
            expect(sent).toEqual(["One", "Two"].filter((text) => sent.includes(text)));
            const missing = 2 - sent.length;
            const told = bridge.thread().filter((text) => /not certain/.test(text));
            expect(told.length).toBeGreaterThanOrEqual(missing);
          },
        },
        when,
      );
      expect(deaths).toBeGreaterThan(5);
    }
  });
});

describe("a User who is gone although nobody told us", () => {
  it("is shown so, once, and the conversation ends", async () => {
    const bridge = await handedOver();
    bridge.parley.user(ADA).owner = BOT.id;

    await nextRound(bridge);
    await nextRound(bridge);

    expect(bridge.thread()).toEqual([expect.stringMatching(/is now with \*Bot Service\*/)]);
    expect(bridge.root()).toMatch(/\*Taken over\* by Bot Service/);
    expect(rounds(bridge, "owners.checked").at(-1)).toMatchObject({ conversations: 0 });
    await bridge.agentWrites("Too late");
    expect(bridge.told()).toEqual([expect.stringContaining("Not sent")]);
    expect(bridge.sent()).toEqual([]);
  });

  it("is seen where Slack does not let us read", async () => {
    const bridge = await handedOver();
    await bridge.handover({ user: EVE });
    bridge.slack.refusesReading = true;
    bridge.parley.user(EVE).owner = BOT.id;

    await nextRound(bridge);

    expect(bridge.thread(EVE)).toEqual([expect.stringMatching(/is now with \*Bot Service\*/)]);
    expect(rounds(bridge).at(-1)).toMatchObject({ readable: false, failures: 0 });
    await bridge.agentWrites("Still at work");
    expect(bridge.sent()).toEqual(["Still at work"]);
  });

  it("is seen while Slack keeps us waiting", async () => {
    const bridge = await handedOver();
    bridge.calls.hang("reader.repliesAfter");
    bridge.parley.user(ADA).owner = BOT.id;
    await nextRound(bridge);
    await nextRound(bridge);
    expect(bridge.thread()).toEqual([expect.stringMatching(/is now with \*Bot Service\*/)]);
  });

  it.each([
    ["fails", new NetworkError("refused")],
    ["asks to wait", new RateLimitedError("429", 5_000)],
  ])("is not taken for gone while Parley %s", async (_, error) => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.ownerOf", error);
    await nextRound(bridge);
    expect(rounds(bridge, "owners.checked").at(-1)).toMatchObject({ failures: 1, gone: 0 });
    await bridge.agentWrites("Still yours");
    expect(bridge.sent()).toEqual(["Still yours"]);
    expect(bridge.thread()).toEqual([]);
  });

  it("is not taken for gone while Parley says it in a way that nobody understands", async () => {
    const bridge = await handedOver();
    bridge.parley.hidesOwners = true;
    await nextRound(bridge);
    expect(bridge.root()).toContain("Hand back");
  });

  it("is no news while our own hand-back is under way", async () => {
    const bridge = await handedOver();
    const release = bridge.calls.hang("parley.setOwner", { after: true });
    await bridge.agentHandsBack();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    await nextRound(bridge);
    release();
    await bridge.settled();
    expect(bridge.root()).toContain("*Handed back* to Bot Service");
    expect(bridge.thread()).toEqual([expect.stringContaining("handed this User back")]);
  });
});
