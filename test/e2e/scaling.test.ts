import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { describePostgres, query } from "../support/postgres.ts";
import {
  findPostgres,
  type PostgresServer,
  QUICK,
  startPostgresServer,
} from "../support/postgres-server.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const GUIDE = readFileSync(join(ROOT, "docs/scaling.md"), "utf8");

/** What docs/scaling.md shows to be typed in, under a heading. */
function shownUnder(heading: string, language: "sh" | "sql"): string[] {
  const [, section = ""] = GUIDE.split(new RegExp(`^#+ ${heading}$`, "m"));
  const [own = ""] = section.split(/^## /m);
  const fence = "`".repeat(3);
  const blocks = new RegExp(`^${fence}${language}\\n([\\s\\S]*?)^${fence}$`, "gm");
  return [...own.matchAll(blocks)].map(([, code = ""]) => code);
}

/** Runs what the guide shows, in a shell, with its example of an address become ours. */
async function type(command: string, server: PostgresServer, folder: string): Promise<void> {
  const ours = command
    .replaceAll("db.example.com", `127.0.0.1:${server.port}`)
    .replaceAll("password=...", "password=secret")
    .replaceAll("-f examples", `-f ${ROOT}/examples`);
  await promisify(execFile)("sh", ["-c", ours], {
    cwd: folder,
    env: {
      PATH: `${findPostgres()}:${process.env.PATH}`,
      PGHOST: "127.0.0.1",
      PGPORT: String(server.port),
      PGUSER: "postgres",
    },
  });
}

/** An agent answers, and the User writes: each arrives. */
async function talk(world: World, userId: string, ts: string, text: string): Promise<void> {
  const { slack, parley } = world;
  await slack.post({ user: "U0ANNA", threadTs: ts, text });
  await parley.until(() => sentTo(world, userId).includes(text));
  await parley.userWrites(userId, `${text}?`);
  await slack.waitFor(() => postsIn(slack, ts).some((post) => post.text === `${text}?`));
}

// With a server of its own, because roles belong to a whole server.
describePostgres("what docs/scaling.md says", () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgresServer(QUICK);
    folder = await mkdtemp(join(tmpdir(), "scaling-"));
    await query(server.url, "CREATE ROLE postgres SUPERUSER LOGIN");
  });
  beforeEach(setUp);
  afterEach(dropAll);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function setUp(): Promise<void> {
    const [create = ""] = shownUnder("The role and the database", "sh");
    await type(create, server, folder);
  }
  async function dropAll(): Promise<void> {
    await query(server.url, "DROP DATABASE parley_bridge WITH (FORCE)");
    await query(server.url, "DROP ROLE parley_bridge");
  }

  const address = () => `postgres://parley_bridge@127.0.0.1:${server.port}/parley_bridge`;
  const start = (replicas: number) =>
    startWorld({ replicas, env: { STATE_URL: address(), PGPASSWORD: "secret" } });

  it("gives the role what replicas need, and nothing besides", async () => {
    const world = await start(2);
    const { user, ts } = await handOver(world);
    await talk(world, user.id, ts, "Hello");

    const doctor = await runToEnd(world.env, "doctor");
    expect(doctor.stdout).toMatch(
      /^ok +state +\S+ can be used; tables of version \d+, .*; 2 bridges use it at present$/m,
    );
    expect(await runDeadLetters(world.env, "list")).toMatchObject({
      code: 0,
      lines: ["0 dead letters"],
    });
    for (const sql of [
      "CREATE SCHEMA other",
      "CREATE TABLE public.other (id integer)",
      "CREATE DATABASE other",
      "CREATE ROLE other",
      "SELECT * FROM pg_authid",
    ]) {
      await expect(query(address(), sql)).rejects.toThrow("permission denied");
    }
    await expect(
      query(address().replace(/\w+$/, "postgres"), "CREATE TABLE t ()"),
    ).rejects.toThrow();
  });

  it("names queries that find something, and as many sessions as there are", async () => {
    await start(2);
    const queries = shownUnder("What to monitor", "sql");
    expect(queries.length).toBeGreaterThan(3);
    const asked = () => Promise.all(queries.map((sql) => query(address(), sql)));
    const [members = [], shares = []] = await asked();
    expect(members).toHaveLength(2);
    const counts = async () => (await asked())[1]?.map((row) => Number((row as Shares).shares));
    await expect.poll(counts, PATIENCE).toEqual([32, 32]);
    expect(shares.length).toBeGreaterThan(0);
    await query(
      address(),
      "INSERT INTO inbox (id, lane, share, barrier, sort, state, body, appended_at) VALUES ('held', 'user/0', 0, 0, '', 'held', '{}', 1)",
    );
    for (const rows of await asked()) expect(rows.length).toBeGreaterThan(0);

    const sessions = await query(
      address(),
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'parley-slack-bridge %'",
    );
    expect(GUIDE).toContain("A replica has three sessions");
    expect(sessions).toHaveLength(2 * 3);
  });

  it("backs up beside running replicas what another database goes on with", async () => {
    const [dump = "", restore = ""] = shownUnder("Backup", "sh");
    const world = await start(2);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    await talk(world, user.id, ts, "Before");
    // What waits for Parley while the copy is made.
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 });
    const waiting = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Meanwhile" });
    await waiting.delivered;

    await type(dump, server, folder);
    const early = await runToEnd(world.env, "restore");

    await world.stopBridge();
    await dropAll();
    await setUp();
    await type(restore, server, folder);
    parley.faults.clear();
    const restored = await runToEnd(world.env, "restore");
    await world.startBridge();
    await slack.waitFor(() => toldTo(slack, "U0ANNA", ts).length > 0);
    await talk(world, user.id, ts, "After");

    expect(early).toMatchObject({ code: 78, stdout: "" });
    expect(early.stderr).toMatch(/^bridges use the database; stop every bridge first\n$/);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(restored.stdout).toMatch(/may have been done since: 1\. The agents are asked/);
    expect(sentTo(world, user.id)).toEqual(["Before", "After"]);
  });
});

interface Shares {
  readonly shares: string;
}
