import type { UserRecords } from "../../bridge/erasing/user-records.ts";
import { toUserId } from "../../ids.ts";
import { openUserRecords } from "../user-records.ts";
import { type Dialect, letGo, mayGo, render } from "../user-statements.ts";
import type { Questions } from "./open-postgres.ts";
import { IDS_OF_USER } from "./postgres-audit.ts";
import { userLock } from "./postgres-conversations.ts";

const DIALECT: Dialect = {
  list: (place) => `(SELECT json_array_elements_text($${place}::json))`,
  text: (place) => `$${place}::text`,
  find: "strpos",
  alias: "user_id",
  isOwed: "notice IS NOT NULL",
  random: "'x_' || replace(gen_random_uuid()::text, '-', '')",
};

/** One statement, so that all of it sees the same moment. */
const LET_GO = `WITH may_go AS (${mayGo(DIALECT)}),
  ${letGo(DIALECT)
    .map((statement, index) => `gone_${index} AS (${statement} AND EXISTS (SELECT FROM may_go))`)
    .join(",\n  ")}
  SELECT 1 FROM may_go`;

export const openPostgresUserRecords = (database: Questions): UserRecords =>
  openUserRecords({
    dialect: DIALECT,
    read: (sql, ...values) => database.read(sql, ...values),
    async idsOf(userId) {
      const rows = await database.read<{ user_id: string }>(IDS_OF_USER, userId);
      return rows.map(({ user_id }) => toUserId(user_id));
    },
    async letGo(subjects, pseudonym) {
      const values = { ...subjects, pseudonym };
      const gone = await database.write({
        ...render(LET_GO, values, DIALECT),
        // Nobody opens a conversation for one of them, nor merges one, at this moment.
        locks: subjects.ids.map(userLock),
      });
      return gone.length > 0;
    },
    // What is left in its files is the server's.
    compact: () => Promise.resolve(),
  });
