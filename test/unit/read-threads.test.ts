import { WebClient } from "@slack/web-api";
import { expect, it, onTestFinished } from "vitest";
import { sendJson, startHttpServer } from "../../fakes/http/http-server.ts";
import { createRateLimiter } from "../../src/delivery/rate-limiter.ts";
import { createThreadReader } from "../../src/slack/thread-reader.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";

const THREAD = { team: "T1", channel: "C1", ts: "1.000001" };

type Reactions = readonly { name: string; users: readonly string[]; count?: number }[];

const written = (ts: string, reactions: Reactions = []) => ({
  type: "message",
  user: "U1",
  text: "x",
  ts,
  thread_ts: THREAD.ts,
  reactions,
});

/** A Slack that has always another page, each with as many replies. */
async function readEndless(repliesPerPage: number) {
  let pages = 0;
  const read = await readFrom(() => {
    pages += 1;
    const messages = Array.from({ length: repliesPerPage }, (_reply, n) =>
      written(`${pages}.${String(n + 2).padStart(6, "0")}`),
    );
    return { messages, response_metadata: { next_cursor: "on" } };
  });
  return { pages, read };
}

async function readFrom(
  page: () => object,
  extras = createRateLimiter({ perSecond: 10_000, burst: 1_000 }),
  signal = new AbortController().signal,
) {
  const server = await startHttpServer((_, response) => {
    sendJson(response, 200, { ok: true, ...page() });
  });
  onTestFinished(() => server.close());
  const reader = createThreadReader({
    client: new WebClient("xoxb-test", webClientOptions(`${server.url}/api/`)),
    team: "T1",
    channels: ["C1"],
    botUserId: "UBOT",
    pace: { extras },
  });
  return await reader.repliesAfter(THREAD, "1.000001", signal);
}

it("ends a reading that finds no end, with what the next one goes on from", async () => {
  const { pages, read } = await readEndless(100);
  expect(pages).toBe(5);
  if (read === "cannot-look") throw new Error(read);
  expect(read.replies).toHaveLength(500);
  expect(read.replies.at(-1)).toMatchObject({ ts: "5.000101" });
  expect(read.until).toBe("5.000101");
});

it("ends a reading that finds nothing either", async () => {
  const { pages, read } = await readEndless(0);
  expect(pages).toBe(50);
  expect(read).toEqual({ replies: [], lockedBy: new Map() });
});

it("ends with what it has read when nobody waits any longer for the next page's turn", async () => {
  const stopped = new AbortController();
  const slow = createRateLimiter({ perSecond: 0.001, burst: 1 });
  let pages = 0;
  const limiter = {
    ...slow,
    acquire(...[key, options]: Parameters<typeof slow.acquire>) {
      const turn = slow.acquire(key, options);
      if (pages > 0) stopped.abort(new Error("It takes too long"));
      return turn;
    },
  };
  const page = () => {
    pages += 1;
    return { messages: [written("2.000001")], response_metadata: { next_cursor: "on" } };
  };

  const read = await readFrom(page, limiter, stopped.signal);

  expect(read).toMatchObject({ replies: [{ ts: "2.000001" }], until: "2.000001" });
  await expect(readFrom(page, limiter, stopped.signal)).rejects.toThrow("It takes too long");
});

it("leaves out what the bridge has said something about, and notes for sure, and goes on behind it", async () => {
  const messages = [
    written("2.000001", [{ name: "white_check_mark", users: ["U2", "UBOT"] }]),
    written("2.000002", [{ name: "white_check_mark", users: ["U2"] }]),
    written("2.000003", [{ name: "hourglass_flowing_sand", users: ["UBOT"] }]),
    written("2.000004", [{ name: "x", users: ["UBOT"] }]),
    written("2.000005", [{ name: "grey_question", users: ["UBOT"] }]),
    written("2.000006", [{ name: "lock", users: ["U2"] }]),
    written("2.000007", [{ name: "lock", users: ["U2", "U1"] }]),
    written("2.000008", [{ name: "lock", users: ["U2", "UBOT"] }]),
    // Slack does not always name everybody.
    written("2.000009", [{ name: "lock", users: ["U2"], count: 2 }]),
  ];

  const read = await readFrom(() => ({ messages }));

  if (read === "cannot-look") throw new Error(read);
  expect(read.replies.map(({ ts }) => ts)).toEqual(["2.000002", "2.000003", "2.000006"]);
  expect(read.lockedBy).toEqual(new Map([["2.000006", ["U2"]]]));
  expect(read.until).toBe("2.000009");
});
