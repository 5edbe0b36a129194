import type { StateLocation } from "../../config/state-location.ts";
import { describeLocation } from "../describe-location.ts";
import { openPostgres } from "./open-postgres.ts";
import { createShareLocks } from "./share-locks.ts";
import { SHARE_LOCKS } from "./shares.ts";
import { toLogin } from "./to-login.ts";

/**
 * Checks whether a bridge could start on this database, and says what it would find. Changes nothing.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkPostgresState(
  location: StateLocation & { engine: "postgres" },
): Promise<string> {
  const database = await openPostgres(location.url.reveal(), {
    ...toLogin(location),
    access: "visit",
  });
  try {
    const locks = createShareLocks(database.session(), database.lockClass(SHARE_LOCKS));
    const { able, unable } = await locks.look();
    const members = able + unable;
    const running = members === 1 ? "1 bridge uses it" : `${members} bridges use it`;
    return `${describeLocation(location)} can be used; ${running} at present`;
  } finally {
    await database.close();
  }
}
