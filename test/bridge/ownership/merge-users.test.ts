import { describe, expect, it } from "vitest";
import { clockOf } from "../../../src/bridge/clock-of.ts";
import { NetworkError, ParleyApiError, RateLimitedError } from "../../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, BOT, EVE } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

/** Anonymous until now; he turns out to be Eve. */
const ANON = ADA;

/** Parley merges the User, and tells us. */
async function merge(bridge: Bridge): Promise<void> {
  bridge.parley.user(EVE).owner = bridge.parley.user(ANON).owner;
  const user = { externalId: "customer-7", name: "Eve Adams" };
  await bridge.callback({ kind: "merged", from: ANON, userId: EVE, user });
}

const linkTo = (ts: string): string => `/p${ts.replace(".", "")}`;

describe("an anonymous User who registers during a conversation", () => {
  async function duringConversation(): Promise<Bridge> {
    const bridge = await startBridge();
    await bridge.handover({ user: ANON });
    return bridge;
  }

  it("goes on in the same thread, under the new id", async () => {
    const bridge = await duringConversation();
    await bridge.userWrites("before", { user: ANON });
    await merge(bridge);

    await bridge.userWrites("after", { user: EVE });
    await bridge.agentWrites("Hello", { user: EVE });

    expect(bridge.thread(EVE)).toEqual([
      "before",
      expect.stringContaining(`is now Parley User ${EVE}`),
      "after",
    ]);
    expect(bridge.root(EVE)).toContain("Eve Adams");
    expect(bridge.sent(EVE)).toEqual(["Hello"]);
    expect(bridge.sent(ANON)).toEqual([]);
    expect(bridge.roots()).toHaveLength(1);
    await bridge.agentHandsBack({ user: EVE });
    expect(bridge.parley.user(EVE).owner).toBe(BOT.id);
  });

  it.each(["a restart", "a crash"])(
    "is found under both ids after %s, and late callbacks for the old one arrive",
    async (what) => {
      const bridge = await duringConversation();
      await merge(bridge);
      if (what === "a crash") await bridge.crashAndRestart();
      else await bridge.stopAndRestart();

      await bridge.userWrites("late", { user: ANON });
      await bridge.userWrites("new", { user: EVE });
      await bridge.agentWrites("Hello", { user: EVE });

      expect(bridge.thread(EVE).slice(1)).toEqual(["late", "new"]);
      expect(bridge.sent(EVE)).toEqual(["Hello"]);
      expect(bridge.roots()).toHaveLength(1);
    },
  );

  it("is told of once, however often Parley calls", async () => {
    const bridge = await duringConversation();
    await merge(bridge);
    await merge(bridge);
    await bridge.settled();
    expect(bridge.thread(EVE)).toEqual([expect.stringContaining("has registered")]);
  });

  it("gets replies that were written before and are sent after", async () => {
    const bridge = await duringConversation();
    bridge.calls.fail("parley.ownerOf", new NetworkError("refused"));
    const reply = await bridge.agentWrites("Waiting", { user: ANON });
    expect(bridge.sent(ANON)).toEqual([]);

    await merge(bridge);
    await bridge.settled();

    expect(bridge.sent(EVE)).toEqual(["Waiting"]);
    expect(bridge.sent(ANON)).toEqual([]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
  });

  it("goes on in the thread that was just being opened", async () => {
    const bridge = await startBridge();
    bridge.calls.fail("posts.post", new RateLimitedError("429", 1_000));
    await bridge.handover({ user: ANON });
    await merge(bridge);
    await bridge.userWrites("Hello?", { user: EVE });
    await bridge.settled();

    await bridge.agentWrites("Hello!", { user: EVE });

    expect(bridge.thread(EVE)).toContain("Hello?");
    expect(bridge.sent(EVE)).toEqual(["Hello!"]);
    expect(bridge.roots()).toHaveLength(1);
    expect(await bridge.openConversations()).toBe(1);
  });

  it.each([
    ["asks whose the User is", "parley.ownerOf"],
    ["opens the conversation", "conversations.create"],
  ])("goes on in one thread if the first message just %s", async (_, call) => {
    const bridge = await startBridge();
    bridge.parley.user(ANON).owner = AGENTS.id;
    const goOn = bridge.calls.hang(call);
    await bridge.userWrites("Hello?", { user: ANON });
    await merge(bridge);
    goOn();
    await bridge.settled();
    await bridge.agentWrites("Hello!", { user: EVE });
    await expectOneThread(bridge);
  });

  it("gets one thread if messages under both ids come at once", async () => {
    const bridge = await startBridge();
    await merge(bridge);
    bridge.parley.user(EVE).owner = AGENTS.id;
    const goOn = bridge.calls.hang("parley.ownerOf");
    await bridge.userWrites("One", { user: ANON });
    await bridge.userWrites("Two", { user: EVE });
    goOn();
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread(EVE)).toEqual(["Two", "One"]);
    expect(await bridge.openConversations()).toBe(1);
  });

  it("keeps the thread if Parley merges the User back", async () => {
    const bridge = await duringConversation();
    await merge(bridge);
    await bridge.callback({ kind: "merged", from: EVE, userId: ANON, user: {} });
    await bridge.userWrites("Hello?", { user: ANON });
    await bridge.settled();
    expect(bridge.thread(EVE)).toContain("Hello?");
    expect(bridge.roots()).toHaveLength(1);
    expect(await bridge.openConversations()).toBe(1);
  });

  it("goes on in the thread that opened while the merge was being recorded", async () => {
    const bridge = await startBridge();
    bridge.parley.user(ANON).owner = AGENTS.id;
    const goOn = bridge.calls.hang("conversations.alias");
    await merge(bridge);
    await bridge.userWrites("Hello?", { user: ANON });
    goOn();
    await bridge.settled();
    await bridge.agentWrites("Hello!", { user: EVE });
    await expectOneThread(bridge);
  });

  async function expectOneThread(bridge: Bridge): Promise<void> {
    expect(bridge.thread(EVE)).toContain("Hello?");
    expect(bridge.sent(EVE)).toEqual(["Hello!"]);
    expect(bridge.roots()).toHaveLength(1);
    expect(await bridge.openConversations()).toBe(1);
  }

  it("is waited for no longer than a thread takes to open", async () => {
    const bridge = await startBridge();
    bridge.calls.fail("posts.post", new NetworkError("refused"), { times: Infinity });
    await bridge.handover({ user: ANON });
    await merge(bridge);
    await bridge.later(600_000);
    bridge.calls.heal();
    await bridge.userWrites("Hello?", { user: EVE });
    await bridge.settled();
    expect(bridge.thread(EVE)).toContain("Hello?");
    expect(bridge.roots()).toHaveLength(1);
  });
});

describe("two conversations of one User", () => {
  async function bothOpen() {
    const bridge = await startBridge();
    await bridge.handover({ user: ANON });
    await bridge.handover({ user: EVE });
    const old = bridge.threadOf(ANON);
    const root = bridge.threadOf(EVE);
    await merge(bridge);
    return { bridge, old, root };
  }

  it("become one: the threads point to each other, and the old one ends", async () => {
    const { bridge, old, root } = await bothOpen();
    expect(bridge.below(old)).toEqual([
      expect.stringMatching(/goes on in <[^|]+\|another thread>/),
    ]);
    expect(bridge.below(old)[0]).toContain(linkTo(root.ts));
    expect(bridge.below(root)).toEqual([expect.stringContaining(linkTo(old.ts))]);
    expect(bridge.root(ANON, old)).toMatch(/another thread/);
    expect(bridge.roots()).toHaveLength(2);
  });

  it.each(["at once", "after a restart", "after a crash"])(
    "show what comes for either id in the surviving thread, %s",
    async (when) => {
      const { bridge, old, root } = await bothOpen();
      if (when === "after a restart") await bridge.stopAndRestart();
      if (when === "after a crash") await bridge.crashAndRestart();
      await bridge.userWrites("late", { user: ANON });
      await bridge.userWrites("new", { user: EVE });
      expect(bridge.below(root).slice(1)).toEqual(["late", "new"]);
      expect(bridge.below(old)).toHaveLength(1);
    },
  );

  it("take a reply in the surviving thread, and refuse one in the old with a pointer", async () => {
    const { bridge, old, root } = await bothOpen();
    const late = await bridge.agentWrites("Too late", { thread: old });
    await bridge.agentWrites("In time", { thread: root });
    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:no_entry: \*Not sent\.\* .*another thread/),
    ]);
    expect(bridge.marks(late)).toEqual(["failed"]);
    expect(bridge.sent(EVE)).toEqual(["In time"]);
    expect(bridge.sent(ANON)).toEqual([]);
  });

  it("show in the surviving thread what is handed over again for the old id", async () => {
    const { bridge, root } = await bothOpen();
    await bridge.handover({ user: ANON, metadata: { reason: "asked_again" } });
    expect(bridge.below(root).at(-1)).toContain("Asked again");
    expect(bridge.roots()).toHaveLength(2);
  });
});

describe("a User without an open conversation who registers", () => {
  it("gets one thread, under the new id, though a late callback names the old one", async () => {
    const bridge = await startBridge();
    bridge.parley.user(ANON).owner = AGENTS.id;
    await merge(bridge);
    await bridge.stopAndRestart();

    await bridge.userWrites("late", { user: ANON });
    await bridge.userWrites("new", { user: EVE });
    await bridge.agentWrites("Hello", { user: EVE });

    expect(bridge.thread(EVE)).toEqual(["late", "new"]);
    expect(bridge.sent(EVE)).toEqual(["Hello"]);
    expect(bridge.roots()).toHaveLength(1);
  });

  it("opens a thread that links to the one of before", async () => {
    const bridge = await startBridge();
    await bridge.handover({ user: ANON });
    const before = bridge.threadOf(ANON);
    await bridge.agentHandsBack({ user: ANON });
    await merge(bridge);
    bridge.parley.user(EVE).owner = AGENTS.id;

    await bridge.userWrites("It's me again", { user: EVE });

    expect(bridge.thread(EVE)).toEqual(["It's me again"]);
    expect(bridge.root(EVE)).toContain(linkTo(before.ts));
    expect(bridge.below(before)).not.toContain("It's me again");
  });
});

/** Whatever was written for either id is there once, in the thread that goes on, and replies reach the registered User. */
function checkMerged(bridge: Bridge): void {
  expect(bridge.roots().length).toBeLessThanOrEqual(2);
  const shown = bridge.roots().flatMap(({ thread }) => bridge.below(thread));
  for (const text of ["before", "after"]) {
    expect(
      shown.filter((each) => each === text),
      text,
    ).toHaveLength(1);
  }
  expect(bridge.thread(EVE), "in the thread that goes on").toContain("after");
  expect(bridge.sent(ANON)).toEqual([]);
  expect(new Set(bridge.sent(EVE)).size).toBe(bridge.sent(EVE).length);
  const isTold = bridge.told().length > 0 || shown.some((text) => /not certain|did not/.test(text));
  if (bridge.sent(EVE).length === 0) expect(isTold, "the writer knows").toBe(true);
  expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
}

const STORIES: readonly [string, Story][] = [
  [
    "with one conversation",
    {
      before: (bridge) => bridge.handover({ user: ANON }),
      async play(bridge) {
        await bridge.userWrites("before", { user: ANON });
        await merge(bridge);
        await bridge.settled();
        await bridge.userWrites("after", { user: EVE });
        await bridge.agentWrites("Hello", { user: EVE });
      },
      check: checkMerged,
    },
  ],
  [
    "with two conversations",
    {
      async before(bridge) {
        await bridge.handover({ user: ANON });
        await bridge.handover({ user: EVE });
      },
      async play(bridge) {
        await bridge.userWrites("before", { user: ANON });
        const thread = bridge.threadOf(EVE);
        await merge(bridge);
        await bridge.settled();
        await bridge.userWrites("after", { user: ANON });
        await bridge.agentWrites("Hello", { thread });
      },
      check(bridge) {
        checkMerged(bridge);
        expect(bridge.root(ANON, bridge.roots()[0]?.thread)).toMatch(/another thread/);
      },
    },
  ],
];

describe.each(STORIES)("a merge %s loses, doubles and misdirects nothing", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(10);
  });

  it.each([
    ["Slack cannot be reached", /^posts\./, new NetworkError("refused")],
    ["Slack asks to wait", /^posts\./, new RateLimitedError("429", 3_000)],
    ["Parley is not available", /^parley\./, new ParleyApiError("any", 503, [])],
  ])("although %s at any call", async (_what, calls, error) => {
    expect(await failAtEveryCall(story, calls, error)).toBeGreaterThan(0);
  });
});

it("waits for an answer to what the User asked under the other id", async () => {
  const bridge = await startBridge();
  await bridge.handover({ user: EVE });
  await bridge.agentWrites("Is that all?", { user: EVE });
  await bridge.handover({ user: ANON });
  await bridge.userWrites("My parcel is damaged", { user: ANON });
  await bridge.settled();
  const asked = await bridge.conversation(ANON);

  await merge(bridge);
  await bridge.settled();

  const conversation = (await bridge.conversation(EVE)) ?? expect.unreachable();
  expect(conversation).toMatchObject({ state: "open", waitingSince: asked?.waitingSince });
  expect(clockOf(conversation)?.kind).toBe("silent");
});
