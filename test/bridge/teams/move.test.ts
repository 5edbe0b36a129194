import { describe, expect, it } from "vitest";
import { end, withoutThread } from "../../../src/bridge/conversation.ts";
import { NetworkError, ParleyApiError, SlackApiError } from "../../../src/errors.ts";
import type { Thread } from "../../../src/ids.ts";
import { ADA, AGENTS, BOT, EVE } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import type { BridgeOptions } from "../support/run-bridge.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const TEAMS = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

const linkTo = ({ ts }: Thread): string => `/p${ts.replace(".", "")}`;

async function handedOver(options: BridgeOptions = {}): Promise<{ bridge: Bridge; old: Thread }> {
  const bridge = await startBridge({ teams: TEAMS, ...options });
  await bridge.handover({ metadata: { reason: "refund", order: "A-1" }, details: { name: "Ada" } });
  return { bridge, old: bridge.threadOf() };
}

const idle = (bridge: Bridge): void => {
  expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  expect(bridge.items("outbox")).toMatchObject({ waiting: 0, dead: 0 });
};

describe("a move to another team", () => {
  it("opens a thread in its channel with all that is known, and both point to each other", async () => {
    const { bridge, old } = await handedOver();
    await bridge.userWrites("Where is my money?");
    await bridge.agentWrites("I ask my colleagues");
    await bridge.agentMoves("Billing", { note: "Please look at A-1" });

    const now = bridge.threadOf();
    expect(now.channel).toBe(BILLING_CHANNEL);
    expect(bridge.root()).toContain("A-1");
    expect(bridge.root()).toContain(
      `from Support by <@U0ANNA> · <https://team.slack.com/archives/${CHANNEL}${linkTo(old)}|earlier thread>`,
    );
    const [note, soFar, ...rest] = bridge.thread();
    expect(note).toBe(":lock: <@U0ANNA> says to you, not to the User:\n>Please look at A-1");
    expect(soFar).toContain("The conversation so far");
    expect(rest).toEqual([]);
    expect(bridge.below(old).at(-1)).toContain(`<@U0ANNA> moved this User to *Billing*`);
    expect(bridge.below(old).at(-1)).toContain(linkTo(now));
    expect(bridge.root(ADA, old)).toContain("*Moved* to Billing by <@U0ANNA>");
    expect(bridge.root(ADA, old)).not.toContain("Hand back");
    expect(bridge.root()).toContain("Move…");
    expect(bridge.sent()).toEqual(["I ask my colleagues"]);
    idle(bridge);
  });

  it("takes along what the User writes afterwards, and only the new thread sends", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentMoves("Billing");
    await bridge.userWrites("Hello?");
    expect(bridge.thread()).toEqual(["Hello?"]);

    const late = await bridge.agentWrites("From the old one", { thread: old });
    await bridge.agentWrites("From the new one");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["From the new one"]);
    expect(bridge.marks(late)).toEqual(["failed"]);
    expect(bridge.told()).toEqual([expect.stringContaining("was moved to Billing")]);
    expect(bridge.told()[0]).toContain(linkTo(bridge.threadOf()));
    idle(bridge);
  });

  it("shows what was written so far, with what stayed inside and what got lost", async () => {
    const { bridge, old } = await handedOver();
    await bridge.userWrites("*Hi* <!here> :x:\nsecond line");
    await bridge.agentWrites("Hello");
    await bridge.agentWrites("// she is angry");
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
    await bridge.agentWrites("Lost");
    await bridge.settled();
    await bridge.agentMoves("Billing");
    const post = bridge.slack.messages.findLast(({ thread }) => thread.ts === bridge.threadOf().ts);
    const shown = JSON.stringify(post?.message.blocks);
    expect(shown).toContain(linkTo(old));
    expect(shown).toMatch(/\*Ada\*[^>]*>\\n>.*second line/s);
    expect(shown).not.toContain("<!here>");
    expect(shown).toMatch(/\*Anna\* · [^\\]*\\n>Hello/);
    expect(shown).toMatch(/:lock: stayed inside\\n>\/\/ she is angry/);
    expect(shown).toMatch(/:x: did not reach the User\\n>Lost/);
    expect(shown).not.toContain("moved this User");
  });

  it("shows what was written in an old thread after the move as what the User does not have", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentWrites("In time");
    await bridge.agentMoves("Billing");
    // Nothing of it is marked yet.
    await bridge.agentWrites("Too late", { thread: old, unheard: true });
    await bridge.agentWrites("// among us", { thread: old, unheard: true });
    await bridge.agentWrites("From Billing");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["In time", "From Billing"]);
    await bridge.agentMoves("Support");
    const post = bridge.slack.messages.findLast(({ thread }) => thread.ts === bridge.threadOf().ts);
    const shown = JSON.stringify(post?.message.blocks);
    expect(shown).toMatch(/:x: did not reach the User\\n>Too late/);
    expect(shown).toMatch(/:lock: stayed inside\\n>\/\/ among us/);
    expect(shown).toMatch(/>In time.*>From Billing/);
    expect(shown.match(/did not reach/g)).toHaveLength(1);
  });

  it("says so where the old thread cannot be read, and goes on", async () => {
    const { bridge } = await handedOver();
    await bridge.userWrites("Hello");
    bridge.slack.refusesReading = true;
    await bridge.agentMoves("Billing");
    expect(bridge.thread()).toEqual([expect.stringContaining("did not let the bridge read")]);
    idle(bridge);
  });

  it("does not hold the User up while Slack gives nothing to read", async () => {
    const { bridge } = await handedOver();
    bridge.calls.hang("reader.postsIn");
    await bridge.agentMoves("Billing");
    await bridge.userWrites("Hello?");
    await bridge.later(10_000);
    expect(bridge.thread()).toEqual([
      expect.stringContaining("did not let the bridge read"),
      "Hello?",
    ]);
  });

  it("is a move like any other when it goes back, and there is one thread after the other", async () => {
    const { bridge, old } = await handedOver();
    await bridge.userWrites("One");
    await bridge.agentMoves("Billing");
    const between = bridge.threadOf();
    await bridge.userWrites("Two");
    await bridge.agentMoves("Support", { agent: "U0BEN" });
    const now = bridge.threadOf();

    expect(now.channel).toBe(CHANNEL);
    expect(now.ts).not.toBe(old.ts);
    expect(bridge.root()).toContain(`from Billing by <@U0BEN>`);
    expect(bridge.root()).toContain(linkTo(between));
    expect(bridge.root(ADA, between)).toContain("*Moved* to Support by <@U0BEN>");
    expect(bridge.root(ADA, between)).toContain(linkTo(old));
    const post = bridge.slack.messages.findLast(({ thread }) => thread.ts === now.ts);
    const shown = JSON.stringify(post?.message.blocks);
    expect(shown).toMatch(/>One.*>Two/s);
    await bridge.agentWrites("No", { thread: old });
    await bridge.agentWrites("No", { thread: between });
    await bridge.agentWrites("Yes");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Yes"]);
    idle(bridge);
  });

  it("brings a long conversation as a file, and shows its end", async () => {
    const { bridge } = await handedOver();
    for (let n = 1; n <= 5; n++) await bridge.userWrites(`${n} ${"x".repeat(900)}`);
    await bridge.agentMoves("Billing");
    expect(bridge.thread()).toEqual([
      expect.stringContaining("The conversation so far"),
      "[conversation.txt]",
    ]);
  });
});

describe("a move that is not needed any more", () => {
  it("tells the second of two who was faster, and where", async () => {
    const { bridge, old } = await handedOver();
    await bridge.atOnce(async () => {
      await bridge.agentMoves("Billing", { thread: old });
      await bridge.agentMoves("Billing", { thread: old, agent: "U0BEN", note: "Mine" });
    });
    await bridge.settled();
    expect(bridge.roots().filter(({ thread }) => thread.channel === BILLING_CHANNEL)).toHaveLength(
      1,
    );
    const [told] = bridge.told("U0BEN");
    expect(told).toContain("<@U0ANNA> was faster and moved them to *Billing*");
    expect(told).toContain(linkTo(bridge.threadOf()));
    expect(told).toContain(">Mine");
    expect((await bridge.conversation())?.moved).toHaveLength(1);
  });

  it("tells that the conversation is over", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentHandsBack();
    await bridge.agentMoves("Billing", { thread: old });
    expect(bridge.told()).toEqual([expect.stringContaining("The conversation is over")]);
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  });

  it("tells that the team is not there", async () => {
    const { bridge } = await handedOver();
    await bridge.agentMoves("Nobody");
    expect(bridge.told()).toEqual([expect.stringContaining("no such team")]);
  });

  it("tells that Slack refuses the channel, and the conversation goes on where it is", async () => {
    const { bridge, old } = await handedOver();
    const refused = new SlackApiError("chat.postMessage", "is_archived", "fatal");
    bridge.calls.fail("posts.post", refused);
    await bridge.agentMoves("Billing");
    await bridge.userWrites("Hello?");
    await bridge.agentWrites("Yes");
    await bridge.settled();
    expect(bridge.told()).toEqual([expect.stringContaining("is_archived")]);
    expect(bridge.below(old)).toEqual(["Hello?"]);
    expect(bridge.sent()).toEqual(["Yes"]);
    expect(await bridge.conversation()).not.toHaveProperty("openingSince");
    idle(bridge);
  });

  it("leaves a thread that opened in vain with a root that says where the User is", async () => {
    const { bridge, old } = await handedOver();
    const release = bridge.calls.hang("posts.post", { after: true });
    await bridge.agentMoves("Billing");
    const { id } = (await bridge.conversation()) ?? {};
    if (!id) throw new Error("no conversation");
    await bridge.conversations.update(id, (c) =>
      end(c, "handed-back", { at: Date.now(), to: { id: BOT.id, name: BOT.name } }),
    );
    release();
    await bridge.settled();
    const vain = bridge.roots().at(-1)?.thread;
    expect(vain?.channel).toBe(BILLING_CHANNEL);
    expect(bridge.root(ADA, vain)).toContain("*Not moved here*");
    expect(bridge.root(ADA, vain)).toContain(linkTo(old));
    expect(bridge.root(ADA, vain)).not.toContain("Hand back");
    expect(bridge.told()).toEqual([expect.stringContaining("The conversation is over")]);
    if (!vain) return;
    await bridge.agentWrites("Hello", { thread: vain });
    expect(bridge.told().at(-1)).toContain("was handed back to Bot Service");
    expect(bridge.sent()).toEqual([]);
  });
});

describe("what agents write while a User is moved", () => {
  it("goes from the old thread until the new one is there, and in order", async () => {
    const { bridge, old } = await handedOver();
    bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 3 });
    await bridge.agentWrites("One", { thread: old });
    await bridge.agentMoves("Billing");
    await bridge.agentWrites("Two");
    expect(bridge.sent()).toEqual([]);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["One", "Two"]);
    idle(bridge);
  });

  it("waits in the new thread while its root is not recorded", async () => {
    const { bridge } = await handedOver();
    // The root is there, but nobody knows its ts.
    const release = bridge.calls.hang("conversations.update", { skip: 1 });
    await bridge.agentMoves("Billing");
    const now = bridge.roots().at(-1)?.thread ?? bridge.threadOf();
    expect(now.channel).toBe(BILLING_CHANNEL);
    await bridge.agentWrites("Fast", { thread: now });
    expect(bridge.sent()).toEqual([]);
    release();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Fast"]);
    expect(bridge.told()).toEqual([]);
  });

  it("is refused in the old one if it was written after the new one was in Slack, though it waited there", async () => {
    const { bridge, old } = await handedOver();
    bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 3 });
    await bridge.agentWrites("In time", { thread: old });
    const release = bridge.calls.hang("posts.post", { after: true });
    await bridge.agentMoves("Billing");
    const late = await bridge.agentWrites("Too late", { thread: old });
    release();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["In time"]);
    expect(bridge.marks(late)).toEqual(["failed"]);
    expect(bridge.told()).toEqual([expect.stringContaining("was moved to Billing")]);
    idle(bridge);
  });

  it("waits in either thread until the new one is recorded, however long that takes", async () => {
    const { bridge, old } = await handedOver();
    // Whoever moves the User is frozen: the root is there, but nobody knows its ts.
    const thaw = bridge.calls.hang("conversations.update", { skip: 1 });
    await bridge.agentMoves("Billing");
    const now = bridge.roots().at(-1)?.thread ?? old;
    expect(now.channel).toBe(BILLING_CHANNEL);
    await bridge.agentWrites("First", { thread: now });
    const late = await bridge.agentWrites("Too late", { thread: old });
    await bridge.later(3_600_000);
    expect(bridge.sent()).toEqual([]);
    thaw();
    await bridge.settled();
    expect(bridge.sent()).toEqual(["First"]);
    expect(bridge.marks(late)).toContain("failed");
    expect(bridge.told()).toEqual([expect.stringContaining("was moved to Billing")]);
    idle(bridge);
  });

  it("can be sent again where it was written", async () => {
    const { bridge, old } = await handedOver();
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
    const reply = await bridge.agentWrites("Broken");
    await bridge.settled();
    await bridge.agentMoves("Billing");
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Broken"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.below(old).join("\n")).toContain("did not reach the User");
  });

  it("can be corrected where it was written", async () => {
    const { bridge } = await handedOver();
    const reply = await bridge.agentWrites("Worng");
    await bridge.agentMoves("Billing");
    await bridge.agentEdits(reply, "Wrong");
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Worng", "Wrong"]);
  });

  it("does not go if it was a note until then, and its writer is told where the User is", async () => {
    const { bridge, old } = await handedOver();
    const early = await bridge.agentWrites("// early");
    const note = await bridge.agentWrites("// secret");
    await bridge.agentEdits(early, "Early");
    await bridge.agentMoves("Billing");
    await bridge.agentEdits(note, "For them");
    await bridge.settled();
    const told = bridge.told().at(-1);
    expect(told).toMatch(/Not sent.*was moved to Billing/);
    expect(told).toContain(linkTo(bridge.threadOf()));
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Early"]);
    expect(bridge.marks(note)).toEqual(["note"]);
    await bridge.agentWrites("Next");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Early", "Next"]);
    expect(bridge.below(old).join()).not.toContain("For them");
    idle(bridge);
  });

  it("does not go either if it was a note until the new thread was in Slack, though that was not recorded", async () => {
    const { bridge } = await handedOver();
    const note = await bridge.agentWrites("// secret");
    // The root is there, but nobody knows its ts.
    const release = bridge.calls.hang("conversations.update", { skip: 1 });
    await bridge.agentMoves("Billing");
    await bridge.agentEdits(note, "For them");
    release();
    await bridge.settled();
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told().at(-1)).toMatch(/Not sent.*was moved to Billing/);
    idle(bridge);
  });

  it("is held until its writer lets it go, and goes then if it was written before", async () => {
    const { bridge, old } = await handedOver({ replyMode: "explicit" });
    await bridge.agentWrites("Before");
    await bridge.agentMoves("Billing");
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Before"]);
    await bridge.agentWrites("After", { thread: old });
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Before"]);
    expect(bridge.told().at(-1)).toContain("was moved to Billing");
  });

  it("goes once for whoever takes the User over, when the conversation has ended since", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentMoves("Billing");
    await bridge.agentHandsBack();
    await bridge.settled();
    await bridge.agentWrites("One more thing", { thread: old });
    await bridge.settled();
    expect(bridge.told().at(-1)).toContain("was handed back to Bot Service");
    await bridge.press("takeOver");
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
    expect(bridge.sent()).toEqual(["One more thing"]);
    // It is a new conversation, of the team in whose thread that was written.
    expect(bridge.threadOf().channel).toBe(CHANNEL);
    idle(bridge);
  });

  it("is not sent when its undo is pressed after the move", async () => {
    const { bridge } = await handedOver({ undoMs: 10_000 });
    const reply = await bridge.agentWrites("Oh no");
    await bridge.agentMoves("Billing");
    await bridge.agentWrites("Second");
    await bridge.agentDeletes(reply);
    await bridge.later(11_000);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Second"]);
  });

  it("hands back what was asked for before, and refuses what is asked for in the old thread after", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentMoves("Billing");
    await bridge.agentHandsBack({ thread: old, lastMessage: "Bye", note: "Paid twice" });
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told()).toEqual([expect.stringContaining("had been moved to another team")]);
    expect(bridge.told()[0]).toContain("Your last message was not sent");
    // Nothing has to be typed twice.
    expect(bridge.told()[0]).toMatch(/>Bye\n.*>Paid twice/s);
    expect(bridge.deeds().filter(({ what }) => what === "hand-back")).toMatchObject([
      { by: "U0ANNA", userId: ADA, to: BOT.id, result: "failed", why: "conversation-closed" },
    ]);
    await bridge.agentHandsBack({ lastMessage: "Bye" });
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(bridge.thread().at(-1)).toContain("handed this User back");
    expect(bridge.root()).toContain("*Handed back*");
  });

  it("tells in the new thread what concerns the User", async () => {
    const { bridge, old } = await handedOver();
    const give = bridge.calls.hang("parley.unsetAgent");
    await bridge.agentHandsBack({ thread: old });
    await bridge.agentMoves("Billing");
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT", 400, []));
    give();
    await bridge.settled();
    expect(bridge.thread().join("\n")).toContain("handing back did not work");
    expect(bridge.below(old).join("\n")).not.toContain("handing back did not work");
  });

  it("is found in the old thread although its event was lost, and only what was for the User goes", async () => {
    const { bridge, old } = await handedOver({ reconcileEveryMs: 60_000 });
    await bridge.agentWrites("Lost before", { unheard: true });
    await bridge.agentMoves("Billing");
    await bridge.agentWrites("Lost after", { thread: old, unheard: true });
    await bridge.later(60_001);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Lost before"]);
    expect(bridge.told()).toEqual([expect.stringContaining("was moved to Billing")]);
    expect((await bridge.conversation())?.moved?.[0]).not.toHaveProperty("unreadAfter");
    await bridge.later(120_001);
    expect(bridge.told()).toHaveLength(1);
  });
});

describe("threads that go while a User is moved", () => {
  it("are replaced by the new one", async () => {
    const { bridge, old } = await handedOver();
    const release = bridge.calls.hang("posts.post", { after: true });
    await bridge.agentMoves("Billing");
    bridge.slack.expire(old);
    const { id } = (await bridge.conversation()) ?? {};
    if (id) await bridge.conversations.update(id, (c) => withoutThread(c, old));
    release();
    await bridge.userWrites("Hello?");
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.threadOf().channel).toBe(BILLING_CHANNEL);
    expect(bridge.thread().at(-1)).toBe("Hello?");
    idle(bridge);
  });

  it("open again in the channel of the team that has the User, if it is the new one", async () => {
    const { bridge } = await handedOver();
    await bridge.userWrites("Hello");
    const release = bridge.calls.hang("reader.postsIn");
    await bridge.agentMoves("Billing");
    bridge.slack.expire(bridge.threadOf());
    release();
    await bridge.settled();
    await bridge.userWrites("Still here");
    await bridge.settled();
    expect(bridge.threadOf().channel).toBe(BILLING_CHANNEL);
    expect(bridge.thread().at(-1)).toBe("Still here");
    expect(bridge.roots().filter(({ thread }) => thread.channel === BILLING_CHANNEL)).toHaveLength(
      1,
    );
  });

  it("are left alone if they are old ones", async () => {
    const { bridge, old } = await handedOver();
    await bridge.agentMoves("Billing");
    const before = bridge.slack.messages.length;
    bridge.slack.deleteRoot(old);
    await bridge.agentWrites("Late", { thread: old });
    await bridge.settled();
    expect(bridge.slack.messages.length).toBeLessThanOrEqual(before);
    expect(bridge.sent()).toEqual([]);
    idle(bridge);
  });
});

describe("Users that are merged while one is moved", () => {
  it("go on in the new thread", async () => {
    const { bridge } = await handedOver();
    const release = bridge.calls.hang("posts.post", { after: true });
    await bridge.agentMoves("Billing");
    await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
    release();
    await bridge.settled();
    bridge.parley.user(EVE).owner = AGENTS.id;
    await bridge.userWrites("It is me", { user: EVE });
    await bridge.settled();
    expect(bridge.threadOf(EVE).channel).toBe(BILLING_CHANNEL);
    expect(bridge.thread(EVE).at(-1)).toBe("It is me");
    expect(await bridge.openConversations()).toBe(1);
  });
});
