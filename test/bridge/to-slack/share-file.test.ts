import { describe, expect, it } from "vitest";
import {
  FileError,
  type FileTrouble,
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { dieAtEveryStep } from "../support/every-step.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const PHOTO = { name: "photo.png", mimeType: "image/png", bytes: png(5_000) };

async function handedOver(): Promise<Bridge> {
  const bridge = await startBridge();
  await bridge.handover();
  return bridge;
}

/** A file with a few words, and what the User writes after it. */
async function send(bridge: Bridge): Promise<void> {
  await bridge.userWrites("Look", { file: PHOTO });
  await bridge.userWrites("The end");
}

/** How many files are in the thread. */
const files = ({ slack }: Bridge): number =>
  slack.messages.filter(({ file }) => file !== undefined).length;

describe("a file of a User", () => {
  it("comes into the thread behind its text", async () => {
    const bridge = await handedOver();
    await send(bridge);
    expect(bridge.thread()).toEqual(["Look", "[photo.png]", "The end"]);
  });

  it.each([
    ["Parley's answer is cut", "parleyFiles.download", new NetworkError("cut"), false],
    ["Parley is not available", "parleyFiles.download", new ParleyApiError("GET", 503, []), false],
    ["the upload is cut", "slackFiles.upload", new NetworkError("cut"), false],
    ["the upload's answer is lost", "slackFiles.upload", new NetworkError("lost"), true],
    ["Slack asks to wait", "slackFiles.upload", new RateLimitedError("429", 60_000), false],
    [
      "sharing is refused for a moment",
      "slackFiles.share",
      new SlackApiError("any", "service_unavailable", "retry"),
      false,
    ],
    ["sharing is cut", "slackFiles.share", new NetworkError("cut"), false],
    ["sharing may have been cut", "slackFiles.share", new UncertainDeliveryError("cut"), false],
    ["the answer to sharing is lost", "slackFiles.share", new UncertainDeliveryError("lost"), true],
    [
      "something has to be repaired",
      "slackFiles.share",
      new SlackApiError("any", "no", "fatal"),
      false,
    ],
  ])("comes into the thread once when %s", async (_, call, error, after) => {
    const bridge = await handedOver();
    bridge.calls.fail(call, error, { times: 2, after });

    await send(bridge);
    await bridge.settled();

    expect(bridge.thread()).toEqual(["Look", "[photo.png]", "The end"]);
    expect(files(bridge)).toBe(1);
  });

  it("comes once where Slack shows only later what was shared", async () => {
    const bridge = await handedOver();
    bridge.slack.showsSharesLate = true;
    bridge.calls.fail("slackFiles.share", new UncertainDeliveryError("lost"), { after: true });

    await send(bridge);
    await bridge.later(3_000);
    bridge.slack.showsSharesLate = false;
    await bridge.settled();

    expect(bridge.thread()).toEqual(["Look", "[photo.png]", "The end"]);
    expect(files(bridge)).toBe(1);
  });

  it.each(["fetched", "uploaded", "shared"])(
    "comes once when the bridge is killed while it is %s",
    async (what) => {
      const call = {
        fetched: "parleyFiles.download",
        uploaded: "slackFiles.upload",
        shared: "slackFiles.share",
      }[what];
      for (const after of [true, false]) {
        const bridge = await handedOver();
        bridge.calls.hang(call ?? "", { after });
        await send(bridge);
        await bridge.crashAndRestart();
        await bridge.settled();
        expect(bridge.thread()).toEqual(["Look", "[photo.png]", "The end"]);
        expect(files(bridge)).toBe(1);
      }
    },
  );
});

describe("a file that cannot be brought", () => {
  it.each<[FileTrouble, RegExp]>([
    ["empty", /\[file: photo\.png \(image\/png\)\] \(an empty file\)/],
    ["too-large", /too large/],
    ["login-page", /could not be fetched/],
    ["wrong-type", /is not what it says/],
    ["gone", /no longer there/],
    ["program", /a program: not shared/],
  ])("is named in its place: %s", async (trouble, why) => {
    const bridge = await handedOver();
    const error = new FileError(trouble, { id: "1", name: "photo.png" });
    bridge.calls.fail("parleyFiles.download", error);

    await send(bridge);

    expect(bridge.thread()).toEqual(["Look", expect.stringMatching(why), "The end"]);
    expect(bridge.thread()[1]).toContain("photo.png");
    expect(files(bridge)).toBe(0);
  });

  it("is named with its size when the app lacks the scope files:write", async () => {
    const bridge = await handedOver();
    const error = new SlackApiError("files.getUploadURLExternal", "missing_scope", "fatal");
    bridge.calls.fail("slackFiles.upload", error, { times: Infinity });

    await send(bridge);

    expect(bridge.thread()[1]).toMatch(/photo\.png \(image\/png\), 5 kB\]/);
    expect(bridge.thread()).toHaveLength(3);
  });

  it.each([
    ["breaks off", "parleyFiles.download", new NetworkError("cut")],
    ["does not get into Slack", "slackFiles.upload", new NetworkError("cut")],
    ["cannot be shared", "slackFiles.share", new NetworkError("cut")],
  ])("holds its thread up only for a while, if it %s again and again", async (_, call, error) => {
    const bridge = await handedOver();
    bridge.calls.fail(call, error, { times: Infinity });

    await send(bridge);
    expect(bridge.thread()).toEqual(["Look"]);
    await bridge.later(60_000);

    expect(bridge.thread()).toEqual(["Look", expect.stringMatching(/photo\.png/), "The end"]);
    expect(files(bridge)).toBe(0);
    await bridge.crashAndRestart();
    await bridge.settled();
    expect(bridge.thread()).toHaveLength(3);
  });

  it("does not wait for ever for what only a person can repair: a pause that Slack asks for is none", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("slackFiles.upload", new RateLimitedError("429", 10_000), { times: 20 });

    await send(bridge);
    await bridge.settled();

    expect(bridge.thread()).toEqual(["Look", "[photo.png]", "The end"]);
  });

  it("comes into the thread although it is refused for a moment after a long wait for its turn", async () => {
    const bridge = await handedOver();
    const busy = new SlackApiError("any", "service_unavailable", "retry");
    bridge.calls.fail("slackFiles.share", busy, { times: 2 });

    const goOn = bridge.slack.holdTurns();
    await send(bridge);
    await bridge.later(30_000);
    goOn();
    await bridge.settled();

    expect(bridge.thread()).toContain("[photo.png]");
  });

  it("stands as a line that tells its size, also where an earlier attempt has uploaded it", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("slackFiles.share", new NetworkError("refused"), { times: Infinity });

    await send(bridge);
    await bridge.settled();

    const uploads = bridge.calls.made.filter((call) => call === "slackFiles.upload");
    expect(uploads).toHaveLength(1);
    expect(bridge.thread()[1]).toMatch(/photo\.png.*, \d+ kB/);
  });

  it.each(["before", "after", "unsynced"] as const)(
    "stands as one line, once, where the bridge is killed %s any step",
    async (when) => {
      const deaths = await dieAtEveryStep(
        {
          before: (bridge) => bridge.handover(),
          async play(bridge) {
            const error = new FileError("gone", { id: "1", name: "photo.png" });
            bridge.calls.fail("parleyFiles.download", error, { times: Infinity });
            await send(bridge);
          },
          check(bridge) {
            expect(bridge.thread()).toEqual([
              "Look",
              expect.stringMatching(/photo\.png/),
              "The end",
            ]);
          },
        },
        when,
      );
      expect(deaths).toBeGreaterThan(5);
    },
  );
});
