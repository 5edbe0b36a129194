import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { openPostgres } from "../../src/state/postgres/open-postgres.ts";
import { createDatabaseOn, TEMPLATE } from "./create-database.ts";
import { type PostgresServer, QUICK, startPostgresServer } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Answers with the address of the run's PostgreSQL, which it starts when it is asked for the first time. */
    readonly postgresStarter: string;
  }
}

/** One PostgreSQL for a run of the tests, started only if one of them needs it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<PostgresServer> | undefined;
  const starter = createServer((_request, response) => {
    // Whoever asks again may have kept its process so busy that it has not seen the connection's end.
    response.setHeader("connection", "close");
    cluster ??= startCluster();
    cluster.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  starter.listen(0, "127.0.0.1");
  await once(starter, "listening");
  const { port } = starter.address() as AddressInfo;
  project.provide("postgresStarter", `http://127.0.0.1:${port}`);
  return async () => {
    starter.close();
    await (await cluster?.catch(() => undefined))?.stop();
  };
}

/** With a database that has the tables, of which others are copies: to make them anew for each test would take most of its time. */
async function startCluster(): Promise<PostgresServer> {
  const server = await startPostgresServer(QUICK);
  const { close } = await openPostgres(await createDatabaseOn(server.url, TEMPLATE), {
    access: "own",
  });
  await close();
  return server;
}
