import type { AuditStore, NamedAuditRecord } from "../bridge/audit.ts";
import { defined } from "../defined.ts";
import { toConversationId, toItemId, toUserId, type UserId } from "../ids.ts";

/** A record as it is on disk; a later version may have stored other deeds and results than this one knows. */
export interface StoredAuditRecord extends Omit<NamedAuditRecord, "what" | "result"> {
  readonly what: string;
  readonly result: string;
}

/** Which records are wanted. Times are ms since the epoch. */
export interface AuditQuery {
  readonly since: number;
  /** Not including it. */
  readonly until: number;
  /** Under each id that the User ever had. */
  readonly userId?: UserId;
  /** Slack id. */
  readonly by?: string;
}

/**
 * The records of deeds.
 *
 * @throws {StorageError} from every call
 */
export interface AuditRecords extends AuditStore {
  /** The oldest first, a few hundred at a time: however many there are, few are in memory. */
  pages(query: AuditQuery): AsyncIterable<readonly StoredAuditRecord[]>;
}

/** The rows of one page. */
export const PAGE = 500;

/** In the order of {@link valuesOf}. */
export const AUDIT_COLUMNS =
  "id, at, what, agent, agent_name, user_id, conversation, origin, destination, result, why";

/** `seq` tells which of two of the same time was stored first. */
export interface AuditRow {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly what: string;
  readonly agent: string | null;
  readonly agent_name: string | null;
  readonly user_id: string | null;
  readonly conversation: string | null;
  readonly origin: string | null;
  readonly destination: string | null;
  readonly result: string;
  readonly why: string | null;
}

export const valuesOf = (record: NamedAuditRecord) => [
  record.id,
  Math.round(record.at),
  record.what,
  record.by ?? null,
  record.byName ?? null,
  record.userId ?? null,
  record.conversation ?? null,
  record.from ?? null,
  record.to ?? null,
  record.result,
  record.why ?? null,
];

const toAuditRecord = (row: AuditRow): StoredAuditRecord => ({
  id: toItemId(row.id),
  at: row.at,
  what: row.what,
  result: row.result,
  ...defined({
    by: row.agent ?? undefined,
    byName: row.agent_name ?? undefined,
    userId: row.user_id === null ? undefined : toUserId(row.user_id),
    conversation: row.conversation === null ? undefined : toConversationId(row.conversation),
    from: row.origin ?? undefined,
    to: row.destination ?? undefined,
    why: row.why ?? undefined,
  }),
});

/** What the second of two records of the same id changes, and when. */
export const ON_CONFLICT = `ON CONFLICT (id) DO UPDATE SET result = excluded.result, why = excluded.why
  WHERE audit.result = 'begun' AND excluded.result <> 'begun'`;

/** All pages; `readPage` reads the rows behind this place. */
export async function* pagesOf(
  readPage: (place: { readonly at: number; readonly seq: number }) => Promise<readonly AuditRow[]>,
  since: number,
): AsyncGenerator<readonly StoredAuditRecord[]> {
  let place: { at: number; seq: number } | undefined = { at: since, seq: -1 };
  while (place) {
    const rows: readonly AuditRow[] = await readPage(place);
    if (rows.length > 0) yield rows.map(toAuditRecord);
    const last: AuditRow | undefined = rows[PAGE - 1];
    place = last && { at: last.at, seq: last.seq };
  }
}
