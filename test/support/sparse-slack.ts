import { createHmac } from "node:crypto";
import { onTestFinished } from "vitest";
import { startHttpServer } from "../../fakes/http/http-server.ts";

export const SIGNING_SECRET = "signing-secret-of-the-sparse-slack";
export const CHANNEL = "C1";
/** All posts have this one: tests open one thread. */
export const ROOT_TS = "1700000000.000001";

interface Call {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
}

/**
 * A Slack that answers with nothing but what nobody can do without, and knows the fewest methods: what the bridge
 * takes for granted shows against it.
 */
export async function startSparseSlack() {
  const calls: Call[] = [];
  const answers: Readonly<Record<string, () => object>> = {
    "auth.test": () => ({ ok: true, user_id: "UBOT", url: "https://w.slack.com" }),
    "chat.postMessage": () => ({ ok: true, ts: ROOT_TS }),
    "chat.update": () => ({ ok: true }),
    "views.open": () => ({ ok: true, view: { id: "V1" } }),
  };
  const server = await startHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const method = request.url?.slice("/api/".length) ?? "";
    calls.push({ method, args: Object.fromEntries(new URLSearchParams(body)) });
    const answer = answers[method]?.() ?? { ok: false, error: "unknown_method" };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  onTestFinished(() => server.close());

  return {
    apiUrl: `${server.url}/api/`,
    called: (method: string) =>
      calls.filter((call) => call.method === method).map(({ args }) => args),
  };
}

/** Sends a signed request to the bridge: an event as JSON, everything else as a form. */
export function sendAsSlack(bridgeUrl: string, sent: object | URLSearchParams): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const isForm = sent instanceof URLSearchParams;
  const body = isForm ? sent.toString() : JSON.stringify(sent);
  const hash = createHmac("sha256", SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest("hex");
  return fetch(`${bridgeUrl}/slack/events`, {
    method: "POST",
    body,
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${hash}`,
    },
  });
}
