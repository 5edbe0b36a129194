import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectTo, head } from "../support/raw-request.ts";
import { openStateSql } from "../support/state-sql.ts";
import { PATIENCE } from "../support/steps.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const MIB = 1024 * 1024;
/** What `new TextDecoder` makes of it has to come out. */
const TEXT = "Grüße, ça va? 10 €";

const messageOf = (text: string) =>
  JSON.stringify({ type: "message", body: { id: 1, message: text, user: { id: "11111" } } });

const postBytes = (
  world: World,
  bytes: Buffer,
  headers: Record<string, string> = {},
  path = "/parley/callback",
) =>
  fetch(world.bridgeUrl() + path, {
    method: "POST",
    headers: { authorization: CALLBACK_TOKEN, ...headers },
    body: new Uint8Array(bytes),
  });

/** The texts of the Users' messages that are on disk. */
async function keptTexts(world: World): Promise<unknown[]> {
  const state = await openStateSql(world);
  const rows = await state.ask<{ body: string }>("SELECT body FROM inbox");
  await state.close();
  return rows.map(({ body }) => {
    const { raw } = JSON.parse(body) as { raw: string };
    return (JSON.parse(raw) as { body: { message: unknown } }).body.message;
  });
}

/** Nobody takes anything out of the state, so that it can be read there. */
async function startQuietWorld(): Promise<World> {
  const world = await startWorld();
  world.slack.faults.add("chat.postMessage", { kind: "refused" });
  return world;
}

const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("a callback's body", () => {
  it.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${messageOf(TEXT)}`), undefined],
    [
      "UTF-16 with a mark, little end first",
      Buffer.from(`\ufeff${messageOf(TEXT)}`, "utf16le"),
      undefined,
    ],
    ["UTF-16 with a mark, big end first", utf16be(`\ufeff${messageOf(TEXT)}`), undefined],
    ["UTF-16 without a mark", utf16be(messageOf(TEXT)), "application/json; charset=UTF-16"],
    ["UTF-16 that nobody names", Buffer.from(messageOf(TEXT), "utf16le"), "application/json"],
    [
      "a mark that contradicts the charset",
      Buffer.from(`\ufeff${messageOf(TEXT)}`),
      "text/plain; charset=latin1",
    ],
  ])("is read as %s", async (_, bytes, type) => {
    const world = await startQuietWorld();

    const answer = await postBytes(
      world,
      bytes,
      type === undefined ? {} : { "content-type": type },
    );

    expect(answer.status).toBe(200);
    expect(await keptTexts(world)).toEqual([TEXT]);
  });

  it.each(["latin1", "iso-8859-1", '"ISO-8859-1"', "windows-1252"])(
    "is read as %s",
    async (charset) => {
      const world = await startQuietWorld();
      const bytes = Buffer.from(messageOf("Grüße"), "latin1");

      const answer = await postBytes(world, bytes, {
        "content-type": `application/json; charset=${charset}`,
      });

      expect(answer.status).toBe(200);
      expect(await keptTexts(world)).toEqual(["Grüße"]);
    },
  );

  it("is taken with U+FFFD where it is no UTF-8, and the log says so without the text", async () => {
    const world = await startQuietWorld();
    const bytes = Buffer.from(messageOf("Gr\xfc\xdfe secret-words"), "latin1");

    expect((await postBytes(world, bytes)).status).toBe(200);

    expect(await keptTexts(world)).toEqual(["Gr\ufffd\ufffde secret-words"]);
    const lines = world.log.lines.filter(({ event }) => event === "callback.text-damaged");
    expect(lines).toEqual([
      {
        level: "warn",
        event: "callback.text-damaged",
        fields: expect.objectContaining({ path: "/parley/callback" }),
      },
    ]);
    expect(JSON.stringify(world.log.lines)).not.toContain("secret-words");
  });

  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["identity", (bytes: Buffer) => bytes],
  ] as const)("is unpacked from %s", async (coding, pack) => {
    const world = await startQuietWorld();
    const bytes = pack(Buffer.from(`\ufeff${messageOf(TEXT)}`, "utf16le"));

    expect((await postBytes(world, bytes, { "content-encoding": coding })).status).toBe(200);

    expect(await keptTexts(world)).toEqual([TEXT]);
  });

  it("may be 1 MiB when it is unpacked, and no more, however small it was", async () => {
    const world = await startQuietWorld();
    const ofLength = (length: number) =>
      gzipSync(messageOf("x".repeat(length - messageOf("").length)));
    const packed = { "content-encoding": "gzip" };

    expect((await postBytes(world, ofLength(MIB + 1), packed)).status).toBe(413);
    expect((await postBytes(world, gzipSync(Buffer.alloc(64 * MIB)), packed)).status).toBe(413);
    expect(await keptTexts(world)).toEqual([]);
    expect((await postBytes(world, ofLength(MIB), packed)).status).toBe(200);
    expect(await keptTexts(world)).toHaveLength(1);
  });

  it("may be 1 MiB also where packing has made it longer", async () => {
    const world = await startQuietWorld();
    const bytes = gzipSync(messageOf("x".repeat(MIB - messageOf("").length)), { level: 0 });
    expect(bytes.length).toBeGreaterThan(MIB);

    expect((await postBytes(world, bytes, { "content-encoding": "gzip" })).status).toBe(200);
  });

  it.each([
    ["415", { "content-encoding": "br" }],
    ["415", { "content-encoding": "gzip, gzip" }],
    ["415", { "content-encoding": "__proto__" }],
    ["415", { "content-type": "application/json; charset=utf-32" }],
    ["400", { "content-encoding": "gzip" }],
    ["400", { "content-encoding": "deflate" }],
  ])("is answered %s with %j, once the token is right", async (status, headers) => {
    const world = await startWorld();
    const bytes = Buffer.from(messageOf("Hello"));

    const answer = await postBytes(world, bytes, headers);

    expect(answer.status).toBe(Number(status));
    expect(await keptTexts(world)).toEqual([]);
    expect((await postBytes(world, bytes, { ...headers, authorization: "wrong" })).status).toBe(
      401,
    );
  });

  it("that breaks off is no error of ours", async () => {
    const world = await startWorld();
    const connection = await connectTo(world.bridgeUrl());
    const headers = { host: "bridge", authorization: CALLBACK_TOKEN, "content-length": "1000" };
    connection.write(`${head("POST /parley/callback HTTP/1.1", headers)}{"type":`);
    connection.destroy();

    await expect
      .poll(() => world.log.lines.map(({ event }) => event), PATIENCE)
      .toContain("request.aborted");

    const loud = world.log.lines.filter(({ level }) => level === "warn" || level === "error");
    expect(loud).toEqual([]);
  });
});

describe("who asks before sending a body", () => {
  const ask = async (world: World, headers: Record<string, string>) => {
    const connection = await connectTo(world.bridgeUrl());
    onTestFinished(() => connection.destroy());
    const asking = { host: "bridge", expect: "100-continue", ...headers };
    connection.write(head("POST /parley/callback HTTP/1.1", asking));
    await expect.poll(() => connection.received, PATIENCE).toMatch(/^HTTP\/1\.1 \d+ .*\r\n/);
    return connection;
  };

  it("is not asked for one that is too long", async () => {
    const world = await startWorld();

    const { received } = await ask(world, {
      authorization: CALLBACK_TOKEN,
      "content-length": "1000000000000",
    });

    expect(received).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("is not asked for one without the token", async () => {
    const world = await startWorld();

    const { received } = await ask(world, { authorization: "wrong", "content-length": "10" });

    expect(received).toMatch(/^HTTP\/1\.1 401 /);
  });

  it("is asked for one that may come, and answered", async () => {
    const world = await startQuietWorld();
    const body = messageOf("Hello");

    const connection = await ask(world, {
      authorization: CALLBACK_TOKEN,
      "content-length": String(body.length),
    });
    expect(connection.received).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    connection.write(body);

    await expect.poll(() => connection.received, PATIENCE).toMatch(/HTTP\/1\.1 200 /);
    expect(await keptTexts(world)).toEqual(["Hello"]);
  });
});

describe("an address", () => {
  it.each([
    "/parley/callback/",
    "//parley/callback",
    "//parley//callback//",
    "/parley/callback/?a=b",
  ])("is understood as %s", async (path) => {
    const world = await startWorld();
    const connection = await connectTo(world.bridgeUrl());
    onTestFinished(() => connection.destroy());
    const body = messageOf("Hello");
    const headers = {
      host: "bridge",
      authorization: CALLBACK_TOKEN,
      "content-length": String(body.length),
    };

    connection.write(head(`POST ${path} HTTP/1.1`, headers) + body);

    await expect.poll(() => connection.received, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("of a refused request is not logged with what its sender put into it", async () => {
    const world = await startWorld();
    const connection = await connectTo(world.bridgeUrl());
    onTestFinished(() => connection.destroy());
    const target = "http://somebody:s3cr3t-1@bridge//parley/callback/;s3cr3t-2?token=s3cr3t-3";
    const twin = "http://somebody:s3cr3t-1@bridge//parley/callback/?token=s3cr3t-3";

    for (const address of [target, twin]) {
      connection.write(head(`POST ${address} HTTP/1.1`, { host: "bridge", "content-length": "0" }));
    }

    await expect
      .poll(() => world.log.lines, PATIENCE)
      .toContainEqual({
        level: "warn",
        event: "callback.refused",
        fields: expect.objectContaining({ path: "/parley/callback", status: 401 }),
      });
    expect(JSON.stringify(world.log.lines)).not.toContain("s3cr3t");
  });

  it.each(["/healthz", "/readyz", "/metrics"])("of %s may be asked with HEAD", async (path) => {
    const world = await startWorld();

    const answer = await fetch(world.bridgeUrl() + path, { method: "HEAD" });

    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });
});

it("takes either of two callback tokens", async () => {
  const tokens = ["n3w-5up3r-5ecr3t-token", "0ld-5up3r-5ecr3t-token"];
  const world = await startWorld({ env: { PARLEY_CALLBACK_TOKEN: `${tokens[0]} ${tokens[1]}\n` } });
  const status = async (authorization: string) =>
    (await postBytes(world, Buffer.from(messageOf("Hello")), { authorization })).status;

  for (const token of tokens) {
    expect(await status(token)).toBe(200);
    expect(await status(`Bearer ${token}`)).toBe(200);
  }
  for (const wrong of ["", "Bearer", "Bearer ", tokens.join(" "), `${tokens[0]}x`]) {
    expect(await status(wrong)).toBe(401);
  }
});
