import type { UserId } from "../../ids.ts";
import {
  AUDIT_COLUMNS,
  type AuditRecords,
  type AuditRow,
  ON_CONFLICT,
  PAGE,
  pagesOf,
  valuesOf,
} from "../audit-records.ts";
import type { Database } from "./database.ts";
import { idsOfUser } from "./user-aliases.ts";

const ADD = `INSERT INTO audit (${AUDIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${ON_CONFLICT} RETURNING seq`;

const pageWhere = (condition: string): string =>
  `SELECT seq, ${AUDIT_COLUMNS} FROM audit
   WHERE (at, seq) > (?1, ?2) AND at < ?3 ${condition} ORDER BY at, seq LIMIT ${PAGE}`;

/** The records in the table `audit`. */
export function openSqliteAudit(database: Database): AuditRecords {
  return {
    add: async (record) => (await database.write(ADD, ...valuesOf(record))).length > 0,
    async *pages({ since, until, userId, by }) {
      const ids: readonly UserId[] | undefined = userId && (await idsOfUser(database, userId));
      const ofUser = ids ? "AND user_id IN (SELECT value FROM json_each(?4))" : "AND ?4 IS NULL";
      const byAgent = by === undefined ? "AND ?5 IS NULL" : "AND agent = ?5";
      yield* pagesOf(
        ({ at, seq }) =>
          database.read<AuditRow>(
            pageWhere(`${ofUser} ${byAgent}`),
            at,
            seq,
            until,
            ids ? JSON.stringify(ids) : null,
            by ?? null,
          ),
        since,
      );
    },
  };
}
