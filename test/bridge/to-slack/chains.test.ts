import { describe, expect, it } from "vitest";
import {
  NetworkError,
  RateLimitedError,
  SlackApiError,
  StorageError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import {
  dieAtEveryStep,
  failAtEveryCall,
  type Story,
  stopAtEveryTurn,
} from "../support/every-step.ts";
import { survivesLostAnswersOfSlack } from "../support/lost-answers.ts";
import { ADA, BOT, EVE, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };
const PARAGRAPHS = ["a", "b"].map((letter) => letter.repeat(2_500));

const handedOver = (bridge: Bridge) => bridge.handover({ metadata: { reason: "refund" } });

/** What the User wrote, as it stands in Slack, oldest first. */
const relayed = (bridge: Bridge, words: readonly string[]): string[] =>
  bridge.slack.messages.flatMap(({ message: { text }, file }) => {
    const shown = file === undefined ? text.trim() : `[${file}]`;
    return words.includes(shown) ? [shown] : [];
  });

/** Each of these is in Slack once, in this order, in threads of which there are at most so many. */
const shows =
  (texts: readonly string[], threads = 1) =>
  (bridge: Bridge): void => {
    expect(relayed(bridge, texts)).toEqual(texts);
    expect(bridge.roots().length).toBeLessThanOrEqual(threads);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  };

/** All of it waits behind the first while that one is on its way. */
const STORIES: readonly [string, Story][] = (
  [
    [
      "three messages",
      {
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
          }),
        check(bridge) {
          expect(bridge.thread()).toEqual(["One", "Two", "Three"]);
          shows(["One", "Two", "Three"])(bridge);
        },
      },
    ],
    [
      "messages behind a handover",
      {
        play: (bridge) =>
          bridge.atOnce(async () => {
            await handedOver(bridge);
            for (const text of ["One", "Two"]) await bridge.userWrites(text);
          }),
        check: shows(["One", "Two"]),
      },
    ],
    [
      "messages that open a thread by themselves",
      {
        async play(bridge) {
          bridge.parley.user(ADA).owner = bridge.parley.parley.self;
          await bridge.atOnce(async () => {
            for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
          });
        },
        check: shows(["One", "Two", "Three"]),
      },
    ],
    [
      "messages whose thread is gone",
      {
        async before(bridge) {
          await handedOver(bridge);
          bridge.slack.expire(bridge.threadOf());
        },
        play: (bridge) =>
          bridge.atOnce(async () => {
            for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
          }),
        check: shows(["One", "Two", "Three"]),
      },
    ],
    [
      "messages around the report that their root is gone",
      {
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            await bridge.userWrites("One");
            await bridge.userWrites("Two");
            await bridge.somebodyDeletesRoot();
            await bridge.userWrites("Three");
          }),
        check(bridge) {
          // Messages that were there when it went are gone with it.
          const left = relayed(bridge, ["One", "Two", "Three"]);
          expect(left.at(-1)).toBe("Three");
          expect(new Set(left).size).toBe(left.length);
          expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
        },
      },
    ],
    [
      "messages around a change of owner",
      {
        before: handedOver,
        async play(bridge) {
          bridge.parley.user(ADA).owner = NIGHT.id;
          await bridge.atOnce(async () => {
            await bridge.userWrites("One");
            await bridge.callback({
              kind: "owner-changed",
              userId: ADA,
              user: {},
              newOwner: NIGHT.id,
            });
            await bridge.userWrites("Two");
            await bridge.userWrites("Three");
          });
        },
        check: shows(["One", "Two", "Three"]),
      },
    ],
    [
      "messages while an agent hands the User back, and what follows",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("posts.post", { after: true });
          await bridge.atOnce(async () => {
            await bridge.userWrites("One");
            await bridge.userWrites("Two");
          });
          await bridge.agentHandsBack({ to: BOT.id });
          goOn();
          await bridge.later(6_000);
          await handedOver(bridge);
          await bridge.atOnce(async () => {
            await bridge.userWrites("Three");
            await bridge.userWrites("Four");
          });
        },
        check(bridge) {
          shows(["One", "Two", "Three", "Four"], 2)(bridge);
          expect(relayed(bridge, ["Three", "Four"])).toEqual(
            bridge.thread().filter((text) => /^(Three|Four)$/.test(text)),
          );
        },
      },
    ],
    ...[true, false].map((hasBoth): [string, Story] => [
      `messages while the User is merged into another, with a thread of the other: ${hasBoth}`,
      {
        async before(bridge) {
          await handedOver(bridge);
          if (hasBoth) await bridge.handover({ user: EVE });
        },
        async play(bridge) {
          const goOn = bridge.calls.hang("posts.post", { after: true });
          await bridge.atOnce(async () => {
            for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
          });
          bridge.parley.user(EVE).owner = bridge.parley.parley.self;
          bridge.parley.user(ADA).owner = NIGHT.id;
          await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
          await bridge.userWrites("Four");
          goOn();
          await bridge.later(6_000);
          await bridge.userWrites("Five", { user: EVE });
        },
        check(bridge) {
          const own = relayed(bridge, ["One", "Two", "Three", "Four"]);
          expect(own).toEqual(["One", "Two", "Three", "Four"]);
          expect(relayed(bridge, ["Five"])).toEqual(["Five"]);
          expect(bridge.roots()).toHaveLength(hasBoth ? 2 : 1);
          expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
        },
      },
    ]),
    [
      "messages around one of several posts",
      {
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            await bridge.userWrites("One");
            await bridge.userWrites(PARAGRAPHS.join("\n\n"));
            await bridge.userWrites("The end");
            await bridge.userWrites("Really");
          }),
        check: shows(["One", ...PARAGRAPHS, "The end", "Really"]),
      },
    ],
    [
      "messages around a file",
      {
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            await bridge.userWrites("One");
            await bridge.userWrites("Look", { file: PHOTO });
            await bridge.userWrites("The end");
          }),
        check: shows(["One", "Look", "[photo.png]", "The end"]),
      },
    ],
    [
      "messages that share a post",
      {
        async before(bridge) {
          await handedOver(bridge);
          bridge.slack.isBusy = true;
        },
        play: (bridge) =>
          bridge.atOnce(async () => {
            for (const text of ["One", "Two", "Three", "Four"]) await bridge.userWrites(text);
          }),
        check(bridge) {
          expect(bridge.thread().join("\n")).toBe("One\nTwo\nThree\nFour");
          expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
        },
      },
    ],
    [
      "a message in front of the next, which comes while the first is on its way",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("posts.post", { after: true });
          await bridge.atOnce(async () => {
            await bridge.userWrites("message 11", { id: "11" });
            await bridge.userWrites("message 13", { id: "13" });
          });
          await bridge.userWrites("message 12", { id: "12" });
          goOn();
        },
        check(bridge) {
          const [first, ...others] = bridge.thread();
          expect(first).toBe("message 11");
          // It may have come too late.
          expect(others.toSorted()).toEqual(["message 12", "message 13"]);
        },
      },
    ],
  ] satisfies [string, Story][]
).map(([name, story]: [string, Story]) => [
  name,
  { ...story, options: { ...story.options, isSlow: true } },
]);

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
    ["wants something repaired", new SlackApiError("any", "not_in_channel", "fatal")],
  ])("although Slack or Parley %s at any call", async (_what, error) => {
    const calls = /^(posts\.(post|find|updateRoot)|slackFiles\.\w+|parleyFiles\.\w+|parley\.\w+)$/;
    expect(await failAtEveryCall(story, calls, error)).toBeGreaterThan(0);
  });
});

it.each(STORIES)("%s: the disk fails at any moment, and nothing is lost", async (_, story) => {
  const calls = /^inbox\.(saveProgress|done|defer|head)$/;
  expect(await failAtEveryCall(story, calls, new StorageError("full"))).toBeGreaterThan(3);
  expect(
    await failAtEveryCall(story, calls, new StorageError("full"), { after: true }),
  ).toBeGreaterThan(3);
});

it("prepares the next message while the first is on its way", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  const from = bridge.calls.made.length;
  await bridge.atOnce(async () => {
    for (const text of ["One", "Two"]) await bridge.userWrites(text);
  });
  const made = bridge.calls.made.slice(from);
  expect(made.lastIndexOf("inbox.saveProgress")).toBeLessThan(made.indexOf("inbox.done"));
  expect(bridge.thread()).toEqual(["One", "Two"]);
});

it("a prepared message goes where its User's conversation is by then", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  await bridge.handover({ user: EVE });
  const goOn = bridge.calls.hang("posts.post", { after: true });
  await bridge.atOnce(async () => {
    for (const text of ["One", "Two", "Three"]) await bridge.userWrites(text);
  });
  await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
  goOn();
  await bridge.settled();
  expect(bridge.thread(ADA).filter((text) => /^(One|Two|Three)$/.test(text))).toEqual(["One"]);
  expect(bridge.thread(EVE).filter((text) => /^(One|Two|Three)$/.test(text))).toEqual([
    "Two",
    "Three",
  ]);
});

it("a message of a User who is merged while the item before it is on its way opens a thread for the User who stays", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  const turn = bridge.slack.holdTurns();
  await bridge.agentHandsBack({ to: BOT.id });
  await bridge.later(3_000);
  await bridge.userWrites("Me again");
  const goOn = bridge.calls.hang("posts.post", { after: true });
  turn();
  await bridge.later(1);
  bridge.parley.user(EVE).owner = bridge.parley.parley.self;
  await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
  goOn();
  await bridge.settled();
  expect(bridge.thread(EVE)).toEqual(["Me again"]);
});

it("what becomes of a message does not wait for the turn of the next", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  const goOn = bridge.slack.holdTurns(1);
  const refused = new SlackApiError("any", "invalid_arguments", "dead-letter");
  bridge.calls.fail("posts.post", refused);
  await bridge.atOnce(async () => {
    for (const text of ["One", "Two"]) await bridge.userWrites(text);
  });
  expect(bridge.items("inbox").dead).toBe(1);
  goOn();
  await bridge.settled();
  expect(bridge.thread()).toContain("Two");
});
