import { describe, expect, it } from "vitest";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import {
  type BridgeError,
  FileError,
  NetworkError,
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { ADA, EVE, NIGHT } from "../support/memory-parley.ts";
import type { Bridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(500) };
const PARTS = ["a", "b", "c"].map((letter) => `${letter.repeat(80)}.`);

/** What an agent wrote, and what the User has of it when all goes well. */
interface Written {
  readonly reply: AgentReply;
  readonly texts: readonly string[];
}

/** What was written in the story that is being played. */
let written: Written[] = [];

async function writes(
  bridge: Bridge,
  text: string,
  more: Parameters<Bridge["agentWrites"]>[1] = {},
  texts: readonly string[] = [text],
): Promise<void> {
  written.push({ reply: await bridge.agentWrites(text, more), texts });
}

const handedOver = async (bridge: Bridge): Promise<void> => {
  written = [];
  await bridge.handover();
};

const orderOf = (sent: readonly string[]): string[] => {
  const order = written.flatMap(({ texts }) => texts);
  return sent.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
};

/** The User has everything at most once and in order, and of what they surely or perhaps lack its writer knows. */
async function accountedFor(bridge: Bridge): Promise<void> {
  const sent = bridge.sent();
  expect(new Set(sent).size, "twice").toBe(sent.length);
  expect(sent, "out of order").toEqual(orderOf(sent));
  for (const { reply, texts } of written) {
    const marks = bridge.marks(reply);
    const isSent = texts.every((text) => sent.includes(text));
    const isTold = marks.includes("failed") || marks.includes("uncertain");
    if (!isSent) expect(isTold, `nobody knows that ${texts.join()} is missing`).toBe(true);
    else expect(isTold || marks.includes("delivered"), `${texts.join()} has no mark`).toBe(true);
    expect(marks, "waits for ever").not.toContain("delayed");
    // Where nobody can tell whether its writer was told, everyone in the thread is.
    const words = [...bridge.told(reply.agent), ...bridge.below(reply.thread)].join("\n");
    if (isTold) expect(words).toMatch(/ot sent|ot delivered|not certain|did not reach/);
  }
  expect(bridge.items("outbox").waiting).toBe(0);
  const isTakenAway = (await bridge.conversation())?.state === "taken-away";
  if (isTakenAway) expect(bridge.root()).toMatch(/\*Taken over\* by/);
  expect(bridge.parley.user(EVE).messages.map(({ text }) => text)).toEqual(
    bridge.parley.user(EVE).messages.map(() => "For Eve"),
  );
}

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

const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

describe.each(STORIES)("%s: everything goes once at most, or its writer knows", (_, story) => {
  it.each(["before", "after"] as const)("killed %s any step", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(6);
  });

  it.each([true, false])("although the answer to any request is lost, done: %s", async (after) => {
    expect(await failAtEveryCall(story, /^parley\.send$/, UNCERTAIN, { after })).toBeGreaterThan(0);
  });

  it.each([true, false])(
    "although an answer is lost and the bridge killed at any step besides, done: %s",
    async (after) => {
      const lose = ({ calls }: Bridge) => calls.fail("parley.send", UNCERTAIN, { after });
      expect(await dieAtEveryStep(story, "after", lose)).toBeGreaterThan(6);
    },
  );

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
