import type { UserRecords } from "../../bridge/erasing/user-records.ts";
import { openUserRecords } from "../user-records.ts";
import { type Dialect, letGo, mayGo, render } from "../user-statements.ts";
import type { Database } from "./database.ts";
import { idsOfUser } from "./user-aliases.ts";

const DIALECT: Dialect = {
  list: (place) => `(SELECT value FROM json_each(?${place}))`,
  text: (place) => `?${place}`,
  find: "instr",
  alias: "key",
  isOwed: "instr(coalesce(error, ''), '\"words\":') > 0",
  random: "'x_' || lower(hex(randomblob(12)))",
};

const CONDITION = mayGo(DIALECT);
const STATEMENTS = letGo(DIALECT);

/** `onErased`: what is in memory of Users may be out of date. */
export const openSqliteUserRecords = (
  database: Database,
  onErased: () => Promise<void> = () => Promise.resolve(),
): UserRecords =>
  openUserRecords({
    dialect: DIALECT,
    read: database.read,
    idsOf: (userId) => idsOfUser(database, userId),
    async letGo(subjects, pseudonym) {
      const values = { ...subjects, pseudonym };
      const isGone = await database.writeAll([
        { ...render(CONDITION, values, DIALECT), isCondition: true },
        ...STATEMENTS.map((statement) => render(statement, values, DIALECT)),
      ]);
      if (isGone) await onErased();
      return isGone;
    },
    compact: database.compact,
  });
