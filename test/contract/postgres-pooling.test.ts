import type { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { checkServer } from "../../src/state/postgres/check-server.ts";
import { type Connection, connect } from "../../src/state/postgres/connect.ts";
import { readPostgresUrl } from "../../src/state/postgres/postgres-url.ts";
import { createTables, describePostgres, query } from "../support/postgres.ts";

/** Its third question is the first that it asks while another session holds a transaction open. */
const HELD_CALL = 3;

/** The session of a start, to whose third question no answer comes. */
async function heldSession(url: string) {
  const target = readPostgresUrl(url);
  const connection = await connect(target, "check");
  onTestFinished(connection.destroy);
  const isHeld = Promise.withResolvers<void>();
  let calls = 0;
  const client = Object.assign(Object.create(connection.client) as Client, {
    async query(text: string) {
      calls += 1;
      if (calls !== HELD_CALL) return await connection.client.query(text);
      isHeld.resolve();
      return await new Promise(() => {});
    },
  });
  const held: Connection = { ...connection, client };
  return { target, held, isHeld: isHeld.promise };
}

describePostgres("the look for a pooler", () => {
  it("takes no busy server for one: it looks again", async () => {
    const { target, held } = await heldSession(await createTables());
    expect(await checkServer(target, held)).toBe("public");
  });

  it("takes no session that somebody ends for one: that can pass", async () => {
    const url = await createTables();
    const { target, held, isHeld } = await heldSession(url);
    const failure = checkServer(target, held).catch((error: unknown) => error);
    await isHeld;
    await query(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
       AND application_name = 'parley-slack-bridge check' AND state = 'idle in transaction'`,
    );
    expect(await failure).not.toBeInstanceOf(ConfigError);
    expect(await failure).toMatchObject({ message: "Connection terminated" });
  });
});
