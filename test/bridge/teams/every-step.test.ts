import { describe, expect, it } from "vitest";
import {
  NetworkError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import * as accounts from "../support/accounted-for.ts";
import { accountedFor, writes } from "../support/accounted-for.ts";
import {
  dieAtEveryStep,
  dieTwiceAtEveryStep,
  failAtEveryCall,
  type Story,
  stopAtEveryTurn,
} from "../support/every-step.ts";
import { ADA } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import type { Bridge } from "../support/start-bridge.ts";

const teams = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
] as const;

/** What the User wrote, in the order in which it is in Slack, whichever thread shows it. */
const fromUser = (bridge: Bridge): string[] =>
  bridge.slack.messages
    .filter(({ tag }) => tag?.kind === "message" && tag.of === "user")
    .map(({ message }) => message.text);

const count = (texts: readonly string[], what: RegExp): number =>
  texts.filter((text) => what.test(text)).length;

/** Each thread of Billing but one says that the User is not in it. */
async function movedOnce(bridge: Bridge): Promise<void> {
  const conversation = await bridge.conversation();
  const thread = conversation?.thread;
  if (!thread) throw new Error("no thread");
  const threads = bridge.roots().map((root) => root.thread);
  const live = threads.filter((each) => /Hand back/.test(bridge.root(ADA, each)));
  if (conversation.state === "open") expect(live, "threads that send").toEqual([thread]);
  expect(threads.length, "roots").toBe(2);
  const [old] = threads;
  if (!old) throw new Error("no old thread");
  expect(thread.channel).toBe(BILLING_CHANNEL);
  expect(bridge.root(ADA, old)).toContain("*Moved* to Billing");
  expect(count(bridge.below(old), /moved this User/), "pointers").toBe(1);
  expect(count(bridge.below(thread), /The conversation so far/), "so far").toBe(1);
  expect(count(bridge.below(thread), /says to you/), "notes").toBe(1);
  expect(fromUser(bridge)).toEqual(["One", "Two", "Three"]);
  expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  await accountedFor(bridge);
}

async function before(bridge: Bridge): Promise<void> {
  await accounts.handedOver(bridge);
  await bridge.userWrites("One");
}

const STORIES: readonly [[string, Story], [string, Story]] = [
  [
    "a move between what both write",
    {
      options: { teams },
      before,
      async play(bridge) {
        await writes(bridge, "First");
        await bridge.userWrites("Two");
        await bridge.agentMoves("Billing", { note: "Look" });
        await bridge.userWrites("Three");
        await writes(bridge, "Second");
      },
      check: movedOnce,
    },
  ],
  [
    "a move at the moment of everything else",
    {
      options: { teams, isSlow: true },
      before,
      async play(bridge) {
        const thread = bridge.threadOf();
        await bridge.atOnce(async () => {
          await writes(bridge, "First", { thread });
          await bridge.userWrites("Two");
          await bridge.agentMoves("Billing", { note: "Look", thread });
          await bridge.agentMoves("Billing", { agent: "U0BEN", thread });
          await bridge.userWrites("Three");
          await writes(bridge, "Second", { thread });
        });
      },
      async check(bridge) {
        await movedOnce(bridge);
        // After a crash either may be the first; where nobody knows whether the other was told, everyone is.
        const everyone = bridge.roots().flatMap(({ thread }) => bridge.below(thread));
        const told = [...bridge.told("U0BEN"), ...bridge.told(), ...everyone];
        expect(count(told, /was faster/), "the other knows").toBeGreaterThan(0);
      },
    },
  ],
];

describe.each(STORIES)("%s ends one way", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(20);
  });
});

describe("a move ends one way", () => {
  const [[, story]] = STORIES;

  it.each<[string, NetworkError | RateLimitedError | UncertainDeliveryError, boolean]>([
    ["cannot be reached", new NetworkError("refused"), false],
    ["asks to wait", new RateLimitedError("429", 5_000), false],
    ["loses the answer", new UncertainDeliveryError("lost"), true],
    ["may not have heard", new UncertainDeliveryError("lost"), false],
  ])("although Slack %s at any post", async (_what, error, after) => {
    expect(await failAtEveryCall(story, /^posts\.post$/, error, { after })).toBeGreaterThan(5);
  });

  it("although Slack refuses to update any root for now", async () => {
    const error = new NetworkError("refused");
    expect(await failAtEveryCall(story, /^posts\.updateRoot$/, error)).toBeGreaterThan(0);
  });

  it("although the bridge is stopped in any wait for a turn", async () => {
    expect(await stopAtEveryTurn(story)).toBeGreaterThan(5);
  });

  it("also where the next process is killed soon after its start", async () => {
    expect(await dieTwiceAtEveryStep(story)).toBeGreaterThan(50);
  });
});

describe("a move that a hand-back meets", () => {
  const story: Story = {
    options: { teams, isSlow: true },
    before,
    async play(bridge) {
      const thread = bridge.threadOf();
      await bridge.atOnce(async () => {
        await bridge.agentMoves("Billing", { thread });
        await bridge.agentHandsBack({ thread });
      });
    },
    async check(bridge) {
      const conversation = await bridge.conversation();
      const isOver = conversation?.state === "handed-back";
      const words = [
        ...bridge.told(),
        ...bridge.roots().flatMap(({ thread }) => bridge.below(thread)),
      ];
      // Whoever wanted what did not happen knows; nothing is left that looks open and is not.
      const live = bridge
        .roots()
        .filter(({ thread }) => /Hand back/.test(bridge.root(ADA, thread)));
      expect(live).toHaveLength(isOver ? 0 : 1);
      if (!isOver) expect(words.join("\n")).toMatch(/Not handed back|did not work/);
      if (conversation?.moved?.[0]?.inVain) expect(words.join("\n")).toMatch(/was not moved/);
      expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
      expect(bridge.items("outbox").waiting).toBe(0);
    },
  };

  it.each(["before", "after", "unsynced"] as const)(
    "ends one way, killed at any step: %s",
    async (when) => {
      expect(await dieAtEveryStep(story, when)).toBeGreaterThan(10);
    },
  );

  it("ends one way although Slack refuses any post in the end", async () => {
    const error = new SlackApiError("chat.postMessage", "is_archived", "fatal");
    expect(await failAtEveryCall(story, /^posts\.post$/, error)).toBeGreaterThan(1);
  });
});
