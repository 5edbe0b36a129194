import type { HandoverRecord, Handovers } from "../bridge/handovers/handovers.ts";
import { defined } from "../defined.ts";
import { toConversationId, toHandoverId, toUserId } from "../ids.ts";

interface HandoverRow {
  readonly id: string;
  readonly user_id: string;
  readonly digest: string | null;
  readonly conversation: string | null;
  readonly failure: string | null;
  readonly at: number;
}

type Ask = (sql: string, ...values: (string | number | null)[]) => Promise<HandoverRow[]>;

const COLUMNS = "id, user_id, digest, conversation, failure, at";

/** The handovers in the table `handovers` of either engine. `place`: how it writes the place of a value, counted from 1. */
export function openHandovers(
  { read, write }: { readonly read: Ask; readonly write: Ask },
  place: (number: number) => string,
): Handovers {
  const [one, two, three, four] = [place(1), place(2), place(3), place(4)];
  const add = (change: string) =>
    `INSERT INTO handovers (id, user_id, digest, at) VALUES (${one}, ${two}, ${three}, ${four})
     ON CONFLICT (id) DO UPDATE SET ${change} RETURNING ${COLUMNS}`;
  const isFirst =
    "handovers.user_id = excluded.user_id AND handovers.digest IS NULL AND excluded.digest IS NOT NULL";
  const addOnce = add(
    `digest = CASE WHEN ${isFirst} THEN excluded.digest ELSE handovers.digest END,
     at = CASE WHEN ${isFirst} THEN excluded.at ELSE handovers.at END`,
  );
  const addAnew = add(
    "digest = coalesce(handovers.digest, excluded.digest), at = excluded.at, conversation = NULL, failure = NULL",
  );

  const adding =
    (sql: string): Handovers["add"] =>
    async ({ id, userId, digest, at }) => {
      const [row] = await write(sql, id, userId, digest ?? null, Math.round(at));
      return row ? toRecord(row) : { id, userId, at, ...defined({ digest }) };
    };

  return {
    add: adding(addOnce),
    addAnew: adding(addAnew),
    async byId(id) {
      const [row] = await read(`SELECT ${COLUMNS} FROM handovers WHERE id = ${one}`, id);
      return row && toRecord(row);
    },
    async belongsTo(id, conversation) {
      const change = `UPDATE handovers SET conversation = ${two}, failure = NULL WHERE id = ${one}`;
      await write(change, id, conversation);
    },
    async failed(id, code) {
      await write(`UPDATE handovers SET failure = ${two} WHERE id = ${one}`, id, code);
    },
  };
}

const toRecord = (row: HandoverRow): HandoverRecord => ({
  id: toHandoverId(row.id),
  userId: toUserId(row.user_id),
  at: row.at,
  ...defined({
    digest: row.digest ?? undefined,
    conversation: row.conversation === null ? undefined : toConversationId(row.conversation),
    failure: row.failure ?? undefined,
  }),
});
