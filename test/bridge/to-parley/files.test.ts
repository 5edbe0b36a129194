import { describe, expect, it } from "vitest";
import {
  type FileTrouble,
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { ADA, BOT } from "../support/memory-parley.ts";
import type { AgentFile } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const photo = (file: Partial<AgentFile> = {}): AgentFile => ({
  name: "photo.png",
  mimeType: "image/png",
  bytes: png(500),
  ...file,
});

/** An agent shares a file in the User's thread, with a few words. */
const share = (bridge: Bridge, file = photo(), text = "Look") =>
  bridge.agentWrites(text, { files: [file] });

const next = (bridge: Bridge) => bridge.agentWrites("Next", { agent: "U0BEN" });

const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

async function handedOver(): Promise<Bridge> {
  const bridge = await startBridge();
  await bridge.handover();
  return bridge;
}

describe("a file that an agent shares", () => {
  it("reaches the User behind its text, byte by byte, in its place", async () => {
    const bridge = await handedOver();
    const release = bridge.calls.hang("parleyFiles.upload");

    await bridge.agentWrites("Before");
    const reply = await share(bridge);
    await next(bridge);
    expect(bridge.sent()).toEqual(["Before", "Look"]);
    release();
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Before", "Look", "[photo.png]", "Next"]);
    const [file] = bridge.parley.media.values();
    expect(file).toMatchObject({ name: "photo.png", mimeType: "image/png" });
    expect(Buffer.from(file?.bytes ?? []).equals(png(500))).toBe(true);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.told()).toEqual([]);
  });

  it.each<[string, AgentFile, string]>([
    ["0 bytes", photo({ bytes: Buffer.alloc(0) }), "it is empty"],
    ["10.1 MB", photo({ bytes: png(10_100_000) }), "it has 10.1 MB, and 10 MB is the most"],
    ...["image/webp", "image/heic", "image/svg+xml", "application/zip", "text/html"].map(
      (mimeType): [string, AgentFile, string] => [
        mimeType,
        photo({ mimeType }),
        `files of type ${mimeType} cannot be shown`,
      ],
    ),
  ])("is not sent if Parley's clients cannot show it, its text is: %s", async (_, file, why) => {
    const bridge = await handedOver();

    const reply = await share(bridge, file, "As promised");
    await next(bridge);

    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:no_entry: \*Not sent\.\*.*The rest of your message goes/s),
    ]);
    expect(bridge.told()[0]).toContain(`photo.png: ${why}`);
    expect(bridge.told("U0BEN")).toEqual([]);
    expect(bridge.sent()).toEqual(["As promised", "Next"]);
    expect(bridge.parley.media.size).toBe(0);
    expect(bridge.calls.made).not.toContain("slackFiles.download");
    expect(bridge.marks(reply)).toEqual(["delivered", "failed"]);
  });

  it("is not said to be delivered if nothing of the message could go", async () => {
    const bridge = await handedOver();

    const reply = await share(bridge, photo({ bytes: png(10_100_000) }), "");
    await next(bridge);

    expect(bridge.told()).toHaveLength(1);
    expect(bridge.told()[0]).not.toContain("The rest");
    expect(bridge.sent()).toEqual(["Next"]);
    expect(bridge.marks(reply)).toEqual(["failed"]);
  });

  it("stays inside with a note", async () => {
    const bridge = await handedOver();

    await share(bridge, photo(), "// for us only");
    await next(bridge);

    expect(bridge.sent()).toEqual(["Next"]);
    expect(bridge.parley.media.size).toBe(0);
  });

  it("stays when another Service has the User, and nothing of it goes to Parley", async () => {
    const bridge = await handedOver();
    bridge.parley.user(ADA).owner = BOT.id;

    await share(bridge);

    expect(bridge.told()[0]).toMatch(/^:no_entry: \*Not sent\.\*/);
    expect(bridge.parley.media.size).toBe(0);
  });
});

describe("what comes in place of an agent's file", () => {
  it.each<[FileTrouble, RegExp]>([
    ["login-page", /sign in/],
    ["wrong-size", /as long as/],
    ["wrong-type", /what its type says/],
    ["refused", /could not be fetched/],
    ["too-large", /too large/],
    ["empty", /empty/],
    ["program", /a program/],
  ])("is not passed on, and its writer is told: %s", async (trouble, why) => {
    const bridge = await handedOver();

    const reply = await share(bridge, photo({ trouble }));
    await next(bridge);

    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:x: \*Not delivered\.\* About your file photo\.png: /),
    ]);
    expect(bridge.told()[0]).toMatch(why);
    expect(bridge.sent()).toEqual(["Look", "Next"]);
    expect(bridge.parley.media.size).toBe(0);
    expect(bridge.marks(reply)).toEqual(["failed"]);
  });

  it("goes by itself, and alone, when its writer sends again what is missing", async () => {
    const bridge = await handedOver();
    const reply = await share(bridge, photo({ trouble: "login-page" }));

    for (const file of bridge.slack.files.values()) delete file.trouble;
    await bridge.press("sendAgain");
    await next(bridge);

    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
  });

  it("is brought to Parley anew when it is sent again: Parley may have dropped it meanwhile", async () => {
    const bridge = await handedOver();
    const refused = new ParleyApiError("POST message", 400, []);
    bridge.calls.fail("parley.send", refused, { skip: 1 });
    await share(bridge);
    const [first] = bridge.parley.media.keys();

    await bridge.press("sendAgain");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Look", "[photo.png]"]);
    expect(bridge.parley.user(ADA).messages.at(-1)?.media?.id).not.toBe(first);
  });

  it("is told of once for several files, by their names", async () => {
    const bridge = await handedOver();
    const trouble = "refused";
    const files = [photo({ trouble }), photo({ trouble, name: "second.png" })];

    await bridge.agentWrites("Look", { files });

    expect(bridge.sent()).toEqual(["Look"]);
    expect(bridge.told()).toEqual([
      expect.stringContaining("About your file photo.png, second.png"),
    ]);
  });
});

describe("a file that Slack still works on", () => {
  const finish = ({ slack }: Bridge) => {
    for (const file of slack.files.values()) file.isReady = true;
  };

  it.each(["while the bridge runs", "after a crash"])(
    "goes in its place when it is ready %s",
    async (when) => {
      const bridge = await handedOver();
      await share(bridge, photo({ isReady: false }));
      await next(bridge);
      expect(bridge.sent()).toEqual(["Look"]);
      if (when === "after a crash") await bridge.crashAndRestart();

      finish(bridge);
      await bridge.settled();

      expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
      expect(bridge.told()).toEqual([]);
    },
  );

  it("holds up its thread only for a while, and is sent when its writer asks for it", async () => {
    const bridge = await handedOver();
    await share(bridge, photo({ isReady: false }));
    await next(bridge);
    await bridge.settled();
    expect(bridge.told()).toEqual([expect.stringContaining("Slack still works on it")]);
    expect(bridge.sent()).toEqual(["Look", "Next"]);

    finish(bridge);
    await bridge.press("sendAgain");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Look", "Next", "[photo.png]"]);
  });

  it("holds up its thread for no longer when it is sent again, however long it was tried before", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.ownerOf", new NetworkError("Parley is away"), { times: 60 });
    await share(bridge, photo({ isReady: false }), "");
    await bridge.settled();
    expect(bridge.told()).toEqual([expect.stringContaining("Slack still works on it")]);

    await bridge.press("sendAgain");
    await next(bridge);
    await bridge.later(60_000);

    expect(bridge.sent()).toEqual(["Next"]);
    expect(bridge.items("outbox")).toEqual({ waiting: 0, held: 0, dead: 1 });
  });

  it("is refused as soon as Slack tells what it is, if Parley cannot show that", async () => {
    const bridge = await handedOver();
    await share(bridge, photo({ isReady: false, mimeType: "image/heic" }));
    finish(bridge);
    await next(bridge);
    await bridge.settled();

    expect(bridge.told()).toEqual([
      expect.stringContaining("files of type image/heic cannot be shown"),
    ]);
    expect(bridge.sent()).toEqual(["Look", "Next"]);
  });

  it("is gone if its writer deletes it meanwhile", async () => {
    const bridge = await handedOver();
    await share(bridge, photo({ isReady: false }));
    bridge.slack.files.clear();
    await bridge.settled();
    expect(bridge.told()).toEqual([expect.stringContaining("no longer in Slack")]);
    expect(bridge.sent()).toEqual(["Look"]);
  });
});

describe("a transfer that breaks off", () => {
  it.each([
    ["Slack's download is cut", "slackFiles.download", new NetworkError("cut")],
    ["Slack asks to wait", "slackFiles.download", new RateLimitedError("429", 2_000)],
    ["the upload is cut", "parleyFiles.upload", new NetworkError("cut")],
    ["Parley is not available", "parleyFiles.upload", new ParleyApiError("POST media", 503, [])],
  ])("is made again, and the User gets the file once: %s", async (_, call, error) => {
    const bridge = await handedOver();
    bridge.calls.fail(call, error, { times: 2 });

    await share(bridge);
    await next(bridge);
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
    expect(bridge.told()).toEqual([]);
  });

  it("is made again when the answer to the upload is lost, and the User gets the file once", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parleyFiles.upload", new NetworkError("lost"), { times: 2, after: true });

    await share(bridge);
    await next(bridge);
    await bridge.settled();

    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
  });

  it("is not made again when Parley refuses the file, and its writer is told why", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parleyFiles.upload", new ParleyApiError("POST media", 400, []));

    await share(bridge);
    await next(bridge);

    expect(bridge.told()).toEqual([
      expect.stringContaining("About your file photo.png: Parley refused it (HTTP 400)"),
    ]);
    expect(bridge.sent()).toEqual(["Look", "Next"]);
  });
});

describe("a file whose fate nobody knows", () => {
  it("is the only part that its writer is asked about, and that goes again", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.send", UNCERTAIN, { skip: 1, after: true });

    const reply = await share(bridge);
    await next(bridge);
    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:grey_question: .*About your file photo\.png: .*may or may not/),
    ]);
    expect(bridge.marks(reply)).toEqual(["uncertain"]);
    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);

    await bridge.press("sendAgain");
    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next", "[photo.png]"]);
  });

  it("holds up nothing: an uncertain text goes before its file, and alone when sent again", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.send", UNCERTAIN, { after: true });

    await share(bridge);
    expect(bridge.sent()).toEqual(["Look", "[photo.png]"]);

    await bridge.press("sendAgain");
    await next(bridge);
    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Look", "Next"]);
  });

  it("is asked about after a kill while it was sent; what was sent before does not go again", async () => {
    const bridge = await handedOver();
    bridge.calls.hang("parley.send", { skip: 1, after: true });
    await share(bridge);

    await bridge.crashAndRestart();

    expect(bridge.told()).toEqual([expect.stringMatching(/^:grey_question: /)]);
    await next(bridge);
    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
    await bridge.press("sendAgain");
    expect(bridge.sent().at(-1)).toBe("[photo.png]");
    expect(bridge.sent()).toHaveLength(4);
  });

  it("goes on where it was after a kill while it was uploaded", async () => {
    const bridge = await handedOver();
    bridge.calls.hang("parleyFiles.upload", { after: true });
    await share(bridge);

    await bridge.crashAndRestart();
    await next(bridge);

    expect(bridge.sent()).toEqual(["Look", "[photo.png]", "Next"]);
    expect(bridge.told()).toEqual([]);
  });
});
