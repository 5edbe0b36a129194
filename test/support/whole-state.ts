import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { readStateLocation } from "../../src/config/read-config.ts";
import { query } from "./postgres.ts";
import type { World } from "./world.ts";

/** Every row of every table of the state, as text: all columns, in whatever way they are stored. */
export async function everyRow({ env }: Pick<World, "env">): Promise<string[]> {
  const location = readStateLocation(env);
  return location.engine === "sqlite"
    ? rowsInFile(location.path)
    : await rowsInPostgres(location.url.reveal());
}

function rowsInFile(path: string): string[] {
  const database = new DatabaseSync(path);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables.flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${String(name)}"`)
        .all()
        .map((row) => `${String(name)} ${JSON.stringify(row)}`),
    );
  } finally {
    database.close();
  }
}

async function rowsInPostgres(url: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const rows = tables.map(async ({ name }) => {
    const found = await query<{ row: string }>(
      url,
      `SELECT row_to_json(t)::text AS row FROM "${name}" t`,
    );
    return found.map(({ row }) => `${name} ${row}`);
  });
  return (await Promise.all(rows)).flat();
}

/** The bytes of all files of a state that is one; nothing of a state in PostgreSQL, whose files are its server's. */
export function everyByte({ env }: Pick<World, "env">): Buffer {
  const location = readStateLocation(env);
  if (location.engine !== "sqlite") return Buffer.alloc(0);
  return Buffer.concat(
    ["", "-wal", "-shm", "-journal", ".lock"].flatMap((end) => {
      try {
        return [readFileSync(location.path + end)];
      } catch {
        return [];
      }
    }),
  );
}
