import { describe, expect, it } from "vitest";
import {
  type BridgeError,
  FileError,
  NetworkError,
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  SlackApiError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { accountedFor, handedOver, writes, written } from "../support/accounted-for.ts";
import {
  dieAtEveryStep,
  dieTwiceAtEveryStep,
  failAtEveryCall,
  type Story,
} from "../support/every-step.ts";
import { survivesLostAnswersOfParley, UNCERTAIN } from "../support/lost-answers.ts";
import { ADA, EVE, NIGHT } from "../support/memory-parley.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };
const PARTS = ["a", "b", "c"].map((letter) => `${letter.repeat(80)}.`);

const STORIES: readonly [string, Story][] = [
  [
    "two replies",
    {
      before: handedOver,
      async play(bridge) {
        await writes(bridge, "One");
        await writes(bridge, "Two", { agent: "U0BEN" });
      },
      check: accountedFor,
    },
  ],
  [
    "a reply to each of two Users",
    {
      async before(bridge) {
        await handedOver(bridge);
        await bridge.handover({ user: EVE });
      },
      async play(bridge) {
        await writes(bridge, "One");
        await bridge.agentWrites("For Eve", { user: EVE, agent: "U0BEN" });
        await writes(bridge, "Two");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply of several messages",
    {
      options: { messageLength: 100 },
      before: handedOver,
      async play(bridge) {
        await writes(bridge, PARTS.join("\n\n"), {}, PARTS);
        await writes(bridge, "Next");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply with a file",
    {
      before: handedOver,
      async play(bridge) {
        await writes(bridge, "Look", { files: [PHOTO] }, ["Look", "[photo.png]"]);
        await writes(bridge, "Next");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply that Parley refuses",
    {
      before: handedOver,
      async play(bridge) {
        bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));
        await writes(bridge, "Refused");
        await writes(bridge, "Next");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply whose fate nobody knows",
    {
      before: handedOver,
      async play(bridge) {
        bridge.calls.fail("parley.send", UNCERTAIN, { after: true });
        await writes(bridge, "Perhaps");
        await writes(bridge, "Next");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply to a User who is with another Service",
    {
      async before(bridge) {
        await handedOver(bridge);
        bridge.parley.user(ADA).owner = NIGHT.id;
      },
      play: (bridge) => writes(bridge, "Too late"),
      check: accountedFor,
    },
  ],
  [
    "a reply that its writer has to let go",
    {
      options: { replyMode: "explicit" },
      before: handedOver,
      async play(bridge) {
        await writes(bridge, "Shall I?");
        await bridge.settled();
        // Where nobody can tell whether its writer has got the button, a mark says that it stays inside.
        const words = [...bridge.told(), ...bridge.thread()].join();
        if (words.includes("stays inside")) await bridge.press("sendAgain");
      },
      async check(bridge) {
        const [only] = written;
        const isMarked = only && bridge.marks(only.reply).includes("note");
        const isInside = isMarked && bridge.items("outbox").held > 0;
        if (!isInside) await accountedFor(bridge);
      },
    },
  ],
  [
    "a reply that waits so that it can be undone",
    {
      options: { undoMs: 5_000 },
      before: handedOver,
      async play(bridge) {
        await writes(bridge, "Perhaps not");
        await writes(bridge, "Next");
      },
      check: accountedFor,
    },
  ],
  [
    "a reply for which the User is taken over",
    {
      async before(bridge) {
        await handedOver(bridge);
        await bridge.agentHandsBack();
        await writes(bridge, "It ships today");
      },
      async play(bridge) {
        await bridge.press("takeOver");
        await bridge.settled();
      },
      async check(bridge) {
        await accountedFor(bridge);
        expect(bridge.roots().length, "threads").toBeLessThanOrEqual(2);
      },
    },
  ],
];

describe.each(STORIES)("%s: everything goes once at most, or its writer knows", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(6);
  });

  survivesLostAnswersOfParley(story);

  it.each<[string, RegExp, BridgeError]>([
    ["cannot be reached", /^parley(Files)?\./, new NetworkError("refused")],
    ["asks to wait", /^parley(Files)?\./, new RateLimitedError("429", 5_000)],
    ["is not available", /^parley(Files)?\./, new ParleyApiError("any", 503, [])],
    ["refuses us altogether", /^parley(Files)?\./, new ParleyAccessError("any", 401, [])],
    ["refuses it", /^parley(Files)?\./, new ParleyApiError("any", 400, [])],
    ["has trouble with its files", /^slackFiles\./, new NetworkError("refused")],
    [
      "refuses the file",
      /^slackFiles\./,
      new SlackApiError("any", "file_not_found", "dead-letter"),
    ],
    [
      "gives another file",
      /^slackFiles\.download/,
      new FileError("wrong-type", { id: "F1", name: "photo.png" }),
    ],
  ])("although the other side %s at any call", async (_what, calls, error) => {
    await failAtEveryCall(story, calls, error);
  });

  it.each<[string, RegExp, BridgeError, boolean]>([
    [
      "cannot be reached",
      /^(posts\.(tell|post)|reactions\.mark)$/,
      new NetworkError("refused"),
      false,
    ],
    ["loses the answer", /^(posts\.(tell|post)|reactions\.mark)$/, UNCERTAIN, true],
    [
      "asks to wait",
      /^(posts\.(tell|post)|reactions\.mark)$/,
      new RateLimitedError("429", 5_000),
      false,
    ],
    [
      "refuses for good that somebody is told",
      /^(posts\.tell|reactions\.mark)$/,
      new SlackApiError("any", "user_not_in_channel", "dead-letter"),
      false,
    ],
  ])("although Slack %s", async (_what, calls, error, after) => {
    await failAtEveryCall(story, calls, error, { after });
  });

  it("although another Service takes the User at any moment", async () => {
    for (let answers = 0; answers < 4; answers++) {
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
      await failAtEveryCall(taken, /^parley\.send$/, UNCERTAIN);
      expect(await dieAtEveryStep(taken, "after")).toBeGreaterThan(3);
    }
  });
});

it.each(STORIES.filter(([name]) => /file|taken over/.test(name)))(
  "%s: everything goes once at most, also where the next process is killed soon after its start",
  async (_, story) => {
    expect(await dieTwiceAtEveryStep(story)).toBeGreaterThan(20);
  },
);
