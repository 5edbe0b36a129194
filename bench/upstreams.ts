import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createLedger, type Ledger } from "./ledger.ts";
import { AGENT, BOT_USER, CHANNEL, SERVICE, TEAM } from "./settings.ts";

/** How Slack treats posts: takes all, refuses more than one a second after a burst of four, or is down. */
type PostPolicy = "unlimited" | "one-per-second" | "down";

/** A Slack and a Parley that answer at once and remember nothing but arrivals. */
export interface Upstreams {
  /** The base addresses for one process, by which its requests are told from those of others. */
  apisFor(caller: string): { readonly slackApiUrl: string; readonly parleyApiUrl: string };
  readonly ledger: Ledger;
  /** Thread of each User, by the User's number. */
  readonly threads: ReadonlyMap<number, string>;
  /** When each post in a thread was taken, and how many were refused with 429. */
  readonly posts: number[];
  readonly counts: { refused: number };
  policy: PostPolicy;
  /** Forgets threads, posts and counts; not the ledger. */
  reset(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly json: string;
  readonly retryAfter?: string;
}

const BURST = 4;

export async function startUpstreams(): Promise<Upstreams> {
  const ledger = createLedger();
  const threads = new Map<number, string>();
  const posts: number[] = [];
  const counts = { refused: 0 };
  const bucket = { tokens: BURST, at: performance.now() };
  let lastTs = 0;

  const serve = (answer: (path: string, body: string) => Answer) =>
    createServer((request, response) => {
      void readAll(request).then((body) => send(response, answer(request.url ?? "", body)));
    });
  const slack = serve(answerSlack);
  const parley = serve(answerParley);

  function answerSlack(path: string, body: string): Answer {
    const [, caller = "", , method = ""] = path.split("/");
    const isSetUp = method === "auth.test" || method === "conversations.info";
    if (upstreams.policy === "down" && !isSetUp) return { status: 503, json: "{}" };
    if (method !== "chat.postMessage") return { status: 200, json: slackAnswer(method) };
    if (upstreams.policy === "one-per-second" && !takeToken()) {
      counts.refused += 1;
      return { status: 429, json: '{"ok":false,"error":"ratelimited"}', retryAfter: "1" };
    }
    const ts = `1800000000.${String(++lastTs).padStart(6, "0")}`;
    const threadTs = /thread_ts=([\d.]+)/.exec(body)?.[1];
    if (threadTs !== undefined) {
      posts.push(performance.now());
      ledger.arrived(body, caller);
    } else {
      const user = /user(\d+)end/.exec(body)?.[1];
      if (user !== undefined) threads.set(Number(user), ts);
    }
    // As Slack does: without it the bridge would take the post for one that went astray.
    const message = threadTs === undefined ? "{}" : `{"thread_ts":"${threadTs}"}`;
    return {
      status: 200,
      json: `{"ok":true,"channel":"${CHANNEL}","ts":"${ts}","message":${message}}`,
    };
  }

  function answerParley(path: string, body: string): Answer {
    if (path.endsWith("/messages")) ledger.arrived(body, path.split("/")[1] ?? "");
    return { status: 200, json: parleyAnswer(path) };
  }

  function takeToken(): boolean {
    const now = performance.now();
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / 1000);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  const servers = [slack, parley];
  for (const server of servers) {
    // A pooled connection must not be closed under its client: that would be measured as a failure.
    server.keepAliveTimeout = 10 * 60_000;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const url = (server: typeof slack) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstreams: Upstreams = {
    apisFor: (caller) => ({
      slackApiUrl: `${url(slack)}/${caller}/api/`,
      parleyApiUrl: `${url(parley)}/${caller}/v2.5`,
    }),
    ledger,
    threads,
    posts,
    counts,
    policy: "unlimited",
    reset() {
      threads.clear();
      posts.length = 0;
      counts.refused = 0;
      bucket.tokens = BURST;
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      }
    },
  };
  return upstreams;
}

const OWNER = `{"data":{"identification":"${SERVICE}"},"status":"SUCCESS"}`;
const SERVICES = JSON.stringify({
  data: {
    services: [
      { identification: "bench-bot", name: "Bot", default: "true" },
      { identification: SERVICE, name: "Agents", default: "false" },
    ],
  },
  status: "SUCCESS",
});

function parleyAnswer(path: string): string {
  if (path.endsWith("/messages")) return '{"data":{"messageId":"1"},"status":"SUCCESS"}';
  if (path.endsWith("/owner")) return OWNER;
  if (path.endsWith("/services")) return SERVICES;
  return '{"data":{},"status":"SUCCESS"}';
}

function slackAnswer(method: string): string {
  switch (method) {
    case "auth.test":
      return `{"ok":true,"url":"http://127.0.0.1/","team_id":"${TEAM}","user_id":"${BOT_USER}","bot_id":"B0BENCH"}`;
    case "conversations.info":
      return `{"ok":true,"channel":{"id":"${CHANNEL}","is_member":true}}`;
    case "users.info":
      return `{"ok":true,"user":{"id":"${AGENT}","profile":{"display_name":"Anna"}}}`;
    case "conversations.replies":
    case "conversations.history":
      return '{"ok":true,"messages":[]}';
    default:
      return '{"ok":true}';
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, json, retryAfter }: Answer): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  if (retryAfter) response.setHeader("retry-after", retryAfter);
  response.end(json);
}
