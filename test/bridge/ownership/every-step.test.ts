import { describe, expect, it } from "vitest";
import {
  type BridgeError,
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import {
  dieAtEveryStep,
  dieTwiceAtEveryStep,
  failAtEveryCall,
  type Story,
} from "../support/every-step.ts";
import { ADA, AGENTS, BOT, NIGHT } from "../support/memory-parley.ts";
import type { Bridge } from "../support/start-bridge.ts";

const PARTS = ["a", "b", "c"].map((letter) => letter.repeat(80));
const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

const count = (texts: readonly string[], what: RegExp): number =>
  texts.filter((text) => what.test(text)).length;

const REPLY = "One moment";
const ENDED =
  /\*Handed back\* to (Bot Service|bot-service) by <@U0ANNA>|\*Declined\* by <@U0ANNA>, back to (Bot Service|bot-service)/;

/**
 * Root, thread and Parley say the same: the User went, or stays and Anna knows why. What the User was to be told went once at
 * most and in order, and all of the last message before the User went.
 */
const endsOneWay =
  (...texts: readonly string[]) =>
  async (bridge: Bridge): Promise<void> => {
    const sent = bridge.sent();
    expect(sent, "sent").toEqual([REPLY, ...texts].filter((text) => sent.includes(text)));
    const thread = bridge.thread();
    const state = (await bridge.conversation())?.state;
    if (state === "handed-back") {
      // Its id where Parley does not give its name.
      expect(bridge.root()).toMatch(ENDED);
      expect(sent, "before the User went").toEqual(expect.arrayContaining([...texts]));
    } else {
      const isTakenAway = state === "taken-away";
      expect(bridge.root()).toMatch(isTakenAway ? /\*Taken over\* by Night shift/ : /Hand back$/m);
      const words = [...thread, ...(isTakenAway ? bridge.told() : [])];
      expect(count(words, /did not work|Nothing to hand back/), "Anna knows why").toBeGreaterThan(
        0,
      );
      expect(count(thread, /did not work/), "said").toBeLessThan(2);
    }
    expect(count(thread, /handed this User back|declined this User/), "said").toBe(
      state === "handed-back" ? 1 : 0,
    );
    expect(bridge.parley.user(ADA).owner === BOT.id, "Parley").toBe(state === "handed-back");
    expect(bridge.items("outbox").waiting).toBe(0);
    expect(bridge.roots()).toHaveLength(1);
  };

const before = (bridge: Bridge) => bridge.handover({ metadata: { reason: "refund" } });

const STORIES: readonly [string, Story][] = [
  [
    "a hand-back",
    { before, play: (bridge) => bridge.agentHandsBack({ note: "Done" }), check: endsOneWay() },
  ],
  [
    "a User who is declined",
    {
      before,
      play: (bridge) => bridge.agentHandsBack({ reason: "declined", note: "Not for us" }),
      check: endsOneWay(),
    },
  ],
  [
    "a hand-back with a last message, behind a reply",
    {
      before,
      async play(bridge) {
        await bridge.agentWrites(REPLY);
        await bridge.agentHandsBack({ lastMessage: "Goodbye" });
      },
      check: endsOneWay("Goodbye"),
    },
  ],
  [
    "a hand-back with a long last message",
    {
      options: { messageLength: 100 },
      before,
      play: (bridge) => bridge.agentHandsBack({ lastMessage: PARTS.join("\n\n") }),
      check: endsOneWay(...PARTS),
    },
  ],
];

describe.each(STORIES)("%s ends one way", (_, story) => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(6);
  });

  it.each<[string, (bridge: Bridge) => void]>([
    [
      "loses the answer to the change of owner",
      ({ calls }) => calls.fail("parley.setOwner", new NetworkError("lost"), { after: true }),
    ],
    [
      "refuses the change of owner",
      ({ calls }) => calls.fail("parley.setOwner", new ParleyApiError("PUT", 400, [])),
    ],
    [
      "cannot be reached to unset the agent",
      ({ calls }) => calls.fail("parley.unsetAgent", new NetworkError("refused")),
    ],
    [
      "cannot be asked who has the User",
      ({ calls }) => calls.fail("parley.ownerOf", new NetworkError("refused")),
    ],
  ])("killed at any step while Parley %s", async (_what, trouble) => {
    expect(await dieAtEveryStep(story, "after", trouble)).toBeGreaterThan(6);
  });

  it.each<[string, BridgeError, boolean]>([
    ["cannot be reached", new NetworkError("refused"), false],
    ["loses the answer", new NetworkError("lost"), true],
    ["asks to wait", new RateLimitedError("429", 5_000), false],
    ["is not available", new ParleyApiError("any", 503, []), false],
    ["refuses it", new ParleyApiError("any", 400, []), false],
  ])("although Parley %s at any call", async (_what, error, after) => {
    const calls = /^parley\.(ownerOf|unsetAgent|setOwner|services)$/;
    expect(await failAtEveryCall(story, calls, error, { after })).toBeGreaterThan(2);
  });

  it("although another Service takes the User at any moment", async () => {
    for (let answers = 0; answers < 4; answers++) {
      const taken: Story = {
        ...story,
        async play(bridge) {
          let left = answers;
          bridge.parley.afterOwner = (user) => {
            if (bridge.parley.user(user).owner !== AGENTS.id || left-- !== 0) return;
            bridge.parley.user(user).owner = NIGHT.id;
          };
          await story.play(bridge);
        },
      };
      expect(await dieAtEveryStep(taken, "after")).toBeGreaterThan(3);
    }
  });
});

it.each([true, false])(
  "a last message whose answer is lost goes once at most, and the User stays: it arrived: %s",
  async (after) => {
    for (const [name, story] of STORIES.slice(2)) {
      const failures = await failAtEveryCall(
        {
          ...story,
          check(bridge) {
            expect(new Set(bridge.sent()).size, `${name}: twice`).toBe(bridge.sent().length);
            const { owner } = bridge.parley.user(ADA);
            const isReply = bridge.told().length > 0;
            if (!isReply) expect(owner).toBe(AGENTS.id);
          },
        },
        /^parley\.send$/,
        UNCERTAIN,
        { after },
      );
      expect(failures).toBeGreaterThan(1);
    }
  },
);

it.each(STORIES.filter(([name]) => /long/.test(name)))(
  "%s ends one way, also where the next process is killed soon after its start",
  async (_, story) => {
    expect(await dieTwiceAtEveryStep(story)).toBeGreaterThan(20);
  },
);
