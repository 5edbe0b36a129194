import { z } from "zod";
import { ALIAS_LIFE_MS } from "../retention.ts";
import type { Database } from "./database.ts";
import { readEarlierValue } from "./earlier-value.ts";
import { openKeyValues } from "./key-values.ts";

/**
 * Moves what the versions before 0.3.0 stored under keys and {@link upgrade} has left: last-known answers and aliases. Safe to
 * repeat, after a crash too.
 */
export async function moveValues(database: Database): Promise<void> {
  const [earlier] = await database.read("SELECT 1 FROM sqlite_master WHERE name = 'keyv'");
  if (!earlier) return;
  const remembered = openKeyValues(database, "remembered", z.unknown());
  const aliases = openKeyValues(database, "aliases", z.unknown());
  const rows = await database.read<{ key: string; value: string }>("SELECT key, value FROM keyv");
  const move = async ({ key, value: row }: { key: string; value: string }): Promise<void> => {
    const { value, expires } = readEarlierValue(row) ?? {};
    const [folder, ...rest] = key.split("/");
    const name = rest.join("/");
    if (value === undefined) return;
    if (folder === "remembered") await remembered.set(name, value);
    if (folder !== "alias") return;
    await aliases.set(name, { to: value, at: Number(expires ?? 0) - ALIAS_LIFE_MS });
  };
  // At once, so that they share a transaction.
  await Promise.all(rows.map(move));
  await database.write("DROP TABLE keyv");
}
