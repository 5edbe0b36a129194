import { describe, expect, it } from "vitest";
import {
  BridgeError,
  NetworkError,
  StorageError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const LEADS = ["U0ANNA", "U0BEN"];
/** What is said behind something that may be a repeat. */
const REPEAT = /\n_\(.*\)_$/;
const options = { leads: LEADS };

/** The same for all, or nothing where it was over before anybody looked. */
const toldOrOver =
  (...texts: readonly RegExp[]) =>
  (bridge: Bridge): void =>
    bridge.slack.direct.length === 0 ? told()(bridge) : told(...texts)(bridge);

/** What each lead was told, oldest first; nothing waits, and nothing was given up. */
const told =
  (...texts: readonly RegExp[]) =>
  (bridge: Bridge): void => {
    for (const lead of LEADS) {
      const news = bridge.slack.direct.filter(({ to }) => to === lead).map(({ text }) => text);
      const originals = news.filter((text) => !REPEAT.test(text));
      expect(originals).toHaveLength(new Set(originals).size);
      // What may be a repeat, and is the first that arrives.
      expect([...new Set(news.map((text) => text.replace(REPEAT, "")))]).toEqual(
        texts.map((text) => expect.stringMatching(text) as unknown),
      );
    }
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  };

const STORIES: readonly [string, Story][] = [
  [
    "a channel is archived while a User waits",
    {
      options,
      before: (bridge) => bridge.handover(),
      play: (bridge) => bridge.channelBecomes("archived"),
      check: told(/is archived.*\n1 User is waiting/),
    },
  ],
  [
    "it is archived and comes back",
    {
      options,
      async play(bridge) {
        await bridge.channelBecomes("archived");
        await bridge.channelBecomes(undefined);
      },
      check: toldOrOver(/is archived/, /is back/),
    },
  ],
  [
    "it is deleted, of which no event tells",
    {
      options,
      async play(bridge) {
        await bridge.channelBecomes("unseen", { unheard: true });
        await bridge.somebodyChecks();
      },
      check: told(/I cannot see the channel/),
    },
  ],
];

describe.each(STORIES)("%s: everybody is told once", (_, story) => {
  it("killed before any step, and where the disk has nothing of it", async () => {
    for (const when of ["before", "unsynced"] as const) {
      expect(await dieAtEveryStep(story, when)).toBeGreaterThan(4);
    }
  });

  it("whatever call fails", async () => {
    const away = new NetworkError("Slack: ECONNREFUSED");
    expect(
      await failAtEveryCall(story, /^(channels\.look|directMessages\.tell)$/, away),
    ).toBeGreaterThan(2);
    const full = new StorageError("full");
    expect(await failAtEveryCall(story, /^channelNotes\.set$/, full)).toBeGreaterThan(0);
  });
});

describe("one lead", () => {
  it("is told once more, and that it may be a repeat, where nobody knows whether it arrived", async () => {
    const bridge = await startBridge(options);
    bridge.calls.fail("directMessages.tell", new UncertainDeliveryError("lost"), { after: true });

    await bridge.channelBecomes("archived");
    await bridge.settled();

    told(/is archived/)(bridge);
    const [first, ...others] = bridge.slack.direct.filter(({ to }) => to === LEADS[0]);
    expect(first?.text).not.toMatch(REPEAT);
    expect(others).toEqual([{ to: LEADS[0], text: expect.stringMatching(REPEAT) as unknown }]);
  });

  it("is left out whom Slack does not let us write to, and others are told", async () => {
    const bridge = await startBridge(options);
    const refused = new BridgeError("no", { code: "slack-api", disposition: "dead-letter" });
    bridge.calls.fail("directMessages.tell", refused);

    await bridge.channelBecomes("archived");
    await bridge.settled();

    expect(bridge.slack.direct.map(({ to }) => to)).toEqual([LEADS[1]]);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  });
});

it.each([
  ["become known", LEADS, 1],
  ["never become known", ["U0ANNA"], Number.POSITIVE_INFINITY],
] as const)(
  "tells those who are known at once, and others where they %s",
  async (_, all, after) => {
    let asked = 0;
    const bridge = await startBridge({
      responsible: () => {
        const mayBeMore = asked++ < after;
        return Promise.resolve({ people: mayBeMore ? ["U0ANNA"] : LEADS, mayBeMore });
      },
    });

    await bridge.channelBecomes("archived");
    await bridge.settled();

    expect(bridge.slack.direct.map(({ to }) => to)).toEqual(all);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
    await bridge.channelBecomes(undefined);
    await bridge.settled();
    expect(bridge.slack.direct.slice(all.length)).toContainEqual({
      to: "U0ANNA",
      text: expect.stringMatching(/is back/) as unknown,
    });
  },
);

it("tells nothing where a channel is back before anybody has looked", async () => {
  const bridge = await startBridge(options);

  await bridge.atOnce(async () => {
    await bridge.channelBecomes("archived");
    await bridge.channelBecomes(undefined);
  });
  await bridge.settled();

  told()(bridge);
});

it("does not tell that a channel is out of reach which comes back with another id at once", async () => {
  const bridge = await startBridge(options);

  await bridge.channelBecomes("unseen", { unheard: true });
  await bridge.somebodyChecks();
  await bridge.channelBecomes(undefined, { unheard: true });
  await bridge.settled();

  told()(bridge);
});
