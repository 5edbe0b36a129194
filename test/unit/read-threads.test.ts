import { WebClient } from "@slack/web-api";
import { expect, it, onTestFinished } from "vitest";
import { sendJson, startHttpServer } from "../../fakes/http/http-server.ts";
import { createRateLimiter } from "../../src/delivery/rate-limiter.ts";
import { createThreadReader } from "../../src/slack/thread-reader.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";

const THREAD = { team: "T1", channel: "C1", ts: "1.000001" };

/** A Slack that has always another page, each with as many replies. */
async function readEndless(repliesPerPage: number) {
  let pages = 0;
  const server = await startHttpServer((_, response) => {
    pages += 1;
    const messages = Array.from({ length: repliesPerPage }, (_reply, n) => ({
      type: "message",
      user: "U1",
      text: "x",
      ts: `${pages}.${String(n + 2).padStart(6, "0")}`,
      thread_ts: THREAD.ts,
    }));
    sendJson(response, 200, { ok: true, messages, response_metadata: { next_cursor: "on" } });
  });
  onTestFinished(() => server.close());
  const reader = createThreadReader({
    client: new WebClient("xoxb-test", webClientOptions(`${server.url}/api/`)),
    team: "T1",
    channel: "C1",
    botUserId: "UBOT",
    pace: { extras: createRateLimiter({ perSecond: 10_000, burst: 1_000 }) },
  });
  const replies = await reader.repliesAfter(THREAD, "1.000001", new AbortController().signal);
  return { pages, replies };
}

it("ends a reading that finds no end, with what the next one goes on from", async () => {
  const { pages, replies } = await readEndless(100);
  expect(pages).toBe(5);
  expect(replies).toHaveLength(500);
  expect(replies).toContainEqual(expect.objectContaining({ ts: "5.000101" }));
});

it("ends a reading that finds nothing either", async () => {
  const { pages, replies } = await readEndless(0);
  expect(pages).toBe(50);
  expect(replies).toEqual([]);
});
