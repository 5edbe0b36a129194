import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createSlackAdapter } from "@chat-adapter/slack";
import { createPostgresState } from "@chat-adapter/state-pg";
import { Chat } from "chat";

// The bridge's job as one writes it on the Chat SDK: subscribed threads, their state in Postgres. It acknowledges before it
// does anything, as the SDK does with Slack's events; whatever goes wrong after that is lost.
interface ThreadState {
  userId: string;
}

interface Callback {
  readonly body: { readonly user: { readonly id: string }; readonly message?: string };
}

const { env } = process;
// Both read their own variables: SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET and SLACK_API_URL; POSTGRES_URL.
const slack = createSlackAdapter();
const state = createPostgresState();
const bot = new Chat<{ slack: typeof slack }, ThreadState>({
  userName: "support",
  adapters: { slack },
  state,
  // Every other strategy drops messages that come while one is handled; this one keeps no order.
  concurrency: "concurrent",
});

bot.onSubscribedMessage(async (thread, message) => {
  const { userId } = (await thread.state) ?? {};
  if (userId === undefined) return;
  await fetch(`${env.PARLEY_API_URL}/users/${userId}/messages`, {
    method: "POST",
    headers: { authorization: "signed-once", "content-type": "application/json" },
    body: JSON.stringify({ message: message.text, agent: { name: message.author.fullName } }),
  });
});

/** What comes while a User's thread is looked up or opened waits for it, else there would be two. */
const lookUps = new Map<string, Promise<string>>();

function threadOf(userId: string): Promise<string> {
  const known = lookUps.get(userId);
  if (known) return known;
  const lookUp = findOrOpen(userId).finally(() => lookUps.delete(userId));
  lookUps.set(userId, lookUp);
  return lookUp;
}

async function findOrOpen(userId: string): Promise<string> {
  const key = `thread-of:${userId}`;
  const known = await state.get<string>(key);
  if (known) return known;
  const root = await bot.channel(`slack:${env.SLACK_CHANNEL}`).post(`Handover of ${userId}`);
  const thread = bot.thread(root.threadId);
  await thread.subscribe();
  await thread.setState({ userId });
  await state.set(key, thread.id);
  return thread.id;
}

async function takeCallback(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const authentic = request.headers.authorization === env.PARLEY_CALLBACK_TOKEN;
  const { body } = JSON.parse(await text(request)) as Callback;
  response.writeHead(authentic ? 200 : 401).end("{}");
  if (!authentic) return;
  const threadId = await threadOf(body.user.id);
  if (body.message !== undefined) await bot.thread(threadId).post(body.message);
}

async function takeEvent(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await bot.webhooks.slack(
    new Request(`http://localhost${request.url}`, {
      method: "POST",
      headers: request.headers as Record<string, string>,
      body: await text(request),
    }),
  );
  response.writeHead(answer.status).end(await answer.text());
}

await bot.initialize();
createServer((request, response) => {
  if (request.url === "/slack/events") void takeEvent(request, response);
  else if (request.url === "/parley/callback") void takeCallback(request, response);
  else response.end("{}");
}).listen(Number(env.PORT), "127.0.0.1");
