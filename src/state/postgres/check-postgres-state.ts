import { describeLocation } from "../describe-location.ts";
import { openLocation, type PostgresLocation } from "./open-location.ts";
import { countMembers } from "./share-locks.ts";

/**
 * Checks whether a bridge could start on this database, and says what it would find. Changes nothing.
 *
 * @throws {ConfigError} somebody has to do something; says what · {StorageError} it can pass
 */
export async function checkPostgresState(location: PostgresLocation): Promise<string> {
  const database = await openLocation(location, { access: "visit" });
  try {
    const members = await countMembers(database);
    const running = members === 1 ? "1 bridge uses it" : `${members} bridges use it`;
    return `${describeLocation(location)} can be used; ${running} at present`;
  } finally {
    await database.close();
  }
}
