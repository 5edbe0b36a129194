import { deadLetterReasonSchema } from "../../bridge/stored/dead-letter-reason.ts";
import { parseStored } from "../../bridge/stored/read-stored.ts";
import { isJsonObject, parseJson } from "../../json.ts";
import { ifReadable } from "../if-readable.ts";
import { shareOf } from "../postgres/shares.ts";
import { QUEUES, type QueueName } from "../queues.ts";

/** A value as SQLite has it, or as PostgreSQL takes it. */
export type Value = string | number | boolean | null;

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Value>>;

/** What PostgreSQL has for a table of SQLite. */
export interface TableCopy {
  readonly table: string;
  /** The columns of PostgreSQL, with their types there. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The rows of SQLite, in the order in which they were added. */
  readonly select: string;
  /** What a row of PostgreSQL has besides, or that is not the same. */
  readonly change?: (row: Row) => Row;
}

export type ColumnType = "bigint" | "boolean" | "smallint" | "text";

/** What is damaged is copied too, so that whoever asks for it is told. */
export const TABLE_COPIES: readonly TableCopy[] = [
  ...QUEUES.map(journal),
  {
    table: "conversations",
    columns: {
      id: "text",
      version: "bigint",
      user_id: "text",
      is_open: "boolean",
      has_thread: "boolean",
      ended_at: "bigint",
      body: "text",
    },
    select:
      "SELECT id, version, user_id, is_open, ended_at, body FROM conversations ORDER BY rowid",
    change: ({ is_open, body }) => ({ is_open: is_open === 1, has_thread: hasThread(body) }),
  },
  {
    table: "threads",
    columns: { thread: "text", conversation: "text" },
    select: "SELECT thread, conversation FROM threads",
  },
  {
    table: "customers",
    columns: { external_id: "text", user_id: "text" },
    select: "SELECT external_id, user_id FROM customers",
  },
  {
    table: "audit",
    columns: {
      id: "text",
      at: "bigint",
      what: "text",
      agent: "text",
      agent_name: "text",
      user_id: "text",
      conversation: "text",
      origin: "text",
      destination: "text",
      result: "text",
      why: "text",
    },
    select: "SELECT * FROM audit ORDER BY seq",
  },
  {
    table: "handovers",
    columns: {
      id: "text",
      user_id: "text",
      digest: "text",
      conversation: "text",
      failure: "text",
      at: "bigint",
    },
    select: "SELECT * FROM handovers",
  },
];

function journal(table: QueueName): TableCopy {
  return {
    table,
    columns: {
      seq: "bigint",
      id: "text",
      lane: "text",
      share: "smallint",
      barrier: "bigint",
      sort: "text",
      state: "text",
      due_at: "bigint",
      pause_ms: "bigint",
      attempts: "bigint",
      tried_ms: "bigint",
      requeues: "bigint",
      begun: "smallint",
      body: "text",
      progress: "text",
      error: "text",
      notice: "text",
      appended_at: "bigint",
      ended_at: "bigint",
    },
    select: `SELECT * FROM ${table} ORDER BY seq`,
    change: ({ lane, error }) => ({ share: shareOf(String(lane)), ...splitReason(error) }),
  };
}

/** PostgreSQL keeps the notice that is owed beside the reason. */
function splitReason(error: Value | undefined): Row {
  if (typeof error !== "string") return { notice: null };
  const [reason] = ifReadable(() => parseStored(deadLetterReasonSchema, error, "a reason"));
  if (!reason) return { notice: null };
  const { words = null, ...rest } = reason;
  return { error: JSON.stringify(rest), notice: words };
}

/** One that cannot be read does not wait for a thread. */
function hasThread(body: Value | undefined): boolean {
  const conversation = parseJson(String(body));
  if (!isJsonObject(conversation)) return true;
  return conversation.thread !== undefined && conversation.openingSince === undefined;
}
