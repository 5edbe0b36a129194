import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { toSecret } from "../../src/config/secret.ts";
import { RateLimitedError } from "../../src/errors.ts";
import { toUserId } from "../../src/ids.ts";
import { parseRetryAfter } from "../../src/parse-retry-after.ts";
import { createSlackFiles } from "../../src/slack/slack-files.ts";
import { callSlack, webClientOptions } from "../../src/slack/web-api.ts";
import { en } from "../../src/views/texts/en.ts";
import { captureLog } from "../support/captured-log.ts";
import { createParleyAdapters } from "../support/parley-adapters.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-25T12:00:00Z");

describe("Retry-After", () => {
  it.each<[string | null | undefined, number]>([
    ["7", 7_000],
    [" 7 ", 7_000],
    ["0", 1_000],
    ["0.2", 1_000],
    ["1.5", 1_500],
    ["3600", 3_600_000],
    ["Wed, 25 Nov 2026 12:01:30 GMT", 90_000],
    ["Wed, 25 Nov 2026 11:00:00 GMT", 1_000],
    ["1, 2", 1_000],
    ["Thu, 25 Nov 2027 12:00:00 GMT", DAY],
    ["99999999999999999999", DAY],
    [`1${"0".repeat(400)}`, DAY],
    [undefined, 5_000],
    [null, 5_000],
    ["", 5_000],
    ["soon", 5_000],
    ["-3", 5_000],
    ["+3", 5_000],
    ["Infinity", 5_000],
    ["NaN", 5_000],
  ])("%j means %i ms", (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "makes no error of what is not finite: %d",
    (pause) => {
      expect(() => new RateLimitedError("GET /x: HTTP 429", pause)).toThrow(RangeError);
    },
  );
});

describe("Retry-After as a date", () => {
  /** Whoever asks is told to wait until a minute from now. */
  async function open() {
    const server = createServer((request, response) => {
      const at = new Date(Date.now() + 60_000).toUTCString();
      request.resume().once("end", () => response.writeHead(429, { "retry-after": at }).end());
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new WebClient("xoxb-test", webClientOptions(`${url}/api/`));
    const parley = createParleyAdapters(url);
    const slackFiles = createSlackFiles({
      client,
      botToken: toSecret("xoxb-test"),
      apiUrl: `${url}/api/`,
      channels: ["C1"],
      channelIds: { current: (channel: string) => channel },
      texts: en,
      log: captureLog(),
    });
    const file = { id: "F1", name: "a.png", url: `${url}/a.png`, mimeType: "image/png", size: 1 };
    const { signal } = new AbortController();
    return {
      "a post in Slack": () =>
        callSlack("chat.postMessage", () =>
          client.chat.postMessage({ channel: "C1", text: "Hello" }),
        ),
      "a file of Slack": () => slackFiles.download(file, signal),
      "a message to Parley": () => parley.client.send(toUserId("20"), { text: "Hello" }),
      "a file of Parley": () =>
        parley.files.download({ url: `${url}/media/a.png`, filename: "a.png" }, signal),
    };
  }

  it.each([
    "a post in Slack",
    "a file of Slack",
    "a message to Parley",
    "a file of Parley",
  ] as const)("is obeyed by %s", async (which) => {
    const calls = await open();
    const failure = await calls[which]().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimitedError);
    const { retryAfterMs } = failure as RateLimitedError;
    // A date has whole seconds.
    expect(retryAfterMs).toBeGreaterThan(30_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});
