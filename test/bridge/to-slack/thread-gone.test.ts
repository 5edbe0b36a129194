import { describe, expect, it } from "vitest";
import {
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  SlackApiError,
  ThreadGoneError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import type { Thread } from "../../../src/ids.ts";
import { png } from "../../support/files.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { ADA, BOT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };

/** A conversation whose thread is not there any more. */
async function withoutThread(): Promise<{ bridge: Bridge; old: Thread }> {
  const bridge = await startBridge();
  await bridge.handover({ metadata: { reason: "refund", order: "A-1" } });
  const old = bridge.threadOf();
  bridge.slack.expire(old);
  return { bridge, old };
}

const linkTo = (ts: string): string => `/p${ts.replace(".", "")}`;

describe("a thread that is not there any more", () => {
  it("opens again with all that is known, and takes what went astray", async () => {
    const { bridge, old } = await withoutThread();

    await bridge.userWrites("Are you there?");
    await bridge.settled();

    expect(bridge.thread()).toEqual(["Are you there?"]);
    expect(bridge.root()).toContain("A-1");
    expect(bridge.root()).toContain(`${linkTo(old.ts)}|its earlier thread>`);
    await bridge.agentWrites("I am here");
    expect(bridge.sent()).toEqual(["I am here"]);
    await bridge.userWrites("Good");
    expect(bridge.thread()).toEqual(["Are you there?", "Good"]);
    expect(bridge.roots()).toHaveLength(1);
  });

  it.each(["stopped", "killed"])(
    "opens again once when the answer to its new root is lost and the bridge is %s",
    async (how) => {
      const { bridge } = await withoutThread();
      const lost = new UncertainDeliveryError("lost");
      bridge.calls.fail("posts.post", lost, { skip: 1, after: true });
      await bridge.userWrites("Are you there?");

      if (how === "stopped") await bridge.stopAndRestart();
      else await bridge.crashAndRestart();
      await bridge.settled();

      expect(bridge.roots()).toHaveLength(1);
      expect(bridge.thread()).toEqual(["Are you there?"]);
    },
  );

  it("takes files and long messages whole", async () => {
    const { bridge } = await withoutThread();
    await bridge.userWrites("Look", { file: PHOTO });
    await bridge.settled();
    expect(bridge.thread()).toEqual(["Look", "[photo.png]"]);
  });

  it("takes a message whole that was half there", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    const release = bridge.calls.hang("slackFiles.share");
    await bridge.userWrites("Look", { file: PHOTO });
    expect(bridge.thread()).toEqual(["Look"]);
    bridge.slack.expire(old);
    release();
    await bridge.settled();
    expect(bridge.thread()).toEqual(["Look", "[photo.png]"]);
    expect(bridge.roots()).toHaveLength(1);
  });

  it("takes a further handover, with its news", async () => {
    const { bridge } = await withoutThread();
    await bridge.handover({ metadata: { reason: "asked_again" } });
    await bridge.settled();
    expect(bridge.root()).toMatch(/asked_again/);
    expect(bridge.roots()).toHaveLength(1);
  });

  it("takes notices as well, and their buttons", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", new NetworkError("refused"));
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
    await bridge.agentWrites("Hello");
    bridge.slack.expire(bridge.threadOf());
    await bridge.settled();

    expect(bridge.thread()).toEqual([expect.stringMatching(/did not reach the User/)]);
    await bridge.press("sendAgain");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Hello"]);
  });

  it("opens again with what its root cannot hold, behind what was written", async () => {
    const bridge = await startBridge();
    await bridge.handover({ metadata: { reason: "refund", story: "x".repeat(400) } });
    bridge.slack.expire(bridge.threadOf());
    await bridge.userWrites("Are you there?");
    await bridge.settled();
    expect(bridge.thread()).toEqual(["Are you there?", expect.stringContaining("story")]);
  });

  it("opens again for a notice that its agent alone was to see", async () => {
    const refusalOf = () => Promise.resolve({ kind: "guest" } as const);
    const bridge = await startBridge({ permissions: { refusalOf } });
    await bridge.handover();
    const refused = new SlackApiError("chat.postEphemeral", "user_not_in_channel", "dead-letter");
    bridge.calls.fail("posts.tell", refused, { times: Infinity });
    const release = bridge.calls.hang("posts.acquire");
    const thread = bridge.threadOf();
    await bridge.agentWrites("Hello");
    bridge.slack.expire(thread);
    release();
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual([expect.stringMatching(/^:lock: \*Not sent/)]);
  });

  it("is left alone when the conversation is over", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const release = bridge.calls.hang("parley.setOwner");
    await bridge.agentHandsBack();
    bridge.slack.expire(bridge.threadOf());
    release();
    await bridge.settled();

    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(bridge.roots()).toEqual([]);
    expect(bridge.slack.messages).toEqual([]);
    expect(bridge.items("inbox")).toEqual({ waiting: 0, held: 0, dead: 0 });
  });

  it("is the one that the User has now, however many were lost", async () => {
    const { bridge } = await withoutThread();
    for (const text of ["One", "Two", "Three"]) {
      await bridge.userWrites(text);
      await bridge.settled();
      expect(bridge.thread()).toEqual([text]);
      bridge.slack.expire(bridge.threadOf());
    }
  });
});

describe("a root that somebody deletes", () => {
  it("is posted anew at once, though nobody writes", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    await bridge.somebodyDeletesRoot();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.threadOf().ts).not.toBe(old.ts);
    await bridge.userWrites("Are you there?");
    expect(bridge.thread()).toEqual(["Are you there?"]);
  });

  it("leaves replies that stand: they say where it goes on, and answers below them still go out", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    await bridge.userWrites("Hello");
    await bridge.somebodyDeletesRoot();

    const { ts } = bridge.threadOf();
    expect(bridge.below(old)).toEqual([
      "Hello",
      expect.stringContaining(`${linkTo(ts)}|another thread>`),
    ]);
    await bridge.agentWrites("From the old one", { thread: old });
    expect(bridge.sent()).toEqual(["From the old one"]);
    await bridge.userWrites("Thanks");
    expect(bridge.thread()).toEqual(["Thanks"]);
  });

  it("is still first with what waits below it when agents go on in the next one", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    await bridge.userWrites("Where is my money?");
    bridge.calls.fail("parley.send", new NetworkError("refused"), { times: 100 });
    await bridge.agentWrites("I look", { thread: old });
    await bridge.somebodyDeletesRoot();
    expect(bridge.threadOf().ts).not.toBe(old.ts);
    // By now it is tried seldom.
    for (let tries = 0; tries < 8; tries++) await bridge.later(1_000);
    bridge.calls.heal();
    await bridge.agentWrites("It is on its way", { thread: bridge.threadOf() });
    await bridge.agentHandsBack({ lastMessage: "Bye" });
    expect(bridge.sent()).toEqual([]);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["I look", "It is on its way", "Bye"]);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  });

  it("is not posted anew for ever when something deletes each", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    for (let n = 1; n <= 6; n++) {
      expect(bridge.roots()).toHaveLength(1);
      await bridge.somebodyDeletesRoot();
      await bridge.settled();
    }
    expect(bridge.roots()).toEqual([]);
    await bridge.userWrites("Are you there?");
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual(["Are you there?"]);
  });
});

/** Whatever was written is in the one thread that is there, once and in order. */
const shows =
  (...texts: readonly unknown[]) =>
  (bridge: Bridge): void => {
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual(texts);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  };

const STORIES: readonly [string, Story][] = [
  [
    "a root that somebody deletes",
    {
      async before(bridge) {
        await bridge.handover();
        await bridge.userWrites("Hello");
      },
      async play(bridge) {
        await bridge.somebodyDeletesRoot();
        await bridge.settled();
        await bridge.userWrites("Still here");
      },
      check: shows("Still here"),
    },
  ],
  [
    "a file for a thread that is gone",
    {
      async before(bridge) {
        await bridge.handover();
        bridge.slack.expire(bridge.threadOf());
      },
      play: (bridge) => bridge.userWrites("Look", { file: PHOTO }),
      check: shows("Look", "[photo.png]"),
    },
  ],
  [
    "a message that is half there when its thread goes",
    {
      before: (bridge) => bridge.handover(),
      async play(bridge) {
        const thread = bridge.threadOf();
        const release = bridge.calls.hang("slackFiles.share");
        await bridge.userWrites("Look", { file: PHOTO });
        bridge.slack.expire(thread);
        release();
        await bridge.settled();
      },
      check: shows("Look", "[photo.png]"),
    },
  ],
  [
    "a thread that goes while its agent is to be told",
    {
      async before(bridge) {
        await bridge.handover();
      },
      async play(bridge) {
        bridge.calls.fail("parley.send", new NetworkError("refused"));
        bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
        const thread = bridge.threadOf();
        await bridge.agentWrites("Hello");
        bridge.slack.expire(thread);
      },
      check(bridge) {
        // Killed at the send itself the bridge does not know, and asks; nothing else goes.
        expect(bridge.sent().length).toBeLessThan(2);
        const shown = bridge.roots().flatMap(({ thread }) => bridge.below(thread));
        const isTold = bridge.told().length + shown.length > 0;
        if (bridge.sent().length === 0) expect(isTold, "somebody is told").toBe(true);
        expect(bridge.roots().length).toBeLessThan(2);
      },
    },
  ],
];

describe.each(STORIES)("%s: nothing is lost, doubled or astray", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(5);
  });

  it.each([
    ["Slack cannot be reached", new NetworkError("refused"), false],
    ["Slack asks to wait", new RateLimitedError("429", 3_000), false],
    ["the answer of Slack is lost", new UncertainDeliveryError("lost"), true],
  ])("although %s at any call", async (_what, error, after) => {
    const calls = /^(posts\.post|slackFiles\.(upload|share|look))$/;
    expect(await failAtEveryCall(story, calls, error, { after })).toBeGreaterThan(0);
  });
});

it("goes on in the next thread where each one goes as soon as it is there", async () => {
  const bridge = await startBridge();
  await bridge.handover();
  const error = () => new ThreadGoneError(bridge.threadOf());
  bridge.calls.fail("posts.post", error());
  await bridge.userWrites("Hello");
  await bridge.settled();
  expect(bridge.thread()).toEqual(["Hello"]);
});
