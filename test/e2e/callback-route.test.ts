import { request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { metricsOf } from "../support/metrics.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handBack, handOver, PATIENCE, postTo } from "../support/steps.ts";
import {
  activeMarkup,
  detailsIn,
  postsIn,
  rootsAbout,
  rootsOf,
  shownOf,
  toldTo,
} from "../support/threads.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const ROUTES = ["/parley/callback", "/parley/handovers"] as const;
const MIB = 1024 * 1024;

/** One of the replicas itself: nothing stands before it that would read the rest of a body that it refuses. */
const directly = (world: World): World => ({
  ...world,
  bridgeUrl: () => world.replicaUrls()[0] ?? "",
});

/** An authentic body that both routes understand. */
const bodyAbout = (userId: string, more: object = {}) => ({
  userId,
  metadata: { reason: "help" },
  type: "action",
  body: { name: "handover", metadata: { reason: "help" }, user: { id: userId } },
  ...more,
});

/** Both routes keep what they take for this User, so what was refused must be missing among it. */
async function nothingWasTaken(world: World): Promise<void> {
  const stored = ({ event }: { event: string }) => /^(callback|handover)\.stored$/.test(event);
  expect(world.log.lines.filter(stored)).toEqual([]);
  const state = await openStateSql(world);
  expect(await state.ask("SELECT id FROM inbox")).toEqual([]);
  await state.close();
}

describe.each(ROUTES)("POST %s", (route) => {
  it.each([
    ["missing", null],
    ["empty", ""],
    ["wrong", "not-the-token"],
    ["only the scheme", "Bearer"],
    ["a prefix of the token", CALLBACK_TOKEN.slice(0, -1)],
    ["the token and more", `${CALLBACK_TOKEN}x`],
    ["the token behind another scheme", `Basic ${CALLBACK_TOKEN}`],
  ])("answers 401 when the token is %s", async (_what, authorization) => {
    const world = await startWorld();

    const answer = await postTo(world, route, bodyAbout("7"), authorization);

    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(CALLBACK_TOKEN);
    await nothingWasTaken(world);
    expect(await metricsOf(world)).toContain('parley_bridge_callbacks_total{kind="refused"} 1');
  });

  it.each([CALLBACK_TOKEN, `Bearer ${CALLBACK_TOKEN}`, `bearer  ${CALLBACK_TOKEN}`])(
    "accepts the token as %s",
    async (authorization) => {
      const world = await startWorld();
      const { id } = world.parley.createUser();

      const answer = await postTo(world, route, bodyAbout(id), authorization);

      expect(answer.status).toBe(200);
      await world.slack.waitFor(() => rootsAbout(world.slack, id)[0]);
    },
  );

  it.each(["", "{", "reason=help", '{"a":1}{"b":2}'])(
    "answers 400 to what is not JSON: %j",
    async (body) => {
      const world = await startWorld();

      expect((await postTo(world, route, body)).status).toBe(400);

      await nothingWasTaken(world);
    },
  );

  it("answers 403 to a callback for another account", async () => {
    const world = await startWorld();
    const other = { accountIdentification: "another-account" };

    const answers = await Promise.all([
      postTo(world, route, bodyAbout("7", other)),
      postTo(world, route, { ...bodyAbout("7"), body: { ...bodyAbout("7").body, body: other } }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    await nothingWasTaken(world);
  });

  it("takes a body of exactly 1 MiB and answers 413 to a longer one", async () => {
    const world = await startWorld();
    const { id } = world.parley.createUser();
    const ofLength = (length: number) => {
      const body = JSON.stringify(bodyAbout(id));
      return body.replace("help", "x".repeat(length - body.length + "help".length));
    };

    expect((await postTo(directly(world), route, ofLength(MIB + 1))).status).toBe(413);
    await nothingWasTaken(world);
    expect((await postTo(world, route, ofLength(MIB))).status).toBe(200);
    await world.slack.waitFor(() => rootsAbout(world.slack, id)[0]);
  });

  it("answers 413 in the middle of a body without a length and reads no more of it", async () => {
    const world = await startWorld();

    const { status, connection } = await beginStream(directly(world), route);

    expect(status).toBe(413);
    // The next request would be read from the middle of this one.
    expect(connection).toBe("close");
    await nothingWasTaken(world);
    expect((await fetch(`${world.bridgeUrl()}/healthz`)).status).toBe(200);
  });

  it("answers 405 to other methods", async () => {
    const world = await startWorld();
    const headers = { authorization: CALLBACK_TOKEN };
    const answers = await Promise.all(
      ["GET", "PUT", "DELETE"].map((method) =>
        fetch(`${world.bridgeUrl()}${route}`, { method, headers }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 405]);
  });

  it("answers 503 while nothing can be stored, and takes it when it comes again", async () => {
    const world = await startWorld();
    const { id } = world.parley.createUser();
    const state = await openStateSql(world);
    const makeRoom = await state.fillUp();

    const refused = await postTo(world, route, bodyAbout(id));

    expect(refused.status).toBe(503);
    expect(await state.ask("SELECT id FROM inbox")).toEqual([]);
    await makeRoom();
    await state.close();
    expect((await postTo(world, route, bodyAbout(id))).status).toBe(200);
    await world.slack.waitFor(() => rootsAbout(world.slack, id)[0]);
    expect(rootsOf(world.slack)).toHaveLength(1);
  });
});

describe("POST /parley/callback", () => {
  it("loses nothing that Parley sends again after a 503", async () => {
    const world = await startWorld({ parley: { retryScale: 0.02 } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const state = await openStateSql(world);
    const makeRoom = await state.fillUp();
    const { delivered } = await parley.userWrites(user.id, "Hello");
    await parley.until(() => parley.callbacks.at(-1)?.status === 503);
    await makeRoom();
    await state.close();

    expect(await delivered).toMatchObject({ delivered: true });
    await parley.userWrites(user.id, "Bye");
    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Bye");
    expect(postsIn(slack, root.ts).map(({ text }) => text)).toEqual(["Hello", "Bye"]);
  });

  it("has the raw callback on disk when it answers 200", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user } = await handOver(world);
    // Slack takes nothing, so the item is still there after the answer.
    slack.faults.add("chat.postMessage", { kind: "refused" });
    const raw = `{ "type": "message", "body": { "id": 1, "message": "Hello", "user": { "id": "${user.id}" } } }`;

    expect((await postTo(world, "/parley/callback", raw)).status).toBe(200);

    const state = await openStateSql(world);
    const rows = await state.ask<{ body: string }>(
      "SELECT body FROM inbox WHERE state = 'waiting'",
    );
    await state.close();
    expect(rows.map(({ body }) => JSON.parse(body))).toEqual([
      { kind: "callback", raw, receivedAt: expect.any(Number) },
    ]);
    expect(parley.failures).toEqual([]);
  });

  it.each([
    ["an unknown type", { type: "survey", body: { stars: 5 } }],
    ["no object", ["message"]],
    ["no User", { type: "message", body: { id: 1, message: "Hello" } }],
    ["no content", { type: "message", body: { user: { id: "11111" } } }],
    ["a merging without a direction", { type: "merge", body: { users: ["1", "2"] } }],
    ["a nesting without end", JSON.parse("[".repeat(500) + "]".repeat(500)) as unknown],
  ])("answers 200 to %s, keeps it, counts it and logs it", async (_what, body) => {
    const world = await startWorld();

    const answer = await postTo(world, "/parley/callback", body);

    expect(answer.status).toBe(200);
    await expect.poll(() => attemptsIn(world.log, "unknown").length, PATIENCE).toBe(1);
    const state = await openStateSql(world);
    const rows = await state.ask<{ body: string }>("SELECT body FROM inbox WHERE state = 'dead'");
    await state.close();
    expect(rows.map((row) => JSON.parse(row.body))).toEqual([
      expect.objectContaining({ raw: JSON.stringify(body) }),
    ]);
    const metrics = await metricsOf(world);
    expect(metrics).toContain('parley_bridge_callbacks_total{kind="unknown"} 1');
    expect(metrics).toContain('parley_bridge_dead_letters{queue="inbox"} 1');
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        fields: expect.objectContaining({
          outcome: "dead",
          error: expect.stringContaining("Callback not understood"),
        }),
      }),
    );
    expect(rootsOf(world.slack)).toEqual([]);
  });
});

describe("POST /parley/handovers", () => {
  it.each([
    ["userId is missing", { metadata: {} }, "userId"],
    ["userId is empty", { userId: "" }, "userId"],
    ["userId is no id", { userId: 1.5 }, "userId"],
    ["userId is an object", { userId: { id: 1 } }, "userId"],
    ["userId is dots", { userId: ".." }, "userId"],
    ["userId has a control character", { userId: "7\n8" }, "userId"],
    ["userId is far too long", { userId: "7".repeat(500_000) }, "userId"],
    ["transcript is no list", { userId: 1, transcript: "Hi" }, "transcript"],
    ["a line has no text", { userId: 1, transcript: [{ from: "User" }] }, "transcript[0].text"],
    ["user is no object", { userId: 1, user: "Ada" }, "user"],
    ["a name is no text", { userId: 1, user: { name: 7 } }, "user.name"],
    ["an external id is none", { userId: 1, user: { externalId: ".." } }, "user.externalId"],
    ["it is no object", [], "expected object"],
  ])("answers 400 and names the place when %s", async (_what, body, place) => {
    const world = await startWorld();

    const answer = await postTo(world, "/parley/handovers", body);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(place) });
    await nothingWasTaken(world);
  });

  it.each([
    ["a time of another kind", [{ from: "User", text: "Hi", time: "2026-11-22T10:00:00Z" }]],
    ["no transcript", null],
  ])("answers 200 to %s", async (_what, transcript) => {
    const world = await startWorld();

    const answer = await postTo(world, "/parley/handovers", { userId: 1, transcript });

    expect(answer.status).toBe(200);
    await world.slack.waitFor(() => rootsOf(world.slack)[0]);
  });

  it("shows who the User is, as text and nothing else", async () => {
    const world = await startWorld();
    const user = {
      name: " Ada <!here> ",
      email: "ada@customer.example",
      language: "nl-*BE*",
      externalId: "customer-7",
    };

    expect((await postTo(world, "/parley/handovers", { userId: 7, user })).status).toBe(200);

    const root = await world.slack.waitFor(() => rootsAbout(world.slack, "7")[0]);
    const shown = shownOf(world.slack, root);
    for (const value of ["Ada", "ada@customer.example", "nl-*BE*", "customer-7"]) {
      expect(shown).toContain(value);
    }
    for (const message of [root, ...detailsIn(world.slack, root.ts)]) {
      expect(activeMarkup(message)).toEqual([]);
    }
  });

  it("adds to what Parley says of the User, and erases nothing of it", async () => {
    const world = await startWorld();
    const known = world.parley.createUser({
      uniqueIdentifier: "customer-7",
      additionalInformation: { name: "Ada Lovelace" },
    });
    await handOver(world, { user: known });
    const user = { name: null, email: "ada@customer.example", externalId: null, language: "" };

    await postTo(world, "/parley/handovers", { userId: known.id, user });

    await world.slack.waitFor(() => {
      const [root] = rootsAbout(world.slack, known.id);
      return root && shownOf(world.slack, root).includes("ada@customer.example");
    });
    const shown = rootsAbout(world.slack, known.id)
      .map((root) => shownOf(world.slack, root))
      .join();
    expect(shown).toContain("Ada Lovelace");
    expect(shown).toContain("customer-7");
  });

  it("answers 400 to metadata that is nested without end", async () => {
    const world = await startWorld();
    const deep = `{"userId":1,"metadata":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;

    expect((await postTo(world, "/parley/handovers", deep)).status).toBe(400);

    await nothingWasTaken(world);
  });
});

describe("other routes", () => {
  it("tell whether the bridge is up and ready", async () => {
    const world = await startWorld();
    const get = (path: string) => fetch(`${world.bridgeUrl()}${path}`);

    expect(await (await get("/healthz")).json()).toEqual({
      status: "up",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      bridge: expect.stringMatching(/^[\da-f]{16}$/),
    });
    const ready = await get("/readyz");
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: "ready", checks: { store: "ok", slack: "ok", parley: "ok" } },
    ]);
    expect((await get("/nowhere")).status).toBe(404);
    expect((await postTo(world, "/metrics", {})).status).toBe(405);
  });

  it.each(["slack", "parley"] as const)("are up but not ready without %s", async (side) => {
    const world = await startWorld();
    const fault = { kind: "status", status: 500 } as const;
    if (side === "slack") world.slack.faults.add("auth.test", fault);
    else world.parley.faults.add("GET /services", fault);
    const get = (path: string) => fetch(`${world.bridgeUrl()}${path}`);

    const ready = await get("/readyz");

    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: "not ready",
      checks: { store: "ok", [side]: expect.stringContaining("500") },
    });
    expect((await get("/healthz")).status).toBe(200);
  });

  it("count in Prometheus' text what was delivered", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hi" });
    await parley.until(() => parley.sent(user.id).length > 0);

    await expect
      .poll(() => metricsOf(world), PATIENCE)
      .toEqual(
        expect.arrayContaining([
          'parley_bridge_callbacks_total{kind="handover"} 1',
          'parley_bridge_callbacks_total{kind="message"} 1',
          // The handover, the message, and the root, which then shows that it was answered.
          'parley_bridge_delivery_attempts_total{queue="inbox",outcome="done"} 3',
          'parley_bridge_delivery_attempts_total{queue="outbox",outcome="done"} 1',
          "parley_bridge_open_conversations 1",
          'parley_bridge_queue_items{queue="inbox"} 0',
          'parley_bridge_queue_items{queue="outbox"} 0',
          'parley_bridge_dead_letters{queue="inbox"} 0',
        ]),
      );
    const { headers } = await fetch(`${world.bridgeUrl()}/metrics`);
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=/);
  });
});

describe("the log", () => {
  it("holds no text, name, e-mail address or token of a whole story, faults included", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const user = parley.createUser({
      uniqueIdentifier: "customer-7",
      additionalInformation: { name: "Ada Lovelace", email: "ada@example.com" },
    });
    const { root } = await handOver(world, { user, metadata: { reason: "reason-words" } });
    await postTo(world, "/parley/handovers", {
      userId: user.id,
      transcript: [{ from: "User", text: "transcript-words" }],
    });
    await parley.userWrites(user.id, "user-words");
    await slack.waitFor(() => postsIn(slack, root.ts).some(({ text }) => text === "user-words"));
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "lost-answer" }, 1);
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "agent-words" });
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
    await slack.post({ user: "U0BEN", threadTs: root.ts, text: "agent-words" });
    await slack.waitFor(() => toldTo(slack, "U0BEN", root.ts)[0]);
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    await parley.userWrites(user.id, "user-words again");
    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "user-words again");
    await postTo(world, "/parley/callback", { type: "survey", body: { answer: "survey-words" } });
    await postTo(world, "/parley/callback?token=query-token", "{ not-json-words", "wrong-token");
    await postTo(world, "/parley/callback?token=query-token", "{ not-json-words");
    await handBack(world, root);
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "agent-words" });
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[1]);
    await world.stopBridge();

    const logged = world.log.lines.filter(({ level }) => level !== "debug");
    const events = new Set(logged.map(({ event }) => event));
    for (const event of ["callback.stored", "reply.stored", "callback.refused", "app.stopped"]) {
      expect(events).toContain(event);
    }
    const outcomes = new Set(logged.map(({ fields }) => fields.outcome));
    expect(outcomes).toEqual(new Set([undefined, "done", "dead", "deferred", "ignored"]));
    const text = JSON.stringify(logged);
    const secrets = [
      CALLBACK_TOKEN,
      slack.botToken,
      slack.signingSecret,
      parley.account.sharedSecret,
      "wrong-token",
      "query-token",
    ];
    const personal = ["Ada", "Lovelace", "ada@example.com", "customer-7", "Anna", "Ben Okafor"];
    for (const word of [...secrets, ...personal, "-words"]) expect(text).not.toContain(word);
  });
});

/** Sends more than is allowed, and never ends; what is written after the answer could only meet a closed connection. */
function beginStream(world: World, path: string): Promise<{ status: number; connection: unknown }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${world.bridgeUrl()}${path}`,
      { method: "POST", headers: { authorization: CALLBACK_TOKEN } },
      (response) => {
        response.resume();
        resolve({
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
        });
        request.destroy();
      },
    );
    request.on("error", reject);
    request.write(Buffer.alloc(2 * MIB, " "));
  });
}
