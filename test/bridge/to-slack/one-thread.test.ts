import { describe, expect, it } from "vitest";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import { NetworkError } from "../../../src/errors.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const message = (id: number): ParleyEvent => ({
  kind: "message",
  userId: ADA,
  user: {},
  message: { id: String(id), typeId: 1, text: `message ${id}` },
});

const handover = (reason: string): ParleyEvent => ({
  kind: "handover",
  userId: ADA,
  user: {},
  metadata: { reason },
});

const owned = async (): Promise<Bridge> => {
  const bridge = await startBridge();
  bridge.parley.user(ADA).owner = AGENTS.id;
  return bridge;
};

const linkTo = (ts: string): string => `/p${ts.replace(".", "")}`;

describe("exactly one thread", () => {
  it.each<[string, readonly ParleyEvent[], readonly unknown[]]>([
    ["handover and message", [handover("first"), message(1)], ["message 1"]],
    [
      "message and handover",
      [message(1), handover("first")],
      ["message 1", expect.stringMatching(/Handed over with a reason/)],
    ],
    [
      "two handovers",
      [handover("first"), handover("second")],
      [expect.stringMatching(/Handed over with a reason/)],
    ],
    ["two messages", [message(1), message(2)], ["message 1", "message 2"]],
  ])("opens for %s at the same moment", async (_, events, posts) => {
    const bridge = await owned();

    await Promise.all(events.map((event) => bridge.callback(event)));

    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual(posts);
  });

  it("is the one that another replica opens while this one waits for its turn", async () => {
    const bridge = await owned();
    const goOn = bridge.calls.hang("turns.take");
    await bridge.userWrites("Hello");
    const conversation = await bridge.conversation();
    if (!conversation) throw new Error("There is no conversation");
    const tag = { kind: "root" as const, conversation: conversation.id, opening: 0 };
    const { thread } = await bridge.slack.posts.post({ text: "The root" }, tag, {
      channel: CHANNEL,
    });
    await bridge.conversations.update(conversation.id, (c) => ({ ...c, thread }));

    goOn();
    await bridge.settled();

    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.below(thread)).toEqual(["Hello"]);
  });

  it("opens again after a hand-back and links to the one before", async () => {
    const bridge = await startBridge();
    await bridge.handover({ metadata: { reason: "refund" } });
    const first = bridge.threadOf();
    await bridge.agentHandsBack();

    await bridge.handover({ metadata: { reason: "refund" } });

    const second = bridge.threadOf();
    expect(second.ts).not.toBe(first.ts);
    expect(bridge.root()).toContain(`${linkTo(first.ts)}|Earlier conversation with this User>`);
    expect(bridge.root(ADA, first)).toContain("Handed back");
    await bridge.userWrites("Me again");
    expect(bridge.thread()).toEqual(["Me again"]);
  });

  it.each(["while the bridge runs", "after a restart", "after a crash"])(
    "stays one when a handover is redelivered %s",
    async (when) => {
      const bridge = await startBridge();
      await bridge.handover({ metadata: { reason: "refund" } });
      if (when === "after a restart") await bridge.stopAndRestart();
      if (when === "after a crash") await bridge.crashAndRestart();

      await bridge.handover({ metadata: { reason: "refund" } });

      await bridge.userWrites("Hello");
      expect(bridge.thread()).toEqual(["Hello"]);
      expect(bridge.roots()).toHaveLength(1);
    },
  );

  it("does not open again when the handover is redelivered after the hand-back", async () => {
    const bridge = await startBridge();
    await bridge.handover({ metadata: { reason: "refund" } });
    await bridge.agentHandsBack();

    await bridge.callback(handover("refund"));
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);

    await bridge.handover({ metadata: { reason: "another" } });
    expect(bridge.roots()).toHaveLength(2);
  });

  describe("where a message came before the handover", () => {
    async function open(): Promise<Bridge> {
      const bridge = await owned();
      await bridge.userWrites("Hello");
      await bridge.agentHandsBack();
      return bridge;
    }

    it("does not open again when that comes only after the hand-back", async () => {
      const bridge = await open();
      await bridge.callback(handover("refund"));
      await bridge.settled();
      expect(bridge.roots()).toHaveLength(1);
      expect(bridge.items("inbox").dead).toBe(0);
    });

    it("opens again when Parley calls before it tells of its new owner", async () => {
      const bridge = await open();
      bridge.parley.afterOwner = (user) => {
        bridge.parley.user(user).owner = AGENTS.id;
      };
      await bridge.callback(handover("refund"));
      await bridge.settled();
      expect(bridge.roots()).toHaveLength(2);
    });

    it("opens again when Parley cannot be asked at first", async () => {
      const bridge = await open();
      bridge.parley.user(ADA).owner = AGENTS.id;
      bridge.calls.fail("parley.ownerOf", new NetworkError("refused"), { times: 2 });
      await bridge.callback(handover("refund"));
      expect(bridge.roots()).toHaveLength(1);
      await bridge.settled();
      expect(bridge.roots()).toHaveLength(2);
    });
  });

  it("stays open when an earlier change of owner is redelivered", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.agentHandsBack();
    await bridge.handover();

    await bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: BOT.id });

    expect(bridge.root()).toContain("Hand back");
    await bridge.agentWrites("Still with us");
    expect(bridge.sent()).toEqual(["Still with us"]);
  });
});

describe("messages that wait are sorted", () => {
  const write = (bridge: Bridge, id: string) => bridge.userWrites(id, { id });

  it.each([
    ["numbers sort them", ["9", "11", "10"], ["9", "10", "11"]],
    ["other ids say nothing about order", ["m9", "m11", "m10"], ["m9", "m11", "m10"]],
  ])("%s", async (_, arriving, shown) => {
    const bridge = await startBridge();
    await bridge.handover();
    const goOn = bridge.slack.holdTurns();
    for (const id of arriving) await write(bridge, id);
    goOn();
    await bridge.settled();
    expect(bridge.thread()).toEqual(shown);
  });

  it("although the root before is renewed between them", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.agentHandsBack();
    const release = bridge.calls.hang("posts.post");
    await bridge.handover({ metadata: { reason: "again" } });
    // The new root is on its way; then the old one is to point to it.
    await write(bridge, "9");
    await write(bridge, "11");
    const releaseNext = bridge.calls.hang("posts.post");
    release();
    await bridge.later(1);
    await write(bridge, "10");
    releaseNext();
    await bridge.settled();
    expect(bridge.thread()).toEqual(["9", "10", "11"]);
  });

  it("although their thread is gone and another one opens between them", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.slack.expire(bridge.threadOf());
    const release = bridge.calls.hang("posts.post");
    await write(bridge, "9");
    await write(bridge, "11");
    const releaseNext = bridge.calls.hang("posts.post");
    release();
    // The new root is on its way.
    await bridge.later(1_000);
    await write(bridge, "10");
    releaseNext();
    await bridge.settled();
    expect(bridge.thread()).toEqual(["9", "10", "11"]);
    expect(bridge.roots()).toHaveLength(1);
  });
});
