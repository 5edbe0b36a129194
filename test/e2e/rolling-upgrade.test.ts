import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../src/app.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { connect } from "../../src/state/postgres/connect.ts";
import { migrateSchema } from "../../src/state/postgres/migrate-schema.ts";
import { MIGRATIONS } from "../../src/state/postgres/migrations.ts";
import { namesIn } from "../../src/state/postgres/names-in.ts";
import { readPostgresUrl } from "../../src/state/postgres/postgres-url.ts";
import { attemptsIn } from "../support/attempts.ts";
import { createDatabase, describePostgres, query } from "../support/postgres.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** What the next version would add: tables and columns that this one does not know. */
const NEXT = [
  ...MIGRATIONS,
  {
    sql: `ALTER TABLE inbox ADD COLUMN color text; ALTER TABLE outbox ADD COLUMN color text NOT NULL DEFAULT 'blue';
      ALTER TABLE conversations ADD COLUMN claimed_by text; CREATE INDEX ON conversations (claimed_by);
      CREATE TABLE claims (conversation text PRIMARY KEY, agent text)`,
  },
];

/** An agent answers, and the User writes: each arrives once, behind what was there. */
async function talk(world: World, userId: string, ts: string, text: string): Promise<void> {
  const { slack, parley } = world;
  await slack.post({ user: "U0ANNA", threadTs: ts, text });
  await parley.until(() => sentTo(world, userId).at(-1) === text);
  await parley.userWrites(userId, `${text}?`);
  await slack.waitFor(() => postsIn(slack, ts).at(-1)?.text === `${text}?`);
}

/** In front of all that waits for the User. */
const addLater = (url: string, userId: string, at: number) =>
  query(
    url,
    `INSERT INTO inbox (id, lane, share, barrier, sort, body, appended_at, state)
     SELECT 'b_later', lane, share, 0, '', '{"kind":"of-later"}', $2, 'waiting' FROM inbox WHERE lane = $1 LIMIT 1`,
    [`user/${userId}`, at],
  );

describePostgres("versions side by side", () => {
  it("work on tables that the later one has changed, also when the earlier one starts again", async () => {
    const url = await createDatabase();
    const world = await startWorld({ replicas: 2, env: { STATE_URL: url } });
    const { user, ts } = await handOver(world);
    await talk(world, user.id, ts, "Before");

    const connection = await connect(readPostgresUrl(url), "check");
    await migrateSchema(connection, namesIn("public"), NEXT);
    connection.destroy();

    await talk(world, user.id, ts, "While both run");
    const again = await startApp(readConfig(world.env), world.log);
    onTestFinished(() => again.stop());
    await world.stopBridge();
    await world.startBridge();
    await talk(world, user.id, ts, "After a restart");
    expect(sentTo(world, user.id)).toEqual(["Before", "While both run", "After a restart"]);
    expect(await query(url, "SELECT version FROM bridge_schema")).toEqual([
      { version: NEXT.length },
    ]);
  });

  it("leave to the later one what only that one knows", async () => {
    const url = await createDatabase();
    const world = await startWorld({ env: { STATE_URL: url } });
    const { user, ts } = await handOver(world);
    await addLater(url, user.id, Date.now());
    await world.parley.userWrites(user.id, "Behind it");
    const tried = () =>
      attemptsIn(world.log, `user/${user.id}`).filter(({ item }) => item === "b_later");
    await expect.poll(() => tried().length, PATIENCE).toBeGreaterThan(0);
    expect(tried().map(({ outcome }) => outcome)).not.toContain("dead");
    expect(await query(url, "SELECT id FROM inbox WHERE state = 'dead'")).toEqual([]);

    // The later one has handled it.
    await query(url, "UPDATE inbox SET state = 'done', body = NULL WHERE id = 'b_later'");
    await world.slack.waitFor(() => postsIn(world.slack, ts).at(-1)?.text === "Behind it");
  });

  it("leave to the later one what only that one can do in full", async () => {
    const url = await createDatabase();
    const world = await startWorld({ env: { STATE_URL: url } });
    const { user, ts } = await handOver(world);
    await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Before" });
    await world.parley.until(() => sentTo(world, user.id).at(-1) === "Before");
    const request = { conversation: "c_any", to: "1", callBack: "tomorrow" };
    const [row] = await query(url, "SELECT lane FROM outbox");
    const { lane } = row as { lane: string };
    await query(
      url,
      `INSERT INTO outbox (id, lane, share, barrier, sort, body, appended_at, state)
       SELECT 'b_more', lane, share, 0, '', $1, $2, 'waiting' FROM outbox LIMIT 1`,
      [JSON.stringify({ kind: "hand-back", request }), Date.now()],
    );
    await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Behind it" });
    const tried = () => attemptsIn(world.log, lane).filter(({ item }) => item === "b_more");
    await expect.poll(() => tried().length, PATIENCE).toBeGreaterThan(0);
    expect(tried().map(({ outcome }) => outcome)).not.toContain("done");
    expect(sentTo(world, user.id)).toEqual(["Before"]);

    // The later one has handled it.
    await query(url, "UPDATE outbox SET state = 'done', body = NULL WHERE id = 'b_more'");
    await world.parley.until(() => sentTo(world, user.id).at(-1) === "Behind it");
  });

  it("give up after an hour what no version has come for", async () => {
    const url = await createDatabase();
    const world = await startWorld({ env: { STATE_URL: url } });
    const { user, ts } = await handOver(world);
    await addLater(url, user.id, Date.now() - 3_700_000);
    await world.parley.userWrites(user.id, "Behind it");
    await world.slack.waitFor(() => postsIn(world.slack, ts).at(-1)?.text === "Behind it");
    expect(await query(url, "SELECT id FROM inbox WHERE state = 'dead'")).toEqual([
      { id: "b_later" },
    ]);
  });
});
