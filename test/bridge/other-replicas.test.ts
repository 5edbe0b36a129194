import { describe, expect, it } from "vitest";
import { type Conversation, end, withoutThread } from "../../src/bridge/conversation.ts";
import { withHandingBack } from "../../src/bridge/ownership/handing-back.ts";
import { ParleyApiError, UncertainDeliveryError } from "../../src/errors.ts";
import { ADA, AGENTS, BOT, NIGHT } from "./support/memory-parley.ts";
import { type Bridge, startBridge } from "./support/start-bridge.ts";

/** What another replica makes of Ada's conversation, at this moment. */
async function elsewhere(
  bridge: Bridge,
  change: (conversation: Conversation) => Conversation,
): Promise<void> {
  const newest = await bridge.conversation();
  if (!newest) throw new Error("Ada has no conversation");
  await bridge.conversations.update(newest.id, change);
}

const endWith =
  (state: "handed-back" | "taken-away", to = BOT) =>
  (conversation: Conversation) =>
    end(conversation, state, { at: Date.now(), to: { id: to.id, name: to.name } });

async function handedOver(reconcileEveryMs?: number): Promise<Bridge> {
  const bridge = await startBridge(reconcileEveryMs === undefined ? {} : { reconcileEveryMs });
  await bridge.handover();
  return bridge;
}

const isUsable = async (bridge: Bridge): Promise<void> => {
  await bridge.agentWrites("Hello");
  expect(bridge.sent()).toEqual(["Hello"]);
  expect(await bridge.openConversations()).toBe(1);
};

describe("what another replica changes between a look and an act", () => {
  it("records the thread of a reply that is looked for", async () => {
    const bridge = await startBridge();
    const record = bridge.calls.hang("conversations.update", { skip: 1 });
    await bridge.handover();
    const look = bridge.calls.hang("conversations.hasUnrooted");
    await bridge.agentWrites("Hello");
    record();
    await bridge.later(1);
    look();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Hello"]);
    expect(bridge.told()).toEqual([]);
  });

  it("ends the conversation that a further handover was to be added to", async () => {
    const bridge = await handedOver();
    const add = bridge.calls.hang("conversations.update");
    await bridge.handover({ metadata: { reason: "again" } });
    await elsewhere(bridge, endWith("handed-back"));
    add();
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(2);
    expect(bridge.root()).toContain("again");
    await isUsable(bridge);
  });

  it("is about to record a hand-back when the User is handed over again", async () => {
    const bridge = await handedOver();
    const record = bridge.calls.hang("parley.services");
    await bridge.agentHandsBack();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    await bridge.handover({ metadata: { reason: "again" } });
    record();
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(2);
    expect(bridge.root()).toContain("again");
    await isUsable(bridge);
  });

  it("begins another hand-back because the first takes very long, which lasts when that one fails", async () => {
    const bridge = await handedOver();
    const give = bridge.calls.hang("parley.unsetAgent");
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, []));
    await bridge.agentHandsBack();
    await elsewhere(bridge, (c) => withHandingBack(c, NIGHT.id, Date.now() + 60_000));
    give();
    await bridge.settled();
    expect(bridge.thread()).toEqual([expect.stringContaining("handing back did not work")]);
    expect(await bridge.conversation()).toMatchObject({ handingBackTo: NIGHT.id });
  });

  it("gives the User to a Service from which a hand-back takes nobody", async () => {
    const bridge = await handedOver();
    const mark = bridge.calls.hang("conversations.update");
    await bridge.agentHandsBack();
    bridge.parley.user(ADA).owner = NIGHT.id;
    await elsewhere(bridge, endWith("handed-back", NIGHT));
    mark();
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(NIGHT.id);
    expect(bridge.told()).toEqual([expect.stringContaining("Night shift")]);
    expect(bridge.thread()).toEqual([]);
    expect((await bridge.conversation())?.handingBackTo).toBeUndefined();
  });

  it("records the hand-back that looks like a loss of the User", async () => {
    const bridge = await handedOver(60_000);
    const record = bridge.calls.hang("parley.services");
    bridge.parley.user(ADA).owner = BOT.id;
    await bridge.later(60_001);
    await elsewhere(bridge, endWith("handed-back"));
    record();
    await bridge.settled();
    expect(bridge.thread()).toEqual([]);
  });

  it("opens another thread while the old one is read", async () => {
    const bridge = await handedOver(60_000);
    const read = bridge.calls.hang("reader.repliesAfter", { after: true });
    await bridge.agentWrites("Lost", { unheard: true });
    await bridge.later(60_001);
    const thread = bridge.threadOf();
    await elsewhere(bridge, (c) => withoutThread(c, thread));
    read();
    await bridge.settled();
    expect((await bridge.conversation())?.readUntil).toBeUndefined();
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
  });

  it("sends the reply that is about to be marked as one that stays inside", async () => {
    const bridge = await startBridge({ replyMode: "explicit" });
    await bridge.handover();
    bridge.calls.fail("posts.tell", new UncertainDeliveryError("lost"), { after: true });
    const mark = bridge.calls.hang("reactions.mark");
    const reply = await bridge.agentWrites("Hello");
    await bridge.press("sendAgain");
    mark();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Hello"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
  });

  it("takes a reply in while its new text looks for it", async () => {
    const bridge = await startBridge({ undoMs: 10_000 });
    await bridge.handover();
    const look = bridge.calls.hang("outbox.replace", { after: true });
    const reply = await bridge.agentWrites("Old", { unheard: true });
    await bridge.agentEdits(reply, "New");
    await bridge.slackTells(reply);
    look();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["New"]);
    expect(bridge.items("outbox")).toEqual({ waiting: 0, held: 0, dead: 0 });
  });
});
