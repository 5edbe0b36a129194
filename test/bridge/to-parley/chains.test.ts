import { describe, expect, it } from "vitest";
import {
  type BridgeError,
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  StorageError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { accountedFor, handedOver, writes, written } from "../support/accounted-for.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { survivesLostAnswersOfParley, UNCERTAIN } from "../support/lost-answers.ts";
import { ADA, BOT, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };
const PARTS = ["a", "b", "c"].map((letter) => `${letter.repeat(80)}.`);

async function writesAll(bridge: Bridge, ...texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    await writes(bridge, text, { agent: index % 2 === 1 ? "U0BEN" : "U0ANNA" });
  }
}

/** All of it waits behind the first while that one is on its way. */
const STORIES: readonly [string, Story][] = (
  [
    [
      "three replies",
      {
        before: handedOver,
        play: (bridge) => bridge.atOnce(() => writesAll(bridge, "One", "Two", "Three")),
        check: accountedFor,
      },
    ],
    [
      "replies around a hand-back",
      {
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            await writesAll(bridge, "One");
            await bridge.agentHandsBack({ to: BOT.id });
            await writesAll(bridge, "Two", "Three");
          }),
        check: accountedFor,
      },
    ],
    [
      "replies behind one that Parley refuses",
      {
        before: handedOver,
        async play(bridge) {
          bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
          await bridge.atOnce(() => writesAll(bridge, "Refused", "Two", "Three"));
        },
        check: accountedFor,
      },
    ],
    [
      "replies behind one whose fate nobody knows",
      {
        before: handedOver,
        async play(bridge) {
          bridge.calls.fail("parley.send", UNCERTAIN, { after: true });
          await bridge.atOnce(() => writesAll(bridge, "Perhaps", "Two", "Three"));
        },
        check: accountedFor,
      },
    ],
    [
      "replies while another Service takes the User",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("parley.send", { after: true });
          await bridge.atOnce(() => writesAll(bridge, "One", "Two", "Three"));
          bridge.parley.user(ADA).owner = NIGHT.id;
          goOn();
        },
        check: accountedFor,
      },
    ],
    [
      "replies of several messages and with a file",
      {
        options: { messageLength: 100 },
        before: handedOver,
        play: (bridge) =>
          bridge.atOnce(async () => {
            await writes(bridge, "One");
            await writes(bridge, PARTS.join("\n\n"), { agent: "U0BEN" }, PARTS);
            await writes(bridge, "Look", { files: [PHOTO] }, ["Look", "[photo.png]"]);
            await writes(bridge, "The end");
          }),
        check: accountedFor,
      },
    ],
    [
      "a reply that is edited while it is next",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("parley.send", { after: true });
          await bridge.atOnce(() => writesAll(bridge, "One", "Two", "Three"));
          const two = written[1]?.reply;
          if (two) await bridge.agentEdits(two, "Better");
          goOn();
        },
        async check(bridge) {
          const isBetter = bridge.sent().includes("Better");
          if (isBetter) Object.assign(written[1] ?? {}, { texts: ["Better"] });
          await accountedFor(bridge);
          expect(bridge.sent().includes("Two") && isBetter).toBe(false);
        },
      },
    ],
    [
      "a reply that is deleted while it is next",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("parley.send", { after: true });
          await bridge.atOnce(() => writesAll(bridge, "One", "Two", "Three"));
          const two = written[1]?.reply;
          if (two) await bridge.agentDeletes(two);
          goOn();
        },
        async check(bridge) {
          const isTooLate = [...bridge.told("U0BEN"), ...bridge.thread()].some((text) =>
            /already/.test(text),
          );
          if (!isTooLate) {
            expect(bridge.sent()).not.toContain("Two");
            written.splice(1, 1);
          }
          await accountedFor(bridge);
        },
      },
    ],
    [
      "a reply that comes in front of the next",
      {
        before: handedOver,
        async play(bridge) {
          const goOn = bridge.calls.hang("parley.send", { after: true });
          await writes(bridge, "One");
          await writes(bridge, "Two", { unheard: true });
          await writes(bridge, "Three", { agent: "U0BEN" });
          const two = written[1]?.reply;
          if (two) await bridge.slackTells(two);
          goOn();
        },
        async check(bridge) {
          // It may have come too late to go first.
          const sent = bridge.sent();
          if (sent.indexOf("Three") < sent.indexOf("Two")) written.push(...written.splice(1, 1));
          await accountedFor(bridge);
        },
      },
    ],
  ] satisfies [string, Story][]
).map(([name, story]: [string, Story]) => [
  name,
  { ...story, options: { ...story.options, isSlow: true } },
]);

describe.each(STORIES)("%s: everything goes once at most, or its writer knows", (name, story) => {
  it.each(["before", "after", "unsynced"] as const)(
    "killed at any step, and nobody is asked about what had not begun: %s",
    async (when) => {
      const asked: Story = {
        ...story,
        async check(bridge) {
          await story.check(bridge);
          if (/fate/.test(name)) return;
          for (const { reply, texts } of written) {
            if (!bridge.marks(reply).includes("uncertain")) continue;
            expect(bridge.begun(), `asked about ${texts.join()}`).toContain(reply.ts);
          }
        },
      };
      expect(await dieAtEveryStep(asked, when)).toBeGreaterThan(6);
    },
  );

  survivesLostAnswersOfParley(story);

  it.each<[string, BridgeError]>([
    ["cannot be reached", new NetworkError("refused")],
    ["asks to wait", new RateLimitedError("429", 5_000)],
    ["refuses it", new ParleyApiError("any", 400, [])],
  ])("although Parley %s at any call", async (_what, error) => {
    await failAtEveryCall(story, /^parley(Files)?\./, error);
  });

  it.each([true, false])("although the disk fails at any moment, done: %s", async (after) => {
    const calls = /^outbox\.(saveProgress|done|defer|head)$/;
    const failures = await failAtEveryCall(story, calls, new StorageError("full"), { after });
    expect(failures).toBeGreaterThan(3);
  });

  it("although another Service takes the User at any moment", async () => {
    for (let answers = 0; answers < 5; answers++) {
      const taken: Story = {
        ...story,
        async play(bridge) {
          let left = answers;
          bridge.parley.afterOwner = (user) => {
            if (user === ADA && left-- === 0) bridge.parley.user(ADA).owner = NIGHT.id;
          };
          await story.play(bridge);
        },
      };
      expect(await dieAtEveryStep(taken, "after")).toBeGreaterThan(3);
    }
  });
});

it("a reply is asked about where a crash comes while its owner is asked, if it stood behind another", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  bridge.calls.hang("parley.ownerOf", { skip: 1 });
  await bridge.atOnce(() => writesAll(bridge, "One", "Two"));
  await bridge.crashAndRestart();
  await bridge.settled();
  expect(bridge.sent()).toEqual(["One"]);
  expect(bridge.told("U0BEN").join()).toContain("Perhaps not delivered");
});

it("a reply that stood behind another is not even offered to Parley where another Service has the User by then", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  const goOn = bridge.calls.hang("parley.send", { after: true });
  await bridge.atOnce(() => writesAll(bridge, "One", "Two", "Three"));
  bridge.parley.user(ADA).owner = NIGHT.id;
  goOn();
  await bridge.settled();
  expect(bridge.calls.made.filter((call) => call === "parley.send")).toHaveLength(1);
  expect(bridge.sent()).toEqual(["One"]);
  await accountedFor(bridge);
});

it("a reply alone goes without a question after a crash while its owner is asked", async () => {
  const bridge = await startBridge({ isSlow: true });
  await handedOver(bridge);
  bridge.calls.hang("parley.ownerOf");
  await writes(bridge, "One");
  await bridge.crashAndRestart();
  await bridge.settled();
  expect(bridge.sent()).toEqual(["One"]);
  expect(bridge.told()).toEqual([]);
});

it("an attempt that has failed stores nothing any more, so that no part goes again", async () => {
  let refusals = 1;
  const bridge = await startBridge({
    isSlow: true,
    messageLength: 100,
    permissions: {
      refusalOf: () =>
        refusals-- > 0 ? Promise.reject(new NetworkError("refused")) : Promise.resolve(undefined),
    },
  });
  await handedOver(bridge);
  const nameKnown = bridge.calls.hang("people.namesOf");
  bridge.calls.hang("parley.send", { after: true });
  await writes(bridge, PARTS.join("\n\n"), {}, PARTS);
  await bridge.later(6_000);
  nameKnown();
  await bridge.later(1);
  await bridge.crashAndRestart();
  await bridge.settled();
  await accountedFor(bridge);
});
