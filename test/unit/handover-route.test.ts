import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createHandoverRoute } from "../../src/bot/handover-route.ts";
import type { InboxBody } from "../../src/bridge/stored/inbox-body.ts";
import { toSecret } from "../../src/config/secret.ts";
import type { NewItem } from "../../src/delivery/lanes.ts";
import { StorageError } from "../../src/errors.ts";
import { createAuthenticRequests } from "../../src/http/authentic-requests.ts";
import { makeKeyedHandoverId, toConversationId, toHandoverId, toUserId } from "../../src/ids.ts";
import { createMemoryHandovers } from "../bridge/support/memory-handovers.ts";
import { captureLog } from "../support/captured-log.ts";

const DAY_MS = 86_400_000;

/** The route, before a queue that a test may break. */
async function startRoute() {
  const handovers = createMemoryHandovers();
  const appended: NewItem<InboxBody>[] = [];
  const trouble = { isFull: false, laterMs: 0 };
  const log = captureLog();
  const route = createHandoverRoute({
    requests: createAuthenticRequests({
      tokens: [toSecret("token")],
      refuse: () => undefined,
      refused: () => {},
      onRefused: () => {},
      log,
    }),
    handovers,
    inbox: {
      async append(item) {
        if (trouble.isFull) throw new StorageError("full");
        const isKnown = appended.some(({ id }) => id === item.id);
        if (!isKnown) appended.push(item);
        return isKnown ? "duplicate" : "appended";
      },
    },
    now: () => Date.now() + trouble.laterMs,
    onRequest: () => {},
    log,
  });
  const server = createServer((request, response) => {
    route.handle(request, response).catch(() => response.writeHead(503).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/parley/handovers`;
  async function post(body: object, headers: Record<string, string> = {}) {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: "token", ...headers },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { id: string };
    return [response.status, answer] as const;
  }
  return { post, handovers, appended, trouble };
}

it("takes a handover that was cut off before its item was stored, when it comes again", async () => {
  const { post, appended, trouble } = await startRoute();
  const body = { userId: "7", idempotencyKey: "k" };
  trouble.isFull = true;
  expect((await post(body))[0]).toBe(503);
  expect((await post({ ...body, summary: "another" }))[0]).toBe(409);
  trouble.isFull = false;

  const answer = await post(body);

  expect(answer).toEqual([200, { status: "SUCCESS", id: expect.stringMatching(/^h_/) }]);
  expect(await post(body)).toEqual(answer);
  expect(appended).toHaveLength(1);
});

it("takes what a request brings although Parley's callback came first, also when it was cut off", async () => {
  const { post, handovers, appended, trouble } = await startRoute();
  const id = makeKeyedHandoverId("k");
  const told = Date.now() - 20 * DAY_MS;
  await handovers.add({ id, userId: toUserId("7"), at: told });
  await handovers.belongsTo(id, toConversationId("c_1"));
  const body = { userId: "7", idempotencyKey: "k", summary: "Where is my parcel?" };
  trouble.isFull = true;
  expect((await post(body))[0]).toBe(503);
  trouble.isFull = false;
  trouble.laterMs = DAY_MS;

  expect(await post(body)).toEqual([200, { status: "SUCCESS", id }]);
  expect((await post(body))[0]).toBe(200);

  expect(appended.map((item) => item.body)).toMatchObject([
    { handover: id, metadata: { summary: "Where is my parcel?" } },
  ]);
});

it("begins nothing anew once it has a conversation, although its item is forgotten", async () => {
  const { post, handovers, appended, trouble } = await startRoute();
  const body = { userId: "7", reasonCode: "refund" };
  const header = { "idempotency-key": "k" };
  const [, answer] = await post(body, header);
  await handovers.belongsTo(toHandoverId(answer.id), toConversationId("c_1"));
  appended.length = 0;
  trouble.laterMs = 15 * DAY_MS;

  expect(await post(body, header)).toEqual([200, answer]);

  expect(appended).toEqual([]);
});

it("reads metadata that come as JSON in a text, and keeps a text that is none", async () => {
  const { post, appended } = await startRoute();
  const metadata = { idempotencyKey: "k", reasonCode: "refund", expiresInSeconds: 60 };
  const inText = JSON.stringify({ ...metadata, user: { name: "Ada" } });

  expect((await post({ userId: "7", metadata: inText }))[1].id).toBe(makeKeyedHandoverId("k"));
  await post({ userId: "7", metadata: "{a question" });

  expect(appended.map((item) => item.body)).toMatchObject([
    { metadata, user: { name: "Ada" }, expiresInSeconds: 60 },
    { metadata: "{a question" },
  ]);
});

it("begins each time without a key, and then nothing has become of it yet", async () => {
  const { post, handovers, appended } = await startRoute();
  const [, { id }] = await post({ userId: "7" });
  await handovers.belongsTo(toHandoverId(id), toConversationId("c_1"));

  expect((await post({ userId: "7" }))[1]).toEqual({ status: "SUCCESS", id });

  expect(new Set(appended.map((item) => item.id)).size).toBe(2);
  expect(await handovers.byId(toHandoverId(id))).not.toHaveProperty("conversation");
});
