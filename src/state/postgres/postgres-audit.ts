import {
  AUDIT_COLUMNS,
  type AuditRecords,
  type AuditRow,
  ON_CONFLICT,
  PAGE,
  pagesOf,
  valuesOf,
} from "../audit-records.ts";
import type { Questions } from "./open-postgres.ts";

const ADD = `INSERT INTO audit (${AUDIT_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ${ON_CONFLICT} RETURNING seq`;

/** Every id that a User ever had: as whom they live on, and who lives on as them. */
export const IDS_OF_USER = `WITH RECURSIVE same (user_id) AS (
    SELECT $1::text COLLATE "C"
    UNION
    SELECT CASE WHEN aliases.user_id = same.user_id THEN lives_on_as ELSE aliases.user_id END
    FROM same JOIN aliases ON aliases.user_id = same.user_id OR lives_on_as = same.user_id
  ) SELECT user_id FROM same`;

const pageWhere = (condition: string): string =>
  `SELECT seq, ${AUDIT_COLUMNS} FROM audit
   WHERE (at, seq) > ($1, $2) AND at < $3 ${condition} ORDER BY at, seq LIMIT ${PAGE}`;

/** The records in the table `audit`. `reading`: where long lists are read. */
export function openPostgresAudit(database: Questions, reading = database): AuditRecords {
  return {
    add: async (record) =>
      (await database.write({ sql: ADD, values: valuesOf(record) })).length > 0,
    async *pages({ since, until, userId, by }) {
      const rows = userId && (await reading.read<{ user_id: string }>(IDS_OF_USER, userId));
      const ids = rows?.map(({ user_id }) => user_id);
      const ofUser = ids ? "AND user_id = ANY ($4::text[])" : "AND $4::text[] IS NULL";
      const byAgent = by === undefined ? "AND $5::text IS NULL" : "AND agent = $5";
      yield* pagesOf(
        ({ at, seq }) =>
          reading.read<AuditRow>(
            pageWhere(`${ofUser} ${byAgent}`),
            at,
            seq,
            until,
            ids ?? null,
            by ?? null,
          ),
        since,
      );
    },
  };
}
