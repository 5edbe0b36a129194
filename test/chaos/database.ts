import { Client } from "pg";
import { startPostgresServer } from "../support/postgres-server.ts";

/** The database of all replicas, in a PostgreSQL of the run's own. */
export interface Database {
  readonly port: number;
  /** For `STATE_URL`, of somebody who reaches it through another port. */
  stateUrl(port: number): string;
  /** Ends, as an administrator does, the sessions that come from these ports. */
  endSessions(nearPorts: readonly number[]): Promise<void>;
  /** `fast` ends all sessions and shuts down; `immediate` is as after a crash. Resolves once it is there again. */
  restart(mode: "fast" | "immediate"): Promise<void>;
  close(): Promise<void>;
}

export async function startDatabase(): Promise<Database> {
  const server = await startPostgresServer();
  const { port } = server;
  /** One after the other. */
  let restarting = Promise.resolve();

  async function ask(sql: string, values: readonly unknown[] = []): Promise<void> {
    const client = new Client({ connectionString: server.url });
    // The server may be stopped meanwhile.
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query(sql, [...values]);
    } finally {
      await client.end();
    }
  }

  await ask("CREATE ROLE bridge LOGIN");
  await ask("CREATE DATABASE bridge OWNER bridge");
  return {
    port,
    stateUrl: (through) => `postgres://bridge@127.0.0.1:${through}/bridge`,
    async endSessions(nearPorts) {
      const those = "SELECT pid FROM pg_stat_activity WHERE client_port = ANY($1)";
      // If the server is stopped at this moment, that ends them too.
      await ask(`SELECT pg_terminate_backend(pid) FROM (${those}) AS those`, [nearPorts]).catch(
        () => undefined,
      );
    },
    restart(mode) {
      restarting = restarting.then(() => server.restart(mode));
      return restarting;
    },
    close: () => server.stop(),
  };
}
