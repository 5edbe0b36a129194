import { describe, expect, it } from "vitest";
import { metricsOf } from "../support/metrics.ts";
import { undescribedAnswer } from "../support/openapi.ts";
import { sentTo } from "../support/sent.ts";
import { handBack, handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsAbout, rootsOf, shownOf, textOf } from "../support/threads.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const AUTHORIZATION = { authorization: `Bearer ${CALLBACK_TOKEN}` };

/** A bot tells of a handover. `replica`: at which of them. */
async function tell(
  world: World,
  body: object | string,
  { key, replica = 0 }: { key?: string; replica?: number } = {},
) {
  const urls = world.replicaUrls();
  const response = await fetch(`${urls[replica % urls.length]}/parley/handovers`, {
    method: "POST",
    headers: { ...AUTHORIZATION, ...(key !== undefined && { "idempotency-key": key }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as { id?: string; error?: string };
  expect(undescribedAnswer("POST /parley/handovers", response.status, answer)).toEqual([]);
  return { http: response.status, ...answer };
}

interface Told {
  readonly state: string;
  readonly [field: string]: unknown;
}

/** A bot asks what became of a handover. */
async function ask(world: World, id: string | undefined): Promise<Told> {
  const headers = AUTHORIZATION;
  const response = await fetch(`${world.bridgeUrl()}/parley/handovers/${id}`, { headers });
  expect(response.status).toBe(200);
  const told = (await response.json()) as Told;
  expect(undescribedAnswer("GET /parley/handovers/{id}", 200, told)).toEqual([]);
  return told;
}

const isIn = (world: World, id: string | undefined, state: string) =>
  expect.poll(async () => (await ask(world, id)).state, PATIENCE).toBe(state);

function createUser({ parley }: World): string {
  const user = parley.createUser();
  user.owner = parley.agentService.identification;
  return user.id;
}

describe("a handover with a key", () => {
  it("happens once, however often and wherever it comes at the same time", async () => {
    const world = await startWorld();
    const body = { userId: createUser(world), metadata: { reason: "help" } };

    const times = [0, 1, 2, 3, 4, 5].map((replica) => tell(world, body, { key: "k-1", replica }));
    const answers = await Promise.all(times);

    const [first] = answers;
    expect(first).toEqual({
      http: 200,
      status: "SUCCESS",
      id: expect.stringMatching(/^h_[0-9a-f]{24}$/),
    });
    expect(answers).toEqual(answers.map(() => first));
    await isIn(world, first?.id, "open");
    expect(await tell(world, body, { key: "k-1", replica: 1 })).toEqual(first);
    expect(await tell(world, { ...body, userId: createUser(world) }, { key: "k-2" })).toMatchObject(
      { http: 200 },
    );
    await expect.poll(() => rootsOf(world.slack).length, PATIENCE).toBe(2);
    const state = world.log.lines.filter(({ event }) => event === "handover.stored");
    expect(state.filter(({ fields }) => fields.result === "appended")).toHaveLength(2);
  });

  it("is the same while it waits, after a restart, and after the User has gone back", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const userId = createUser(world);
    const body = { userId, idempotencyKey: "order 7 / 1", metadata: { reason: "help" } };
    slack.faults.add("chat.postMessage", { kind: "refused" });
    const first = await tell(world, body);
    expect(await tell(world, body)).toEqual(first);
    await expect
      .poll(async () => (await ask(world, first.id)).conversation, PATIENCE)
      .toBeDefined();
    const waiting = await ask(world, first.id);
    expect(waiting).toMatchObject({ id: first.id, state: "received", userId });
    expect(waiting).not.toHaveProperty("openedAt");

    await world.stopBridge();
    slack.faults.clear();
    await world.startBridge();
    expect(await tell(world, body)).toEqual(first);
    const root = await slack.waitFor(() => rootsAbout(slack, userId)[0]);
    await isIn(world, first.id, "open");
    await handBack(world, root);
    await parley.until(
      () => parley.state.users.get(userId)?.owner === parley.botService.identification,
    );

    expect(await tell(world, body)).toEqual(first);
    await isIn(world, first.id, "completed");
    expect(rootsAbout(slack, userId)).toHaveLength(1);
  });

  it("is refused with another body, and nothing of that is done", async () => {
    const world = await startWorld();
    const [ada, ben] = [createUser(world), createUser(world)];
    const first = await tell(world, { userId: ada }, { key: "k" });

    const others = [{ userId: ben }, { userId: ada, metadata: { reason: "more" } }];
    for (const other of others) {
      const refused = await tell(world, other, { key: "k", replica: 1 });
      expect(refused).toMatchObject({ http: 409, error: expect.stringContaining("same body") });
    }

    await isIn(world, first.id, "open");
    expect(rootsAbout(world.slack, ben)).toEqual([]);
    expect(shownOf(world.slack, rootsOf(world.slack)[0] as never)).not.toContain("more");
  });

  it("is refused with a key that is none, and with two that differ", async () => {
    const world = await startWorld();
    const wrong: [header: { key?: string }, inBody: object][] = [
      [{ key: "a" }, { idempotencyKey: "b" }],
      [{ key: "x".repeat(201) }, {}],
      ...["a\nb", "", " a", "schlüssel", "x".repeat(201), 7].map((given): [object, object] => [
        {},
        { idempotencyKey: given },
      ]),
    ];

    for (const [header, inBody] of wrong) {
      const refused = await tell(world, { userId: "7", ...inBody }, header);
      expect(refused).toMatchObject({ http: 400, error: expect.stringMatching(/key/i) });
    }
    expect(world.log.lines.filter(({ event }) => event === "handover.stored")).toEqual([]);
  });

  it("takes the key from either place, or from both", async () => {
    const world = await startWorld();
    const body = { userId: createUser(world), idempotencyKey: "k", metadata: {} };

    const first = await tell(world, body, { key: "k" });

    expect(first.http).toBe(200);
    expect(await tell(world, body)).toEqual(first);
    const inMetadata = { userId: createUser(world), metadata: { idempotencyKey: "other" } };
    const second = await tell(world, inMetadata);
    expect(await tell(world, inMetadata, { key: "other" })).toEqual(second);
  });
});

describe("a handover without a key", () => {
  it("is known by its body, and tells of the newest", async () => {
    const world = await startWorld();
    const { slack } = world;
    const userId = createUser(world);
    const body = JSON.stringify({ userId, metadata: { reason: "help" } });
    const first = await tell(world, body);
    const root = await slack.waitFor(() => rootsAbout(slack, userId)[0]);
    await isIn(world, first.id, "open");
    await handBack(world, root);
    await isIn(world, first.id, "completed");
    const { conversation: before } = await ask(world, first.id);

    const user = world.parley.state.users.get(userId);
    if (user) user.owner = world.parley.agentService.identification;
    expect(await tell(world, body)).toEqual(first);

    await slack.waitFor(() => rootsAbout(slack, userId)[1]);
    await isIn(world, first.id, "open");
    expect((await ask(world, first.id)).conversation).not.toBe(before);
    expect((await tell(world, ` ${body}`)).id).not.toBe(first.id);
  });
});

describe("what became of a handover", () => {
  it("is told from its arrival to its end, without a word that people wrote", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const userId = createUser(world);
    const { id } = await tell(world, { userId, summary: "Where is my parcel?" }, { key: "k" });
    const root = await slack.waitFor(() => rootsAbout(slack, userId)[0]);
    await isIn(world, id, "open");
    expect(await ask(world, id)).toEqual({
      id,
      state: "open",
      userId,
      receivedAt: expect.stringMatching(/Z$/),
      conversation: expect.stringMatching(/^c_/),
      team: expect.any(String),
      openedAt: expect.stringMatching(/Z$/),
    });

    await slack.click({
      user: "U0ANNA",
      channel: slack.channel,
      ts: root.ts,
      actionId: "parley_take",
    });
    await isIn(world, id, "claimed");
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "It is on its way" });
    await isIn(world, id, "answered");
    await handBack(world, root);
    await parley.until(
      () => parley.state.users.get(userId)?.owner === parley.botService.identification,
    );
    await isIn(world, id, "completed");

    const told = await ask(world, id);
    expect(told).toMatchObject({ reason: "handed_back", endedAt: expect.stringMatching(/Z$/) });
    expect(JSON.stringify(told)).not.toMatch(/parcel|on its way|Anna/);
  });

  it("is that it failed, where no thread could be opened, until it is tried again", async () => {
    const world = await startWorld({ env: { RETRY_MAX_AGE_MS: "1000" } });
    const userId = createUser(world);
    world.slack.faults.add("chat.postMessage", { kind: "refused" });

    const { id } = await tell(world, { userId }, { key: "k" });

    await isIn(world, id, "failed");
    const failed = await ask(world, id);
    expect(failed).toMatchObject({ error: expect.any(String), userId });
    expect(failed).not.toHaveProperty("openedAt");
    world.slack.faults.clear();
    await world.parley.userWrites(userId, "Hello?");
    await isIn(world, id, "open");
    expect(await ask(world, id)).not.toHaveProperty("error");
  });

  it("is told to nobody without the token, and of no other id", async () => {
    const world = await startWorld();
    const { id } = await tell(world, { userId: createUser(world) });
    const get = (path: string, headers = {}) =>
      fetch(`${world.bridgeUrl()}/parley/handovers${path}`, { headers });

    expect((await get(`/${id}`)).status).toBe(401);
    expect((await get(`/${id}`, { authorization: "wrong" })).status).toBe(401);
    const others = ["/h_000000000000000000000000", "/%00", "/..%2F..", "/x", `/${id}x`];
    for (const other of others) expect((await get(other, AUTHORIZATION)).status).toBe(404);
    expect((await get(`/${id}/more`, AUTHORIZATION)).status).toBe(404);
    expect((await get("", AUTHORIZATION)).status).toBe(405);
    const post = await fetch(`${world.bridgeUrl()}/parley/handovers/${id}`, {
      method: "POST",
      headers: AUTHORIZATION,
    });
    expect(post.status).toBe(405);
  });
});

describe("what a handover says", () => {
  const about = {
    reasonCode: "refund",
    summary: "I want my money back",
    language: "nl",
    user: { name: "Ada Lovelace", email: "ada@customer.example", externalId: "customer-7" },
  };

  it("means the same in the request, in its metadata, and in that of Parley's callback", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const [first, second] = [createUser(world), createUser(world)];
    await tell(world, { userId: first, ...about });
    await tell(world, { userId: second, metadata: about });
    const { user: third } = await handOver(world, { metadata: about });

    for (const userId of [first, second, third.id]) {
      const root = await slack.waitFor(() => rootsAbout(slack, userId)[0]);
      await slack.waitFor(() => shownOf(slack, root).includes("customer-7"));
      const lines = textOf(root).split("\n");
      expect(lines[1]).toBe(":large_orange_circle: *Ada Lovelace* · I want my money back");
      expect(lines.slice(2, 4).join(" ")).toMatch(/^refund · .*nl/);
      expect(shownOf(slack, root)).toContain("ada@customer.example");
    }
    const counted = 'parley_bridge_handovers_total{reason_code="refund"} 3';
    expect(await metricsOf(world)).toContain(counted);
    expect(parley.failures).toEqual([]);
  });

  it("is what the request says, where its metadata says something else", async () => {
    const world = await startWorld();
    const userId = createUser(world);
    const metadata = {
      reasonCode: "other",
      summary: "Something else",
      user: { name: "Eve", email: "eve@customer.example" },
      order: 42,
    };

    await tell(world, { userId, ...about, metadata });

    const root = await world.slack.waitFor(() => rootsAbout(world.slack, userId)[0]);
    await world.slack.waitFor(() => shownOf(world.slack, root).includes("42"));
    expect(textOf(root)).toContain("*Ada Lovelace* · I want my money back");
    expect(shownOf(world.slack, root).split("\n").slice(0, 8).join("\n")).not.toMatch(/Eve|eve@/);
  });

  it("is counted under few names, whatever codes come", async () => {
    const world = await startWorld();
    const codes = ['a"} 1\nfake_metric 7', "x".repeat(70), "mit leerzeichen", "ünicode"];
    for (const reasonCode of codes) await tell(world, { userId: createUser(world), reasonCode });
    await tell(world, { userId: createUser(world) });
    for (let n = 0; n < 60; n++) {
      await tell(world, { userId: createUser(world), reasonCode: `code-${n}` });
    }

    const count = async () =>
      (await metricsOf(world)).filter((line) => /^parley_bridge_handovers/.test(line));
    const sum = (lines: readonly string[]) =>
      lines.reduce((all, line) => all + Number(line.split(" ").at(-1)), 0);
    await expect.poll(async () => sum(await count()), PATIENCE).toBe(65);
    const counted = await count();

    expect(counted).toContain('parley_bridge_handovers_total{reason_code="none"} 1');
    const replicas = world.replicaUrls().length;
    const others = counted.find((line) => line.includes('"other"'));
    if (replicas === 1) expect(others).toMatch(/ 14$/);
    expect(counted.length).toBeLessThanOrEqual(2 + 60);
    expect(counted.join()).not.toContain("fake_metric");
  });

  it("is refused where a field is wrong, and counts as missing where that is in metadata", async () => {
    const world = await startWorld();
    const wrong = [
      { expiresInSeconds: 0 },
      { expiresInSeconds: 2_592_001 },
      { expiresInSeconds: 1.5 },
      { expiresInSeconds: "60" },
      { reasonCode: 7 },
      { reasonCode: "x".repeat(201) },
      { summary: ["a"] },
      { user: { email: 7 } },
    ];

    for (const fields of wrong) {
      const userId = createUser(world);
      const refused = await tell(world, { userId, ...fields });
      const [field] = Object.keys(fields);
      expect(refused).toMatchObject({ http: 400, error: expect.stringContaining(String(field)) });
      expect((await tell(world, { userId, metadata: fields })).http).toBe(200);
    }
    await expect.poll(() => rootsOf(world.slack).length, PATIENCE).toBe(wrong.length);
  });
});

it("a transcript of which nothing is right is refused at once, with a word about its first line", async () => {
  const world = await startWorld();
  const lines = '{"from": 7},'.repeat(80_000);
  const refused = await tell(world, `{"userId": "7", "transcript": [${lines} 0]}`);
  expect(refused.http).toBe(400);
  expect(refused.error).toContain("transcript[0].from");
  expect(refused.error?.length).toBeLessThan(200);
});

describe("a handover that Parley tells of too", () => {
  it("is one with the request that has its key, whichever comes first", async () => {
    const world = await startWorld();
    const { slack } = world;
    const body = (userId: string, key: string) => ({ userId, idempotencyKey: key });
    const first = createUser(world);
    const told = await tell(world, body(first, "first"));
    await handOver(world, { metadata: { idempotencyKey: "callback" } });
    const [root] = rootsOf(slack);
    const second = world.parley.createUser();
    await handOver(world, { user: second, metadata: { idempotencyKey: "second" } });

    const more = {
      ...body(second.id, "second"),
      summary: "Where is my parcel?",
      user: { email: "ada@customer.example" },
      expiresInSeconds: 600,
      transcript: [{ from: "Bot", text: "I am not sure" }],
    };
    expect((await tell(world, { ...more, userId: first })).http).toBe(409);
    const later = await tell(world, more);

    expect(later.http).toBe(200);
    await isIn(world, later.id, "open");
    const [about] = rootsAbout(slack, second.id);
    const brought = ["is my parcel?", "ada@customer.example", "Without an answer", "I am not sure"];
    for (const text of brought) {
      await slack.waitFor(() => about && shownOf(slack, about).includes(text));
    }
    expect(await ask(world, later.id)).toHaveProperty("expiresAt");
    await isIn(world, told.id, "open");
    expect(root).toBeDefined();
    expect(rootsAbout(slack, second.id)).toHaveLength(1);
    expect(await tell(world, more)).toEqual(later);
    expect((await tell(world, { ...more, summary: "x" })).http).toBe(409);
  });

  it("of another User opens a thread of its own, although its key was used before", async () => {
    const world = await startWorld();
    const userId = createUser(world);
    const { id } = await tell(world, { userId, idempotencyKey: "same" });
    await isIn(world, id, "open");

    const { user } = await handOver(world, { metadata: { idempotencyKey: "same" } });

    expect(rootsAbout(world.slack, user.id)).toHaveLength(1);
    expect(await ask(world, id)).toMatchObject({ userId, state: "open" });
  });
});

describe("a handover that expires", () => {
  it("says so in the thread, and is handed back with that reason, whichever way it came", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const first = createUser(world);
    const { id } = await tell(world, { userId: first, expiresInSeconds: 600 });
    const root = await slack.waitFor(() => rootsAbout(slack, first)[0]);
    await slack.waitFor(() => shownOf(slack, root).includes("Without an answer"));
    const { user: second } = await handOver(world, { metadata: { expiresInSeconds: 600 } });
    const { expiresAt, receivedAt } = await ask(world, id);
    expect(Date.parse(String(expiresAt)) - Date.parse(String(receivedAt))).toBeCloseTo(600_000, -2);

    world.advance(9 * 60_000);
    world.advance(61_000);

    const bot = parley.botService.identification;
    for (const userId of [first, second.id]) {
      await parley.until(() => parley.state.users.get(userId)?.owner === bot);
      const [at] = rootsAbout(slack, userId);
      await slack.waitFor(() =>
        postsIn(slack, at?.ts ?? "").some(({ text }) =>
          text.includes("Nobody answered in the time that the handover gave"),
        ),
      );
    }
    await isIn(world, id, "expired");
    expect(await ask(world, id)).toMatchObject({ reason: "expired" });
    expect(await ask(world, id)).not.toHaveProperty("expiresAt");
    await slack.waitFor(() => !shownOf(slack, root).includes("Without an answer"));
  });

  it("is kept once somebody answers, and shows no time any more", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world, { metadata: { expiresInSeconds: 600 } });
    await slack.waitFor(() => shownOf(slack, root).includes("Without an answer"));
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, user.id).length === 1);
    await slack.waitFor(() => !shownOf(slack, root).includes("Without an answer"));

    world.advance(11 * 60_000);
    const next = await handOver(world, { metadata: { expiresInSeconds: 1 } });
    world.advance(2_000);
    const bot = parley.botService.identification;
    await parley.until(() => next.user.owner === bot);

    expect(user.owner).toBe(parley.agentService.identification);
  });
});
