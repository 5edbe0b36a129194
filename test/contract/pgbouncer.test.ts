import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { openPostgres } from "../../src/state/postgres/open-postgres.ts";
import { openReplica } from "../support/open-postgres.ts";
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { createDatabase, describePostgres, endSessions, query } from "../support/postgres.ts";

const failureAt = (url: string): Promise<unknown> =>
  openPostgres(url, { access: "own" }).then(
    () => undefined,
    (error: unknown) => error,
  );

describe.skipIf(!hasPgBouncer)("PgBouncer", () => {
  describePostgres("before PostgreSQL", () => {
    it.each([
      ["transaction", {}],
      ["transaction", { default_pool_size: 1 }],
      ["transaction", { server_round_robin: 1 }],
      ["statement", {}],
    ] as const)("is refused in the mode %s with %j", async (mode, settings) => {
      const url = await startPgBouncer(await createDatabase(), mode, settings);
      const error = await failureAt(url);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems).toEqual([expect.stringContaining("PgBouncer")]);
    });

    it("is refused in the mode transaction while others keep its connections busy", async () => {
      const url = await startPgBouncer(await createDatabase(), "transaction", {
        server_round_robin: 1,
      });
      const others = Array.from({ length: 5 }, () => new Client({ connectionString: url }));
      for (const other of others) await other.connect();
      let isOver = false;
      const traffic = others.map(async (other) => {
        while (!isOver) await other.query("SELECT 1");
      });
      onTestFinished(async () => {
        isOver = true;
        await Promise.all(traffic);
        await Promise.all(others.map((other) => other.end()));
      });
      expect(await failureAt(url)).toBeInstanceOf(ConfigError);
    });

    it("is no trouble in the mode session", async () => {
      const direct = await createDatabase();
      const url = await startPgBouncer(direct, "session");
      const database = await openReplica(url);
      const other = await openReplica(direct);
      const tryLock = {
        sql: "SELECT pg_try_advisory_lock($1, 1) AS locked",
        values: [database.lockClass("share")],
      };
      expect(await database.write(tryLock)).toEqual([{ locked: true }]);
      expect(await other.write(tryLock)).toEqual([{ locked: false }]);
      const heard: string[] = [];
      await database.listen("lanes", (payload) => heard.push(payload));
      await query(direct, "SELECT pg_notify($1, 'a')", [database.channel("lanes")]);
      await expect.poll(() => heard).toEqual(["a"]);

      const session = database.session();
      await endSessions(direct, "main");
      await expect.poll(() => session.signal.aborted).toBe(true);
      await expect
        .poll(() =>
          database.probe().then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
    });
  });
});
