import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startHttpServer } from "../../fakes/http/http-server.ts";
import { BOT_SECRET } from "../support/listening-bot.ts";
import {
  brokenRules,
  type Documented,
  hearing,
  mismatch,
  type Operation,
  operations,
  undescribedAnswer,
} from "../support/openapi.ts";
import { readSources } from "../support/sources.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const sources = new Map(readSources("src").map(({ path, text }) => [path, text]));
const names = operations.map(({ name }) => name);

const operation = (name: string): Operation => {
  const found = operations.find((each) => each.name === name);
  if (!found) throw new Error(`docs/openapi.yaml has no ${name}`);
  return found;
};

/** Of what was documented as a `T`. */
const examplesOf = <T>(documented: Documented | undefined): readonly T[] =>
  (documented?.examples ?? []) as readonly T[];

/** Each of the statuses that may be written so in a source. */
const statusesIn = (path: string, pattern: RegExp): number[] =>
  [...(sources.get(path) ?? "").matchAll(pattern)].flatMap(([, ...found]) => found.map(Number));

describe("docs/openapi.yaml", () => {
  it("is as OpenAPI wants it", () => {
    expect(brokenRules).toBeUndefined();
  });

  it("names each route that the bridge has for bots, and no other", () => {
    const routes = [...sources.values()].flatMap((text) =>
      [...text.matchAll(/method: "(\w+)",\s*path: "(\/parley\/[^"]+)"/g)].map(
        ([, method, path]) => `${method} ${path}`,
      ),
    );
    const ofParley = "POST /parley/callback";
    expect(names.toSorted()).toEqual(routes.filter((route) => route !== ofParley).sort());
  });

  it.each(names)("names each status that the code has for %s, and no other", (name) => {
    const [method, path = ""] = name.split(" ");
    const file = [...sources].find(
      ([, text]) => text.includes(`path: "${path}"`) && text.includes(`method: "${method}"`),
    );
    if (!file) throw new Error("no file has this route");
    const denials = /\[(\d{3}), /g;
    const statuses = [
      200,
      ...statusesIn(file[0], denials),
      // Only what reads or stores something finds that it cannot.
      ...statusesIn("src/http/http-server.ts", /"storage" \? (\d{3}) : (\d{3})/g).filter(
        (status) => status !== 503 || name !== "GET /parley/availability",
      ),
      ...(file[1].includes("requests.take(")
        ? ["src/http/authentic-body.ts", "src/parley/refuse-other-account.ts"].flatMap((each) =>
            statusesIn(each, denials),
          )
        : [401]),
    ];
    expect(new Set(operation(name).answers.keys())).toEqual(new Set(statuses));
  });

  it("has an example of everything, which is as its schema says", () => {
    const documented = operations.flatMap(({ parameters, body, answers }) => [
      ...parameters.values(),
      ...(body ? [body] : []),
      ...answers.values(),
    ]);
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.filter(({ examples }) => examples.length === 0)).toEqual([]);
    const wrong = documented.flatMap((each) =>
      each.examples.flatMap((example) => mismatch(each, example)),
    );
    expect(wrong).toEqual([]);
  });
});

interface Question {
  readonly query?: string;
  readonly id?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string | null;
}

const isSentAsItIs = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array;

/** Packed, because of what is sent unpacked the bridge reads no more than it has to, and cuts the connection. */
const TOO_LONG = new Uint8Array(gzipSync("x".repeat(1024 * 1024 + 1)));

/** Asks a running bridge, and keeps what it has answered. What is not documented is told at once. */
function startAsking(world: World) {
  const heard = new Set<string>();
  return {
    heard,
    async ask(
      name: string,
      { query = "", id = "", body, headers, authorization = CALLBACK_TOKEN }: Question = {},
    ) {
      const [method = "", path = ""] = name.split(" ");
      const answer = await fetch(`${world.bridgeUrl()}${path.replace("{id}", id)}${query}`, {
        method,
        headers: { ...(authorization !== null && { authorization }), ...headers },
        ...(body !== undefined && { body: isSentAsItIs(body) ? body : JSON.stringify(body) }),
      });
      const { status } = answer;
      const json = (await answer.json()) as { error?: string; state?: string };
      expect(answer.headers.get("content-type")).toMatch(/^application\/json\b/);
      expect(undescribedAnswer(name, status, json)).toEqual([]);
      heard.add(status === 200 ? `${name} 200` : `${name} ${status} ${json.error}`);
      return json;
    },
  };
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

it("the running bridge answers as docs/openapi.yaml says, in each case that it names", async () => {
  const world = await startWorld();
  const { ask, heard } = startAsking(world);
  const AVAILABILITY = "GET /parley/availability";
  const HANDOVERS = "POST /parley/handovers";
  const HANDOVER = "GET /parley/handovers/{id}";
  const RATINGS = "POST /parley/ratings";

  for (const name of names) {
    for (const authorization of [null, "wrong", `Basic ${CALLBACK_TOKEN}`]) {
      await ask(name, { authorization, id: "h_0", ...(name.startsWith("POST") && { body: {} }) });
    }
  }
  for (const name of [HANDOVERS, RATINGS]) {
    await ask(name, { body: "{" });
    await ask(name, { body: "{}", headers: { "content-encoding": "gzip" } });
    await ask(name, { body: "{}", headers: { "content-encoding": "br" } });
    await ask(name, { body: "{}", headers: { "content-type": "text/plain; charset=klingon" } });
    await ask(name, { body: { accountIdentification: "other" } });
    await ask(name, { body: TOO_LONG, headers: { "content-encoding": "gzip" } });
  }

  const asked = new URLSearchParams(
    [...operation(AVAILABILITY).parameters].map(([parameter, { examples }]): [string, string] => {
      const [example] = examples;
      return [parameter, typeof example === "string" ? example : JSON.stringify(example)];
    }),
  );
  for (const query of ["", `?${asked.toString()}`]) {
    await ask(AVAILABILITY, { query, authorization: `Bearer ${CALLBACK_TOKEN}` });
  }
  await ask(AVAILABILITY, { query: "?metadata=7" });
  await ask(AVAILABILITY, {
    query: `?metadata=${encodeURIComponent(JSON.stringify(deep(65)))}`,
  });

  const [all, least] = examplesOf<object>(operation(HANDOVERS).body);
  const [key = ""] = examplesOf<string>(operation(HANDOVERS).parameters.get("Idempotency-Key"));
  const [told] = examplesOf(operation(HANDOVERS).answers.get(200));
  const [{ id } = { id: "" }] = examplesOf<{ id: string }>(operation(HANDOVER).answers.get(200));
  world.parley.createUser({ id: 11111 }).owner = world.parley.agentService.identification;
  await ask(HANDOVERS, { body: { ...all, expiresInSeconds: 0 } });
  await ask(HANDOVERS, { body: { ...all, metadata: deep(65) } });
  await ask(HANDOVERS, { body: all, headers: { "idempotency-key": "k".repeat(201) } });
  await ask(HANDOVERS, { body: all, headers: { "idempotency-key": "another" } });
  await ask(HANDOVER, { id });
  expect(await ask(HANDOVERS, { body: all, headers: { "idempotency-key": key } })).toEqual(told);
  expect(await ask(HANDOVERS, { body: all })).toEqual(told);
  await ask(HANDOVERS, { body: least });
  await expect.poll(async () => (await ask(HANDOVER, { id })).state, PATIENCE).toBe("open");

  const [rating, byConversation] = examplesOf<object>(operation(RATINGS).body);
  const [rated] = examplesOf(operation(RATINGS).answers.get(200));
  const state = await openStateSql(world);
  const free = await state.fillUp();
  await ask(HANDOVERS, { body: { userId: "11112" } });
  await ask(RATINGS, { body: rating });
  await free();
  await state.ask("ALTER TABLE handovers RENAME TO gone");
  await ask(HANDOVER, { id });
  await state.ask("ALTER TABLE gone RENAME TO handovers");
  await state.close();

  await ask(RATINGS, { body: { ...rating, rating: 6 } });
  await ask(RATINGS, { body: { ...rating, ...byConversation } });
  await ask(RATINGS, { body: { ...byConversation, conversation: "c_0" } });
  await expect.poll(() => ask(RATINGS, { body: rating }), PATIENCE).toEqual(rated);
  expect(await ask(RATINGS, { body: byConversation })).toEqual(rated);
  await ask(RATINGS, { body: { ...rating, rating: 1 } });

  const documented = operations.flatMap(({ name, answers }) =>
    [...answers].flatMap(([status, { examples }]) =>
      status === 200
        ? [`${name} 200`]
        : examples.map((example) => `${name} ${status} ${(example as { error: string }).error}`),
    ),
  );
  // No request makes a defect.
  const expected = documented.filter((each) => !each.endsWith(" 500 defect"));
  expect([...heard].sort()).toEqual(expected.sort());
});

it("the running bridge tells the bot as docs/openapi.yaml says", async () => {
  const requests: { headers: Readonly<Record<string, unknown>>; body: string }[] = [];
  const bot = await startHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    requests.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  onTestFinished(bot.close);
  const world = await startWorld({
    env: {
      BOT_EVENTS_URL: bot.url,
      BOT_EVENTS_SECRET: BOT_SECRET,
      BOT_EVENTS_ALLOW_PRIVATE: "true",
    },
  });

  await handOver(world);

  await expect.poll(() => requests.length, PATIENCE).toBe(1);
  const [request] = requests;
  if (!hearing?.body || !request) throw new Error("nothing is documented, or nothing came");
  expect(mismatch(hearing.body, JSON.parse(request.body))).toEqual([]);
  const { parameters } = hearing;
  expect([...parameters.keys()]).toEqual(
    Object.keys(request.headers).filter((header) => header.startsWith("webhook-")),
  );
  for (const [header, parameter] of parameters) {
    expect(mismatch(parameter, request.headers[header])).toEqual([]);
  }
});
