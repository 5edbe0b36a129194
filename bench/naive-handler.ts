import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { App, HTTPReceiver } from "@slack/bolt";

// What the bridge is compared with: answers first, keeps everything in memory, loses whatever goes wrong.
const { env } = process;
const channel = env.SLACK_CHANNEL ?? "";
const threadOf = new Map<string, Promise<string>>();
const userOf = new Map<string, string>();

interface Callback {
  readonly body: { readonly user: { readonly id: string }; readonly message?: string };
}

const receiver = new HTTPReceiver({
  signingSecret: env.SLACK_SIGNING_SECRET ?? "",
  customRoutes: [
    { path: "/readyz", method: "GET", handler: (_request, response) => void response.end("{}") },
    {
      path: "/parley/callback",
      method: "POST",
      handler: (request, response) => void takeCallback(request, response),
    },
  ],
});
const app = new App({
  receiver,
  token: env.SLACK_BOT_TOKEN ?? "",
  clientOptions: { slackApiUrl: env.SLACK_API_URL ?? "" },
});

async function takeCallback(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const authentic = request.headers.authorization === env.PARLEY_CALLBACK_TOKEN;
  const { body } = JSON.parse(await text(request)) as Callback;
  response.writeHead(authentic ? 200 : 401).end("{}");
  if (authentic) await toSlack(body);
}

async function toSlack({ user, message }: Callback["body"]): Promise<void> {
  const known = threadOf.get(user.id) ?? openThread(user.id);
  threadOf.set(user.id, known);
  const thread_ts = await known;
  if (message) await app.client.chat.postMessage({ channel, text: message, thread_ts });
}

async function openThread(user: string): Promise<string> {
  const { ts = "" } = await app.client.chat.postMessage({ channel, text: `Handover of ${user}` });
  userOf.set(ts, user);
  return ts;
}

app.message(async ({ message }) => {
  const user = "thread_ts" in message && message.thread_ts && userOf.get(message.thread_ts);
  if (!user || !("text" in message)) return;
  await fetch(`${env.PARLEY_API_URL}/users/${user}/messages`, {
    method: "POST",
    headers: { authorization: "signed-once", "content-type": "application/json" },
    body: JSON.stringify({ message: message.text, agent: { name: "Support" } }),
  });
});

await app.start(Number(env.PORT));
