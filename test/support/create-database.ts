import { Client } from "pg";
import { findPostgres } from "./postgres-server.ts";

/** A database of the run's PostgreSQL that has the bridge's tables, and nothing in them. */
export const TEMPLATE = "with_tables";

/** To copy files costs less than to write each page to the log; before version 15 there is no other way. */
const STRATEGY =
  Number(findPostgres()?.match(/(\d+)\/bin$/)?.[1]) >= 15 ? "STRATEGY file_copy" : "";

/** The address of a new database of this server. */
export async function createDatabaseOn(
  serverUrl: string,
  name: string,
  options = "",
): Promise<string> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} ${STRATEGY} ${options}`);
  } finally {
    await client.end();
  }
  return Object.assign(new URL(serverUrl), { pathname: name }).href;
}
