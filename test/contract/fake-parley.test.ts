import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { readBody, startHttpServer } from "../../fakes/http/http-server.ts";
import {
  makeServiceAuthorization,
  makeUserAuthorization,
  verifyServiceAuthorization,
} from "../../fakes/parley/authorization.ts";
import { type FakeParley, startFakeParley } from "../../fakes/parley/fake-parley.ts";
import { MAX_MEDIA_BYTES } from "../../fakes/parley/media.ts";
import type { FakeParleyOptions, HandoverShape, OwnerShape } from "../../fakes/parley/options.ts";

/** JSON of unknown shape, for reading answers. */
interface Json {
  readonly [key: string]: Json;
}

interface Reply {
  readonly http: number;
  readonly headers: Headers;
  readonly json: Json;
}

async function parley(options: FakeParleyOptions = {}): Promise<FakeParley> {
  const fake = await startFakeParley(options);
  onTestFinished(async () => {
    await fake.close();
    expect(fake.failures).toEqual([]);
    expect(fake.bot?.failures ?? []).toEqual([]);
  });
  return fake;
}

async function receiver(fake: FakeParley, service = fake.agentService.identification) {
  const received: { body: Json; headers: Record<string, unknown> }[] = [];
  const statuses: number[] = [];
  let gate: Promise<void> | undefined;
  const server = await startHttpServer(async (request, response) => {
    const body = JSON.parse((await readBody(request)).toString());
    received.push({ body, headers: request.headers });
    const closed = gate;
    gate = undefined;
    await closed;
    response.writeHead(statuses.shift() ?? 200).end();
  });
  onTestFinished(() => server.close());
  fake.registerCallback(service, server.url, { authorization: "Bearer callback-token" });
  return {
    received,
    statuses,
    bodies: () => received.map(({ body }) => body),
    /** Withholds the next answer until the returned function is called. */
    withholdOne: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

function authorizationOf(fake: FakeParley, service = fake.agentService.identification): string {
  return makeServiceAuthorization({
    serviceIdentification: service,
    accountIdentification: fake.account.identification,
    sharedSecret: fake.account.sharedSecret,
    validUntilSeconds: Math.floor(Date.now() / 1000) + 60,
  });
}

async function reply(response: Response): Promise<Reply> {
  return {
    http: response.status,
    headers: response.headers,
    json: (await response.json()) as Json,
  };
}

/** A call of the Agent Service unless `service` says otherwise. */
async function call(fake: FakeParley, name: string, body?: unknown, service?: string) {
  const [method = "", path = ""] = name.split(" ");
  const isForm = body instanceof FormData;
  const response = await fetch(fake.serviceApiUrl + path, {
    method,
    headers: {
      authorization: authorizationOf(fake, service),
      ...(!isForm && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  return reply(response);
}

function client(fake: FakeParley, device = "device-0001", authorization?: string) {
  const headers = {
    "x-iris-identification": `${fake.account.identification}:${device}`,
    ...(authorization && { authorization }),
  };
  return async (name: string, body?: unknown) => {
    const [method = "", path = ""] = name.split(" ");
    const payload = body instanceof FormData ? body : JSON.stringify(body);
    const init = { method, headers, ...(body !== undefined && { body: payload }) };
    return reply(await fetch(`${fake.clientApiDomain}/clientApi/v1.9${path}`, init));
  };
}

function fileForm(bytes: number | string, type = "image/png", name = "photo.png"): FormData {
  const form = new FormData();
  const content = typeof bytes === "string" ? bytes : new Uint8Array(bytes);
  form.append("media", new File([content], name, { type }));
  return form;
}

const refusal = (code: string) => [{ type: "error", message: code }];

describe("authorization", () => {
  it.each([
    {
      input: ["Jlk9e7cSf9g3FFsaqe39", "0123456789abcdefACCT", "made-up-shared-secret", 1767225600],
      expected:
        "SmxrOWU3Y1NmOWczRkZzYXFlMzl8MDEyMzQ1Njc4OWFiY2RlZkFDQ1R8MTc2NzIyNTYwMHw5OGUwMjE0NjY1Y2YzZjBhYTQyMDNkZTg2ZTI4YzkwNzk1OGFmNmE2YzljNDk5M2VmZTc5YzgwYzNjOTU0YzEwYzk1MGE1YTdmNjkzZDM0ZTRmZTcyZThkOGUxMGE4YTMxNTIzZGYzMzk5ZmVmY2FhMDk3Yjk4MjVhMmQwYjA3Zg==",
    },
    {
      input: ["svcA", "acctB", "s3cr3t", 4102444800],
      expected:
        "c3ZjQXxhY2N0Qnw0MTAyNDQ0ODAwfDZlMjYyYWJjMjI3ZDdiN2NiMzc0YjZhMjY3NDhkM2JiODk2ZjVhMDRlZDI2ZjMwMjIyYjgzNmFmYmEyYWViNjg4YTE3YzUzOGM4Yjk3ZDk0YzE5OWZhODg0ZDNkNjg5NTQyNjE3MjM2NGJmNTAzMjhiZWM5Zjg3Y2Y3NjkxZjc3",
    },
  ])("makes and accepts the string of $input.0", ({ input, expected }) => {
    const [service, account, sharedSecret, validUntil] = input as [string, string, string, number];
    const made = makeServiceAuthorization({
      serviceIdentification: service,
      accountIdentification: account,
      sharedSecret,
      validUntilSeconds: validUntil,
    });
    expect(made).toBe(expected);
    const verifyAt = (nowMs: number) =>
      verifyServiceAuthorization(made, {
        accountIdentification: account,
        nowMs,
        findService: (id) => (id === service ? { sharedSecret } : undefined),
      });
    expect(verifyAt((validUntil - 1) * 1000)).toEqual({ sharedSecret });
    expect(verifyAt(validUntil * 1000)).toBeUndefined();
  });

  it.each<[string, (valid: string, fake: FakeParley) => string | undefined]>([
    ["nothing", () => undefined],
    ["a Bearer prefix", (valid) => `Bearer ${valid}`],
    ["no base64", () => "a|b|c|d"],
    ["a changed hash", (valid) => Buffer.from(`${atob(valid).slice(0, -1)}g`).toString("base64")],
    ["an unknown Service", (_valid, fake) => authorizationOf(fake, "nobody")],
    [
      "another secret",
      (_valid, fake) =>
        authorizationOf({ ...fake, account: { ...fake.account, sharedSecret: "wrong" } }),
    ],
  ])("answers 401 to %s", async (_name, spoil) => {
    const fake = await parley();
    const authorization = spoil(authorizationOf(fake), fake);
    const init = { headers: { ...(authorization && { authorization }) } };
    const { http, json } = await reply(await fetch(`${fake.serviceApiUrl}/services`, init));
    expect(http).toBe(401);
    expect(json).toEqual({
      notifications: refusal("api_key_not_valid"),
      status: "ERROR",
      metadata: { values: { url: "services" }, method: "get", duration: expect.any(Number) },
    });
  });
});

describe("envelope", () => {
  it("answers PUT owner as documented", async () => {
    const fake = await parley();
    fake.createUser({ id: 20 });
    const newOwner = fake.agentService.identification;
    const body = { newOwner, metadata: { reason: "question_too_complex" } };
    const bot = fake.botService.identification;
    const { json, headers } = await call(fake, "PUT /users/20/owner", body, bot);
    expect(json).toEqual({
      data: {},
      notifications: [{ type: "success", message: "owner_updated_successfully" }],
      status: "SUCCESS",
      metadata: {
        values: { url: "users/20/owner", ...body },
        method: "put",
        duration: expect.any(Number),
      },
      media: {},
    });
    expect(headers.get("x-parley-api-version")).toBe("20500");
    expect(fake.user(20).owner).toBe(newOwner);
    expect(fake.user(20).handovers).toMatchObject([{ by: bot, metadata: body.metadata }]);
  });

  it("answers GET services as documented", async () => {
    const fake = await parley();
    expect((await call(fake, "GET /services")).json).toEqual({
      data: {
        services: [
          { identification: "as272d6g2ds766fcdfgh", name: "Bot Service", default: "true" },
          { identification: "Jlk9e7cSf9g3FFsaqe39", name: "Agent Service", default: "false" },
        ],
      },
      notifications: [],
      status: "SUCCESS",
      metadata: { method: "get", duration: expect.any(Number) },
    });
  });

  it("lets exactly one Service be the default one, as a boolean if asked", async () => {
    const fake = await parley({ shapes: { default: "boolean" } });
    fake.addService({ name: "Other", default: true });
    const { json } = await call(fake, "GET /services");
    const services = json.data?.services as unknown as { default: boolean }[];
    expect(services.map((service) => service.default)).toEqual([false, false, true]);
  });

  it("answers any version as the live one", async () => {
    const fake = await parley();
    const init = { headers: { authorization: authorizationOf(fake) } };
    const answer = await fetch(`${fake.url}/serviceApi/v2.1/services`, init);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-parley-api-version")).toBe("20500");
  });

  it.each([
    ["GET /nothing", 404, "route_not_found"],
    ["DELETE /services", 404, "route_not_found"],
    ["GET /users/99/owner", 400, "user_not_found"],
    ["PUT /users/99/owner", 400, "user_not_found"],
    ["POST /users/99/messages", 400, "user_not_found"],
    ["PUT /users/99/agent/unset", 400, "user_not_found"],
    ["PUT /users/20/owner", 400, "invalid_json"],
    ["GET /media/2026/1/1/none.png", 400, "media_not_found"],
  ])("refuses %s with %i %s", async (name, http, code) => {
    const fake = await parley();
    fake.createUser({ id: 20 });
    const answer = await call(fake, name);
    expect(answer.http).toBe(http);
    expect(answer.json).toMatchObject({ status: "ERROR", notifications: refusal(code) });
    expect(answer.json).not.toHaveProperty("data");
  });

  it("refuses a new owner that does not exist", async () => {
    const fake = await parley();
    fake.createUser({ id: 20 });
    const unknown = await call(fake, "PUT /users/20/owner", { newOwner: "nobody" });
    expect(unknown.json.notifications).toEqual(refusal("service_not_found"));
    const missing = await call(fake, "PUT /users/20/owner", {});
    expect(missing.json.notifications).toEqual(refusal("missing_newOwner"));
  });
});

describe("owner", () => {
  const bot = "as272d6g2ds766fcdfgh";
  it.each<[OwnerShape, unknown]>([
    ["data", bot],
    ["data.owner", { owner: bot }],
    ["data.owner.identification", { owner: { identification: bot, name: "Bot Service" } }],
    ["data.identification", { identification: bot, name: "Bot Service" }],
    ["data.service", { service: bot }],
    ["data.service.identification", { service: { identification: bot, name: "Bot Service" } }],
    [
      "data.services",
      {
        services: [
          { identification: bot, name: "Bot Service", owner: "true" },
          { identification: "Jlk9e7cSf9g3FFsaqe39", name: "Agent Service", owner: "false" },
        ],
      },
    ],
  ])("is named in %s", async (owner, data) => {
    const fake = await parley({ shapes: { owner } });
    fake.createUser({ id: 20 });
    expect((await call(fake, "GET /users/20/owner")).json.data).toEqual(data);
  });

  it("comes with the metadata of the last handover if asked", async () => {
    const fake = await parley({ shapes: { ownerMetadata: true, owner: "data.owner" } });
    fake.createUser({ id: 20 });
    const metadata = { reason: "solved" };
    await fake.handOver({ userId: 20, to: fake.agentService.identification, metadata });
    const { json } = await call(fake, "GET /users/20/owner");
    expect(json.data).toEqual({ owner: fake.agentService.identification, metadata });
  });

  it("can be kept from Services that are not it", async () => {
    const rules = { nonOwnerMayGetOwner: false, nonOwnerMayPutOwner: false };
    const fake = await parley({ rules });
    const user = fake.createUser({ id: 20 });
    const newOwner = fake.agentService.identification;
    expect((await call(fake, "GET /users/20/owner")).http).toBe(400);
    expect((await call(fake, "PUT /users/20/owner", { newOwner })).http).toBe(400);
    await fake.handOver({ userId: 20, to: newOwner });
    expect((await call(fake, "GET /users/20/owner")).http).toBe(200);
    expect(user.owner).toBe(newOwner);
  });
});

describe("messages to a User", () => {
  async function owned(options: FakeParleyOptions = {}) {
    const fake = await parley(options);
    fake.createUser({ id: 20 });
    await fake.handOver({ userId: 20, to: fake.agentService.identification });
    return fake;
  }

  it("arrive with everything that was sent", async () => {
    const fake = await owned();
    const agent = { id: 7, name: "Ann", avatar: "https://example.com/ann.png" };
    const button = { type: "webUrl", title: "Open", payload: "https://example.com" };
    const content = { message: "Hi", title: "Title", buttons: [button], quickReplies: ["Yes"] };
    const carousel = [{ title: "One", message: null, media: null, buttons: [button] }];
    const body = { ...content, carousel, agent };
    const { json } = await call(fake, "POST /users/20/messages", body);
    const [sent] = fake.sent(20);
    expect(json.data).toEqual({ messageId: String(sent?.id) });
    expect(sent).toMatchObject({ ...content, carousel, typeId: 2, status: 2, image: null });
    expect(sent?.agent).toEqual({ ...agent, isTyping: null });
    expect(fake.user(20).agent).toEqual({ ...agent, isTyping: 0 });
  });

  it("keep the agent of a message when it is unset as the current one", async () => {
    const fake = await owned();
    await call(fake, "POST /users/20/messages", { message: "Hi", agent: { name: "Ann" } });
    await call(fake, "POST /users/20/event/startTyping");
    expect(fake.user(20).agent?.isTyping).toBeGreaterThan(0);
    expect((await call(fake, "PUT /users/20/agent/unset")).http).toBe(200);
    expect(fake.user(20).agent).toBeNull();
    expect(fake.sent(20)[0]?.agent).toMatchObject({ name: "Ann", id: expect.any(Number) });
  });

  it.each<[unknown, string]>([
    [{}, "missing_message_or_media"],
    [{ message: "" }, "missing_message_or_media"],
    [{ message: 5 }, "invalid_message"],
    [{ media: { id: "unknown" } }, "media_not_found"],
    [{ message: "Hi", agent: { name: "" } }, "invalid_agent"],
    [{ message: "Hi", agent: { id: "7", name: "Ann" } }, "invalid_agent"],
    [{ message: "Hi", agent: { id: 7.5, name: "Ann" } }, "invalid_agent"],
    [{ message: "Hi", agent: { id: null, name: "Ann" } }, "invalid_agent"],
    [{ message: "Hi", buttons: [{ type: "x", payload: "y" }] }, "invalid_buttons"],
    [{ message: "Hi", typeId: 1 }, "invalid_message_type"],
    ["text", "invalid_json"],
  ])("are refused when they are %j", async (body, code) => {
    const fake = await owned();
    const { http, json } = await call(fake, "POST /users/20/messages", body);
    expect(http).toBe(400);
    expect(json.notifications).toEqual(refusal(code));
    expect(fake.sent(20)).toEqual([]);
  });

  it("are refused from a Service that is not the owner, unless the rules allow it", async () => {
    const fake = await owned();
    const bot = fake.botService.identification;
    const refused = await call(fake, "POST /users/20/messages", { message: "Hi" }, bot);
    expect(refused.json.notifications).toEqual(refusal("not_owner"));
    expect((await call(fake, "PUT /users/20/agent/unset", undefined, bot)).http).toBe(400);
    const lenient = await owned({ rules: { nonOwnerMaySend: true } });
    const sent = await call(lenient, "POST /users/20/messages", { message: "Hi" }, bot);
    expect(sent.http).toBe(200);
  });
});

describe("media", () => {
  it("goes from a Service to a User and back", async () => {
    const fake = await parley();
    fake.createUser({ id: 20 });
    await fake.handOver({ userId: 20, to: fake.agentService.identification });
    const upload = await call(fake, "POST /media", fileForm("PNG bytes"));
    const id = upload.json.data?.media;
    expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
    await call(fake, "POST /users/20/messages", { media: { id, description: "a photo" } });
    const media = fake.sent(20)[0]?.media;
    expect(media?.id).toMatch(/^img\/364\/\d{4}\/\d+\/\d+\/[\da-f]{40}\.png$/);
    expect(media).toMatchObject({ mimeType: "image/png", description: "a photo" });

    const url = `${fake.serviceApiUrl}/media/${media?.year}/${media?.month}/${media?.day}/${media?.filename}`;
    const download = await fetch(url, { headers: { authorization: authorizationOf(fake) } });
    expect(download.headers.get("content-type")).toBe("image/png");
    expect(await download.text()).toBe("PNG bytes");
    expect((await fetch(url)).status).toBe(401);
  });

  it("from a User is called back with its path", async () => {
    const fake = await parley();
    const { bodies } = await receiver(fake, fake.botService.identification);
    fake.createUser({ id: 20 });
    const file = { name: "a.pdf", mimeType: "application/pdf", bytes: Buffer.from("pdf") };
    await (await fake.userWrites(20, { media: file })).delivered;
    const media = fake.user(20).messages[0]?.media;
    expect(bodies()[0]).toMatchObject({ body: { message: null, media, image: media?.id } });
    expect(media).toMatchObject({ description: "a.pdf", mimeType: "application/pdf" });
  });

  it.each<[string, () => FormData | undefined, string]>([
    ["one byte too many", () => fileForm(MAX_MEDIA_BYTES + 1), "media_too_large"],
    ["an unsupported type", () => fileForm(3, "application/zip"), "invalid_media_type"],
    ["an empty file", () => fileForm(0), "missing_media"],
    ["no file", () => undefined, "missing_media"],
    [
      "text in the field",
      () => {
        const form = new FormData();
        form.append("media", "not a file");
        return form;
      },
      "missing_media",
    ],
  ])("is refused when there is %s", async (_name, form, code) => {
    const fake = await parley();
    const { http, json } = await call(fake, "POST /media", form());
    expect(http).toBe(400);
    expect(json.notifications).toEqual(refusal(code));
    expect(fake.state.media.size).toBe(0);
  });

  it("is accepted at exactly the limit", async () => {
    const fake = await parley();
    expect((await call(fake, "POST /media", fileForm(MAX_MEDIA_BYTES))).http).toBe(200);
  });
});

describe("callbacks", () => {
  const user = { id: "20", uniqueIdentifier: null, additionalInformation: null };
  const account = { accountId: 364, accountIdentification: "0123456789abcdefACCT" };

  it("bring the first message to the default Service, which then owns the User", async () => {
    const fake = await parley();
    const { received } = await receiver(fake, fake.botService.identification);
    fake.createUser({ id: 20 });
    const { messageId, delivered } = await fake.userWrites(20, "Hi");
    expect((await delivered).delivered).toBe(true);
    expect(received[0]?.headers).toMatchObject({
      authorization: "Bearer callback-token",
      "content-type": "application/json",
      connection: "close",
    });
    expect(received[0]?.body).toMatchObject({
      type: "message",
      body: { id: Number(messageId), typeId: 1, message: "Hi", user },
    });
    expect(fake.user(20).owner).toBe(fake.botService.identification);
  });

  it("can carry the message in other places and ids of other types", async () => {
    for (const [message, place] of [
      ["body.body", "body"],
      ["body.message", "message"],
    ] as const) {
      const shapes = { message, userId: "number", messageId: "string" } as const;
      const fake = await parley({ shapes });
      const { bodies } = await receiver(fake, fake.botService.identification);
      fake.createUser({ id: 20 });
      const { messageId, delivered } = await fake.userWrites(20, "Hi");
      await delivered;
      const content = { id: messageId, message: "Hi", typeId: 1 };
      expect(bodies()[0]).toMatchObject({ body: { [place]: content, user: { id: 20 } } });
    }
  });

  it("show typing as documented, once and without retries", async () => {
    const fake = await parley();
    const { bodies, statuses } = await receiver(fake, fake.botService.identification);
    fake.createUser({ id: 20 });
    statuses.push(200, 500);
    expect((await fake.userTypes(20, "startTyping")).delivered).toBe(true);
    expect((await fake.userTypes(20, "stopTyping")).delivered).toBe(false);
    expect(bodies()).toEqual([
      { type: "event", body: { name: "startTyping", body: account, user } },
      { type: "event", body: { name: "stopTyping", body: account, user } },
    ]);
  });

  const agent = "Jlk9e7cSf9g3FFsaqe39";
  const metadata = { reason: "too_complex", nested: { a: 1 } };
  it.each<[Partial<HandoverShape>, unknown]>([
    [
      {},
      {
        type: "action",
        body: { name: "handover", body: { ...account, newOwner: agent, metadata }, user },
      },
    ],
    [
      { type: "event", name: "ownerChanged", metadata: "json", placement: "body" },
      {
        type: "event",
        body: {
          name: "ownerChanged",
          body: account,
          user,
          newOwner: agent,
          metadata: JSON.stringify(metadata),
        },
      },
    ],
    [
      { type: "message", placement: "root", newOwner: "object", metadata: "absent" },
      {
        type: "message",
        body: { name: "handover", body: account, user },
        newOwner: { identification: agent, name: "Agent Service" },
      },
    ],
    [
      { newOwner: "absent", metadata: "absent" },
      { type: "action", body: { name: "handover", body: account, user } },
    ],
  ])("tell the new owner in shape %j", async (handover, expected) => {
    const fake = await parley({ shapes: { handover } });
    const { bodies } = await receiver(fake);
    fake.createUser({ id: 20 });
    const { delivered } = await fake.handOver({ userId: 20, to: agent, metadata });
    await delivered;
    expect(bodies()).toEqual([expected]);
  });

  it("say nothing of a handover to nobody new or when so configured", async () => {
    const silent = await parley({ shapes: { handover: "none" } });
    silent.createUser({ id: 20 });
    expect(await silent.handOver({ userId: 20, to: agent })).toEqual({ delivered: null });
    const fake = await parley();
    fake.createUser({ id: 20 });
    await (await fake.handOver({ userId: 20, to: agent })).delivered;
    expect(await fake.handOver({ userId: 20, to: agent })).toEqual({ delivered: null });
  });

  it("are tried three times until one is answered exactly 200", async () => {
    const fake = await parley({ retryScale: 0.001 });
    const { received, statuses } = await receiver(fake);
    statuses.push(202, 500, 200);
    const body = { type: "anything" };
    const outcome = await fake.callback(agent, body);
    expect(outcome.delivered).toBe(true);
    expect(outcome.callback.attempts.map(({ status }) => status)).toEqual([202, 500, 200]);
    expect(received).toHaveLength(3);
    statuses.push(500, 500, 500, 500);
    const lost = await fake.callback(agent, body);
    expect(lost).toMatchObject({ delivered: false, callback: { state: "failed", status: 500 } });
    expect(lost.callback.attempts).toHaveLength(3);
  });

  it("fail when nobody listens", async () => {
    const fake = await parley({ retryScale: 0.0001 });
    const { delivered, callback } = await fake.callback(agent, {});
    expect(delivered).toBe(false);
    expect(callback.attempts[0]?.error).toBe("no callback URL is registered");
  });

  it("can be repeated and sent in another order", async () => {
    const fake = await parley();
    const { bodies } = await receiver(fake, fake.botService.identification);
    fake.createUser({ id: 20 });
    const held = fake.holdCallbacks();
    const writing = await Promise.all(["a", "b", "c"].map((text) => fake.userWrites(20, text)));
    expect(held.callbacks.map(({ state }) => state)).toEqual(["held", "held", "held"]);
    await held.release([2, 0]);
    await Promise.all(writing.map(({ delivered }) => delivered));
    await fake.redeliver();
    expect(bodies().map(({ body }) => body?.message)).toEqual(["c", "a", "b", "c"]);
  });

  it("about one User wait for one another, about two Users do not", async () => {
    const fake = await parley();
    const { bodies, withholdOne } = await receiver(fake, fake.botService.identification);
    fake.createUser({ id: 20 });
    fake.createUser({ id: 30 });
    const answer = withholdOne();
    const first = await fake.userWrites(20, "first");
    await expect.poll(() => bodies().length).toBe(1);
    const second = await fake.userWrites(20, "second");
    for (const text of ["a", "b", "c"]) await (await fake.userWrites(30, text)).delivered;
    const texts = () => bodies().map(({ body }) => body?.message);
    expect(texts()).toEqual(["first", "a", "b", "c"]);
    answer();
    await Promise.all([first.delivered, second.delivered]);
    expect(texts()).toEqual(["first", "a", "b", "c", "second"]);
  });

  it("keep the order of one User and reach listening Services if the rules say so", async () => {
    const fake = await parley({ rules: { callbackNonOwners: true } });
    const bot = await receiver(fake, fake.botService.identification);
    const listening = await receiver(fake);
    fake.createUser({ id: 20 });
    const texts = Array.from({ length: 10 }, (_, n) => `message ${n}`);
    for (const text of texts) await fake.userWrites(20, text);
    await fake.until(() => fake.callbacks.every(({ state }) => state === "delivered"));
    expect(bot.bodies().map(({ body }) => body?.message)).toEqual(texts);
    expect(listening.bodies().map(({ body }) => body?.message)).toEqual(texts);
  });
});

describe("merging", () => {
  it.each([
    ["from/to", { type: "merge", body: { from: { id: "20" }, to: { id: "30" } } }],
    ["old/new", { type: "clientMerging", body: { oldUser: { id: "20" }, newUser: { id: "30" } } }],
    [
      "source/target",
      { body: { name: "clientMerging", body: { sourceUserId: "20", targetUserId: "30" } } },
    ],
  ] as const)("moves the conversation and says so in shape %s", async (merge, expected) => {
    const fake = await parley({ shapes: { merge } });
    const { bodies } = await receiver(fake);
    fake.createUser({ id: 20 });
    fake.createUser({ id: 30, uniqueIdentifier: "customer-1" });
    await (await fake.handOver({ userId: 20, to: fake.agentService.identification })).delivered;
    await (await fake.userWrites(20, "Hi")).delivered;
    await Promise.all((await fake.mergeUsers(20, 30)).delivered);
    expect(bodies().at(-1)).toMatchObject(expected);
    expect(fake.user(30)).toMatchObject({ owner: fake.agentService.identification });
    expect(fake.user(30).messages).toMatchObject([{ message: "Hi" }]);
    const gone = await call(fake, "POST /users/20/messages", { message: "Hi" });
    expect(gone.json.notifications).toEqual(refusal("user_not_found"));
  });

  it("happens when an anonymous device registers as somebody", async () => {
    const fake = await parley();
    await receiver(fake, fake.botService.identification);
    const authorization = makeUserAuthorization({
      customerId: "customer-1",
      clientSecret: fake.account.clientSecret,
      validUntilSeconds: Math.floor(Date.now() / 1000) + 60,
    });
    const anonymous = client(fake);
    await anonymous("POST /devices", { version: "020000" });
    await anonymous("POST /messages", { message: "Hi" });
    const registered = client(fake, "device-0001", authorization);
    expect((await registered("POST /devices", {})).http).toBe(200);
    expect(fake.state.mergers).toHaveLength(1);
    expect((await registered("GET /messages")).json.data).toMatchObject([{ message: "Hi" }]);
    const elsewhere = client(fake, "device-0002", authorization);
    await elsewhere("POST /devices", {});
    expect((await elsewhere("GET /messages")).json.data).toMatchObject([{ message: "Hi" }]);
    expect([...fake.state.users.values()]).toMatchObject([{ uniqueIdentifier: "customer-1" }]);
    await fake.until(() => fake.callbacks.at(-1)?.state === "delivered");
    expect(fake.callbacks.at(-1)?.body).toMatchObject({ type: "merge" });
  });
});

describe("Client API", () => {
  it("registers a device and keeps what the app says about the User", async () => {
    const fake = await parley();
    const app = client(fake);
    expect((await app("GET /messages")).json.notifications).toEqual(
      refusal("device_not_registered"),
    );
    const { json, headers } = await app("POST /devices", {
      userAdditionalInformation: { name: "Ann" },
    });
    expect(json.data).toEqual({});
    expect(json.notifications).toEqual([
      { type: "success", message: "device_successfully_subscribed" },
    ]);
    expect(headers.get("x-parley-api-version")).toBe("10900");
    const [user] = fake.state.users.values();
    expect(user).toMatchObject({ uniqueIdentifier: null, additionalInformation: { name: "Ann" } });
    await app("POST /devices", { userAdditionalInformation: '{"name":"Bob"}' });
    expect(user?.additionalInformation).toEqual({ name: "Bob" });
    const warned = await app("POST /devices", { userAdditionalInformation: "{" });
    expect(warned.json).toMatchObject({ status: "SUCCESS" });
    expect(warned.json.notifications).toContainEqual({
      type: "warning",
      message: "malformed_userAdditionalInformation",
    });
    expect(fake.state.users.size).toBe(1);
  });

  it("wants a registered User's proof on each call, and goes on anonymously only after a new registration", async () => {
    const fake = await parley();
    const authorization = makeUserAuthorization({
      customerId: "c",
      clientSecret: fake.account.clientSecret,
      validUntilSeconds: 4102444800,
    });
    const signedIn = client(fake, "device-0001", authorization);
    const anonymous = client(fake, "device-0001");
    await anonymous("POST /devices", {});
    expect((await anonymous("GET /messages")).http).toBe(200);
    await signedIn("POST /devices", {});

    expect((await signedIn("GET /messages")).http).toBe(200);
    for (const [call, body] of [
      ["GET /messages"],
      ["POST /messages", { message: "Hi" }],
    ] as const) {
      const { http, json } = await anonymous(call, body);
      expect([http, json.notifications]).toEqual([400, refusal("device_requires_authorization")]);
    }

    await anonymous("POST /devices", {});
    expect((await anonymous("GET /messages")).http).toBe(200);
    expect((await signedIn("GET /messages")).json.notifications).toEqual(
      refusal("authentication_not_valid"),
    );
  });

  it("refuses wrong identifications and authorizations", async () => {
    const fake = await parley();
    const codeOf = async (device: string, authorization?: string) => {
      const { http, json } = await client(fake, device, authorization)("POST /devices", {});
      return [http, json.notifications?.[0]?.message];
    };
    const sign = (customerId: string, clientSecret: string, validUntilSeconds = 4102444800) =>
      makeUserAuthorization({ customerId, clientSecret, validUntilSeconds });
    const secret = fake.account.clientSecret;
    expect(await codeOf("short")).toEqual([401, "api_key_not_valid"]);
    const device = "device-0001";
    expect(await codeOf(device, sign("c", secret))).toEqual([
      200,
      "device_successfully_subscribed",
    ]);
    expect(await codeOf(device, sign("c", "wrong"))).toEqual([400, "authentication_not_valid"]);
    expect(await codeOf(device, "nonsense")).toEqual([400, "authentication_not_valid"]);
    expect(await codeOf(device, sign("c", secret, 1))).toEqual([400, "authentication_expired"]);
    expect(await codeOf(device, sign("c".repeat(101), secret))).toEqual([401, "api_key_not_valid"]);
  });

  it("pages through messages, newest first", async () => {
    const fake = await parley({ stickyMessage: "Closed", welcomeMessage: "Welcome" });
    await receiver(fake, fake.botService.identification);
    const app = client(fake);
    await app("POST /devices", {});
    const [user] = fake.state.users.values();
    const first = fake.state.nextMessageId;
    for (let n = 0; n < 120; n += 1) await fake.userWrites(user?.id ?? "", `m${n}`);
    const page = async (path: string) => {
      const { json } = await app(`GET ${path}`);
      const ids = (json.data as unknown as { id: number }[]).map(({ id }) => id - first);
      return { json, span: [ids.length, ids[0], ids.at(-1)], paging: json.paging };
    };
    const latest = await page("/messages");
    expect(latest.json).toMatchObject({
      agent: null,
      stickyMessage: "Closed",
      welcomeMessage: "Welcome",
    });
    expect(latest.span).toEqual([50, 119, 70]);
    expect(latest.paging).toEqual({
      before: `/messages/before:${first + 70}`,
      after: `/messages/after:${first + 119}`,
    });
    const oldest = await page(`/messages/before:${first + 20}`);
    expect(oldest).toMatchObject({ span: [20, 19, 0], paging: { before: "" } });
    const following = await page(`/messages/after:${first + 9}`);
    expect(following.span).toEqual([50, 59, 10]);
    const nothing = await page(`/messages/after:${first + 119}`);
    expect(nothing.paging).toEqual({ before: "", after: `/messages/after:${first + 119}` });
    expect((await app(`GET /messages/${first}`)).json.data).toMatchObject({ message: "m0" });
    expect((await app("GET /messages/1")).json.notifications).toEqual(refusal("message_not_found"));
    await fake.until(() => fake.callbacks.every(({ state }) => state === "delivered"));
  });

  it("counts and raises the status of what the User has seen", async () => {
    const fake = await parley();
    const app = client(fake);
    await app("POST /devices", {});
    const [user] = fake.state.users.values();
    await fake.handOver({ userId: user?.id ?? "", to: fake.agentService.identification });
    await call(fake, `POST /users/${user?.id}/messages`, { message: "Hi" });
    const messageIds = fake.sent(user?.id ?? "").map(({ id }) => id);
    expect((await app("GET /messages/unseen/count")).json.data).toEqual({ messageIds, count: 1 });
    await app("PUT /messages/status/4", { messageIds });
    await app("PUT /messages/status/3", { messageIds });
    expect(fake.sent(user?.id ?? "")[0]?.status).toBe(4);
    expect((await app("PUT /messages/status/9", { messageIds })).http).toBe(400);
    expect((await app("PUT /messages/status/4", { messageIds: [1] })).http).toBe(400);
  });

  it("sends text and media, and shows typing while the Service answers", async () => {
    const fake = await parley();
    const app = client(fake);
    await app("POST /devices", {});
    expect((await app("POST /services/event/startTyping")).json.notifications).toEqual(
      refusal("Could not reach the service"),
    );
    const { bodies } = await receiver(fake, fake.botService.identification);
    expect((await app("POST /services/event/stopTyping")).http).toBe(200);
    expect((await app("POST /services/event/sing")).http).toBe(400);
    const upload = await app("POST /media", fileForm("photo"));
    const media = { id: upload.json.data?.media, description: "photo.png" };
    const sent = await app("POST /messages", { media, referer: "http://127.0.0.1/" });
    expect(sent.json.data?.messageId).toMatch(/^\d+$/);
    expect((await app("POST /messages", {})).http).toBe(400);
    await fake.until(() => bodies().length === 2);
    expect(bodies()[1]).toMatchObject({
      type: "message",
      body: { media: { mimeType: "image/png" } },
    });

    const [user] = fake.state.users.values();
    const stored = user?.messages[0]?.media;
    const path = `/clientApi/v1.9/media/${stored?.year}/${stored?.month}/${stored?.day}/${stored?.filename}`;
    const fetchAs = (device: string) => {
      const identification = `${fake.account.identification}:${device}`;
      return fetch(fake.url + path, { headers: { "x-iris-identification": identification } });
    };
    expect(await (await fetchAs("device-0001")).text()).toBe("photo");
    await client(fake, "device-0002")("POST /devices", {});
    expect((await fetchAs("device-0002")).status).toBe(400);
  });

  it("allows pages of this machine only", async () => {
    const fake = await parley();
    const url = `${fake.url}/clientApi/v1.9/messages`;
    const preflight = (origin: string) =>
      fetch(url, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "GET",
          "access-control-request-headers": "x-iris-identification,x-own",
        },
      });
    for (const origin of [
      "http://127.0.0.1:8080",
      "http://localhost:3000",
      "https://localhost",
      "http://127.0.1.1",
      "http://[::1]:5173",
      "http://shop.localhost:8080",
    ]) {
      const { status, headers } = await preflight(origin);
      expect(status).toBe(204);
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-headers")).toBe("x-iris-identification,x-own");
      const answer = await fetch(url, { headers: { origin } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    }
    for (const origin of [
      "https://example.com",
      "http://127.0.0.1.example.com",
      "http://localhost.example.com",
      "http://notlocalhost",
      "null",
    ]) {
      const { headers } = await preflight(origin);
      expect(headers.has("access-control-allow-origin")).toBe(false);
    }
  });
});

describe("faults and records", () => {
  it("meet a call by its name and are recorded", async () => {
    const fake = await parley();
    fake.createUser({ id: 20 });
    await fake.handOver({ userId: 20, to: fake.agentService.identification });
    const send = () => call(fake, "POST /users/20/messages", { message: "Hi" });
    fake.faults.add("POST /users/20/messages", { kind: "lost-answer" }, 1);
    await expect(send()).rejects.toThrow("fetch failed");
    expect(fake.sent(20)).toHaveLength(1);
    fake.faults.add(/^POST \/users\/\d+\/messages$/, { kind: "refused" }, 1);
    await expect(send()).rejects.toThrow("fetch failed");
    fake.faults.add("*", { kind: "rate-limited", retryAfterSeconds: 7 }, 1);
    const limited = await fetch(`${fake.serviceApiUrl}/services`);
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(fake.sent(20)).toHaveLength(1);
    expect((await send()).http).toBe(200);
    expect(fake.requests.map(({ status }) => status)).toEqual([null, null, 429, 200]);
    expect(fake.requests.at(-1)).toMatchObject({
      api: "service",
      method: "POST",
      path: "/users/20/messages",
      service: fake.agentService.identification,
      body: { message: "Hi" },
      answer: { status: "SUCCESS" },
    });
  });

  it("surface a defect of the fake as 500 and in its failures", async () => {
    const fake = await startFakeParley();
    onTestFinished(() => fake.close());
    fake.createUser({ id: 20 }).owner = "a Service that does not exist";
    const response = await fetch(`${fake.serviceApiUrl}/users/20/owner`, {
      headers: { authorization: authorizationOf(fake) },
    });
    expect(response.status).toBe(500);
    expect(fake.failures).toMatchObject([{ message: expect.stringContaining("No such Service") }]);
    const timeout = fake.until(() => false, { timeoutMs: 1, what: "the impossible" });
    await expect(timeout).rejects.toThrow("Not within 1 ms: the impossible");
  });
});

describe("the bot Service", () => {
  it.each(["body", "body.body", "body.message"] as const)(
    "answers, hands over, and greets when it gets the User back (message in %s)",
    async (message) => {
      const fake = await parley({ bot: true, shapes: { message } });
      const { bodies } = await receiver(fake);
      fake.createUser({ id: 20 });
      const say = async (text: string) => {
        await (await fake.userWrites(20, text)).delivered;
        await fake.bot?.idle();
        return fake.sent(20).at(-1);
      };
      expect(await say("Hello")).toMatchObject({
        message: expect.stringContaining("Hello"),
        agent: { name: "Bot Service" },
        quickReplies: expect.arrayContaining(["When are you open?"]),
      });
      expect((await say("When are you open?"))?.message).toContain("9:00");
      expect((await say("Where is my order"))?.message).toContain("two working days");
      expect((await say("How can I return this?"))?.message).toContain("30 days");
      expect((await say("Can I pay later?"))?.message).toContain("iDEAL");
      expect(fake.user(20).owner).toBe(fake.botService.identification);

      expect((await say("Does it fit a 1974 sofa?"))?.message).toContain("colleague");
      await fake.until(() => bodies().length === 1);
      const metadata = {
        reasonCode: "question_too_complex",
        summary: "Does it fit a 1974 sofa?",
        bot: { name: "Bot Service" },
      };
      expect(bodies()[0]).toMatchObject({ body: { body: { metadata } } });
      const heard = fake.sent(20).length;
      await say("Hello?");
      expect(bodies()[1]).toMatchObject({ type: "message" });
      expect(fake.sent(20)).toHaveLength(heard);

      const newOwner = fake.botService.identification;
      const back = {
        newOwner,
        metadata: { reason: "handed_back", messageForUser: "It does.", note: "A bore" },
      };
      await call(fake, "PUT /users/20/owner", back);
      const greeting = await fake.until(() => fake.sent(20)[heard]);
      expect(greeting.message).toContain("It does.");
      expect(greeting.message).not.toContain("A bore");
    },
  );

  it("hands over who asks for a person or sends a file, once per message", async () => {
    const fake = await parley({ bot: true });
    await receiver(fake);
    fake.createUser({ id: 20 });
    fake.createUser({ id: 30 });
    await (await fake.userWrites(20, "I want to talk to a human")).delivered;
    await fake.redeliver(fake.callbacks[0]);
    const file = { name: "a.png", mimeType: "image/png", bytes: Buffer.from("png") };
    await (await fake.userWrites(30, { media: file })).delivered;
    await fake.bot?.idle();
    const metadataOf = (id: number) => fake.user(id).handovers.map(({ metadata }) => metadata);
    expect(metadataOf(20)).toMatchObject([{ reasonCode: "user_asked_for_human" }]);
    expect(metadataOf(30)).toMatchObject([
      { reasonCode: "question_too_complex", summary: "Has sent a file", bot: { hasMedia: true } },
    ]);
  });

  it("hands over all the same when the bridge does not answer", async () => {
    const fake = await parley({ bot: true });
    await receiver(fake);
    fake.createUser({ id: 20 });
    const gone = await startHttpServer(() => undefined);
    await gone.close();
    fake.bot?.meet({ url: gone.url, token: "made-up-token" });
    await (await fake.userWrites(20, "I want to talk to a human")).delivered;
    await fake.bot?.idle();
    expect(fake.user(20).owner).toBe(fake.agentService.identification);
    expect(fake.sent(20)).toHaveLength(1);
    expect(fake.bot?.exchanges).toMatchObject([
      { name: "GET /parley/availability?reasonCode=user_asked_for_human", status: null },
      { name: "POST /parley/handovers", status: null, request: { userId: "20" } },
    ]);
    expect(JSON.stringify(fake.bot?.exchanges)).not.toContain("made-up-token");
  });

  it("takes an event that is signed, once, and no other", async () => {
    const fake = await parley({ bot: true });
    fake.createUser({ id: 20 }).owner = fake.botService.identification;
    const { url, secret } = fake.bot?.events ?? expect.unreachable("there is no bot");
    const about = {
      userId: "20",
      agent: null,
      conversation: "c_1",
      agentMessages: 1,
      summary: "It does.",
    };
    const tell = async (type: string, signedWith: string, id = type) => {
      const to = { id: fake.botService.identification };
      const body = JSON.stringify({ type, data: { ...about, to, reason: "handed_back" } });
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
        "webhook-signature": new Webhook(signedWith).sign(id, new Date(), body),
      };
      const { status } = await fetch(url, { method: "POST", headers, body });
      await fake.bot?.idle();
      return status;
    };
    const forger = `whsec_${Buffer.from("another secret, of 32 bytes too!").toString("base64")}`;
    expect(await tell("handover.claimed", forger)).toBe(401);
    expect(fake.bot?.lineFor("20")).toBeNull();
    expect(await tell("handover.claimed", secret)).toBe(204);
    expect(fake.bot?.lineFor("20")).toBe("A colleague takes care of this");
    for (const _ of [1, 2]) expect(await tell("handover.completed", secret)).toBe(204);
    expect(fake.bot?.lineFor("20")).toBeNull();
    expect(fake.sent(20)).toMatchObject([
      {
        message: expect.stringMatching(/It does\.\nHow was it/),
        quickReplies: ["1", "2", "3", "4", "5"],
      },
    ]);
  });

  it("accepts callbacks only with its token", async () => {
    const fake = await parley({ bot: true });
    const response = await fetch(fake.bot?.callbackUrl ?? "", { method: "POST", body: "{}" });
    expect(response.status).toBe(401);
  });
});
