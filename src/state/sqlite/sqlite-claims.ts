import type { Claims } from "../../delivery/claims.ts";
import { createSoleClaims } from "../../delivery/sole-claims.ts";
import type { Database } from "./database.ts";

/** The claims of the one bridge that may have a SQLite file. */
export function openSqliteClaims(database: Pick<Database, "read">): Claims {
  let lastVersion: number | undefined;
  return createSoleClaims(async () => {
    const [row] = await database.read<{ data_version: number }>("PRAGMA data_version");
    const version = row?.data_version;
    const hasChanged = lastVersion !== undefined && version !== lastVersion;
    lastVersion = version;
    return hasChanged;
  });
}
