import { describe, expect, it } from "vitest";
import {
  NetworkError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import {
  dieAtEveryStep,
  dieTwiceAtEveryStep,
  failAtEveryCall,
  type Story,
  stopAtEveryTurn,
} from "../support/every-step.ts";
import { survivesLostAnswersOfSlack } from "../support/lost-answers.ts";
import { ADA, EVE } from "../support/memory-parley.ts";
import type { Posted } from "../support/memory-slack.ts";
import type { Bridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };
const PARAGRAPHS = ["a", "b", "c"].map((letter) => letter.repeat(2_500));

const handedOver = (bridge: Bridge) => bridge.handover({ metadata: { reason: "refund" } });

const linkTo = (root: Posted | undefined): string => `/p${root?.ts.replace(".", "")}`;

/** Exactly this is in the User's one thread, and nothing waits or was given up. */
const shows =
  (...texts: readonly string[]) =>
  (bridge: Bridge): void => {
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual(texts);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  };

const STORIES: readonly [string, Story][] = [
  [
    "a handover and what the User writes at once",
    {
      async play(bridge) {
        await handedOver(bridge);
        await bridge.userWrites("Hello");
      },
      check: shows("Hello"),
    },
  ],
  [
    "a message that opens the thread by itself",
    {
      async play(bridge) {
        bridge.parley.user(ADA).owner = bridge.parley.parley.self;
        await bridge.userWrites("Hello");
        await bridge.userWrites("Anybody?");
      },
      check: shows("Hello", "Anybody?"),
    },
  ],
  [
    "messages of two Users",
    {
      async before(bridge) {
        await handedOver(bridge);
        await bridge.handover({ user: EVE });
      },
      async play(bridge) {
        await bridge.userWrites("One");
        await bridge.userWrites("Not for Ada", { user: EVE });
        await bridge.userWrites("Two");
      },
      check(bridge) {
        expect(bridge.thread(ADA)).toEqual(["One", "Two"]);
        expect(bridge.thread(EVE)).toEqual(["Not for Ada"]);
        expect(bridge.roots()).toHaveLength(2);
      },
    },
  ],
  [
    "a message of several posts",
    {
      before: handedOver,
      async play(bridge) {
        await bridge.userWrites(PARAGRAPHS.join("\n\n"));
        await bridge.userWrites("The end");
      },
      check(bridge) {
        expect(bridge.thread().map((text) => text.trim())).toEqual([...PARAGRAPHS, "The end"]);
        expect(bridge.roots()).toHaveLength(1);
      },
    },
  ],
  [
    "messages that share a post",
    {
      async before(bridge) {
        await handedOver(bridge);
        bridge.slack.isBusy = true;
      },
      async play(bridge) {
        const goOn = bridge.slack.holdTurns();
        for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
        goOn();
        await bridge.userWrites("Four");
      },
      check(bridge) {
        expect(bridge.thread().join("\n")).toBe("One\nTwo\nThree\nFour");
        expect(bridge.roots()).toHaveLength(1);
      },
    },
  ],
  [
    "a file behind its text",
    {
      before: handedOver,
      async play(bridge) {
        await bridge.userWrites("Look", { file: PHOTO });
        await bridge.userWrites("The end");
      },
      check: shows("Look", "[photo.png]", "The end"),
    },
  ],
  [
    "a further handover",
    {
      before: handedOver,
      async play(bridge) {
        await bridge.handover({ metadata: { reason: "asked_again" } });
        await bridge.userWrites("Well?");
      },
      check(bridge) {
        expect(bridge.thread()).toEqual([expect.stringContaining("Asked again"), "Well?"]);
        expect(bridge.root()).toContain("asked_again");
        expect(bridge.roots()).toHaveLength(1);
      },
    },
  ],
  [
    "an earlier message that comes while nobody knows whether the root is there",
    {
      async play(bridge) {
        bridge.parley.user(ADA).owner = bridge.parley.parley.self;
        bridge.calls.fail("posts.post", new UncertainDeliveryError("lost"), { after: true });
        await bridge.userWrites("message 11", { id: "11" });
        await bridge.userWrites("message 10", { id: "10" });
      },
      check(bridge) {
        expect(bridge.roots()).toHaveLength(1);
        expect(bridge.thread().sort()).toEqual(["message 10", "message 11"]);
      },
    },
  ],
  [
    "the next conversation of a User",
    {
      async before(bridge) {
        await handedOver(bridge);
        await bridge.agentHandsBack();
      },
      async play(bridge) {
        await handedOver(bridge);
        await bridge.userWrites("Me again");
      },
      check(bridge) {
        const [first, second] = bridge.roots();
        expect(bridge.roots()).toHaveLength(2);
        expect(bridge.thread()).toEqual(["Me again"]);
        expect(bridge.root(ADA, second?.thread)).toContain(linkTo(first));
        expect(bridge.root(ADA, first?.thread)).toContain(linkTo(second));
      },
    },
  ],
  [
    "Users who are merged while their threads open",
    {
      async before({ parley }) {
        for (const user of [ADA, EVE]) parley.user(user).owner = parley.parley.self;
      },
      async play(bridge) {
        const goOn = bridge.slack.holdTurns();
        await bridge.userWrites("One");
        await bridge.userWrites("Two", { user: EVE });
        await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
        await bridge.userWrites("Three");
        goOn();
        await bridge.later(6_000);
        await bridge.userWrites("Four", { user: EVE });
      },
      check(bridge) {
        const written = bridge.slack.messages.flatMap(({ message: { text } }) =>
          /^(One|Two|Three|Four)$/.test(text) ? [text] : [],
        );
        expect(written.toSorted()).toEqual(["Four", "One", "Three", "Two"]);
        expect(bridge.roots().length).toBeLessThan(3);
        expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
      },
    },
  ],
  [
    "a thread that is gone when the User writes",
    {
      async before(bridge) {
        await handedOver(bridge);
        bridge.slack.expire(bridge.threadOf());
      },
      async play(bridge) {
        await bridge.userWrites("Are you there?");
        await bridge.userWrites("Hello?");
      },
      check: shows("Are you there?", "Hello?"),
    },
  ],
];

describe.each(STORIES)("%s: everything is in Slack once and in order", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(6);
  });

  it("stopped while it waits for any turn", async () => {
    expect(await stopAtEveryTurn(story)).toBeGreaterThan(0);
  });

  survivesLostAnswersOfSlack(story);

  it.each([
    ["cannot be reached", new NetworkError("refused")],
    ["asks to wait", new RateLimitedError("429", 5_000)],
    ["is not available", new SlackApiError("any", "service_unavailable", "retry")],
    ["wants something repaired", new SlackApiError("any", "not_in_channel", "fatal")],
  ])("although Slack or Parley %s at any call", async (_what, error) => {
    const calls = /^(posts\.(post|find|updateRoot)|slackFiles\.\w+|parleyFiles\.\w+|parley\.\w+)$/;
    expect(await failAtEveryCall(story, calls, error)).toBeGreaterThan(0);
  });
});

it.each<[string, (bridge: Bridge) => Promise<void>, readonly string[]]>([
  ["a message", (bridge) => bridge.userWrites("One"), ["One"]],
  [
    "a message of several posts",
    (bridge) => bridge.userWrites(PARAGRAPHS.join("\n\n")),
    PARAGRAPHS,
  ],
  [
    "a file behind its text",
    (bridge) => bridge.userWrites("Look", { file: PHOTO }),
    ["Look", "[photo.png]"],
  ],
])(
  "%s that Slack refuses for good in any part is told of, and holds up nothing",
  async (_, play, texts) => {
    const story: Story = {
      before: handedOver,
      async play(bridge) {
        await play(bridge);
        await bridge.userWrites("The end");
      },
      check(bridge) {
        const thread = bridge.thread().map((text) => text.trim());
        const count = (what: RegExp | string) =>
          thread.filter((text) => (what instanceof RegExp ? what.test(text) : what === text))
            .length;
        for (const text of texts) expect(count(text)).toBeLessThanOrEqual(1);
        const isMissing = [...texts, "The end"].some((text) => count(text) === 0);
        // A file has a line in its place.
        if (isMissing) expect(count(/could not be shown|photo\.png .*\(/)).toBe(1);
        expect(bridge.items("inbox").waiting).toBe(0);
      },
    };
    const refused = new SlackApiError("any", "invalid_arguments", "dead-letter");
    const calls = /^(posts\.post|slackFiles\.\w+)$/;
    expect(await failAtEveryCall(story, calls, refused)).toBeGreaterThan(1);
  },
);

it.each(STORIES.filter(([name]) => /file|nobody knows/.test(name)))(
  "%s: everything is in Slack once, also where the next process is killed soon after its start",
  async (_, story) => {
    expect(await dieTwiceAtEveryStep(story)).toBeGreaterThan(20);
  },
);
