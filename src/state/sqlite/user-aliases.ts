import { z } from "zod";
import { userId } from "../../bridge/stored/fields.ts";
import { toUserId, type UserId } from "../../ids.ts";
import type { KeyValues } from "../key-values.ts";
import type { Database } from "./database.ts";
import { openKeyValues } from "./key-values.ts";

/** Stored. `at`: when it was added, ms since the epoch. */
export const aliasSchema = z.object({ to: userId, at: z.number() });

/** As whom Users live on that were merged into others. */
export interface UserAliases {
  /** The User as whom this one lives on; the same one unless it was merged. */
  resolve(userId: UserId): UserId;
  /** Looks for those that somebody else has deleted. */
  reload(): Promise<void>;
  /** From now on `from` lives on as `to`; synced to disk when resolved. */
  add(from: UserId, to: UserId): Promise<void>;
}

const openAliases = (database: Database): KeyValues<z.infer<typeof aliasSchema>> =>
  openKeyValues(database, "aliases", aliasSchema);

/** All of them are in memory. */
export async function openUserAliases(database: Database): Promise<UserAliases> {
  const stored = openAliases(database);
  const aliases = new Map<UserId, UserId>();
  async function reload(): Promise<void> {
    const all = await stored.all();
    aliases.clear();
    for (const [from, { to }] of all) aliases.set(toUserId(from), to);
  }
  await reload();

  return {
    reload,
    resolve(given) {
      let current = given;
      // A merged User may be merged again. The bound ends a circle, which should not exist.
      for (let hops = 0; hops < 10; hops++) {
        const next = aliases.get(current);
        if (next === undefined) break;
        current = next;
      }
      return current;
    },
    async add(from, to) {
      if (from === to) return;
      await stored.set(from, { to, at: Date.now() });
      aliases.set(from, to);
    },
  };
}

/** Every id that a User ever had: as whom they live on, and who lives on as them. */
export async function idsOfUser(database: Database, userId: UserId): Promise<readonly UserId[]> {
  const aliases = await openAliases(database).all();
  const ids = new Set([userId]);
  for (let before = 0; before < ids.size; ) {
    before = ids.size;
    for (const [from, { to }] of aliases) {
      if (ids.has(to)) ids.add(toUserId(from));
      else if (ids.has(toUserId(from))) ids.add(to);
    }
  }
  return [...ids];
}

/** Deletes those that were added before this time (ms), where nothing else is kept of the User under either id. */
export async function expireAliases(database: Database, before: number): Promise<void> {
  const stored = openAliases(database);
  for (const [from, { to, at }] of await stored.all()) {
    if (at >= before) continue;
    const [kept] = await database.read(
      `SELECT 1 FROM conversations WHERE user_id IN (?1, ?2)
       UNION ALL SELECT 1 FROM audit WHERE user_id IN (?1, ?2) LIMIT 1`,
      from,
      to,
    );
    if (!kept) await stored.delete(from);
  }
}
