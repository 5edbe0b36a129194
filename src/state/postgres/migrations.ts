import { AUDIT_TABLE } from "./audit-table.ts";
import { CONVERSATION_TABLES } from "./conversation-tables.ts";
import { HANDOVERS_TABLE } from "./handovers-table.ts";
import { CHANGES_SEQUENCE, journalTable } from "./journal-table.ts";

/** One change of the schema; its number is its place, from 1. What was released stays as it is. */
export interface Migration {
  readonly sql: string;
  /** The oldest schema that a program may be made for to work beside this one; missing: as before. */
  readonly oldest?: number;
}

/**
 * Every text that is compared has the collation C: by bytes, as the program compares, and no index breaks when the system gets
 * other rules.
 */
const FIRST = `
  ${journalTable("inbox")}
  ${journalTable("outbox")}
  ${CHANGES_SEQUENCE}
  ${CONVERSATION_TABLES}
  CREATE TABLE remembered (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
  );
  CREATE TABLE rounds (
    name text COLLATE "C" PRIMARY KEY,
    due_at bigint NOT NULL,
    is_running boolean NOT NULL DEFAULT false
  );
  CREATE UNLOGGED TABLE pace (
    key text COLLATE "C" PRIMARY KEY,
    even_at float8 NOT NULL,
    paused_until float8 NOT NULL,
    told_at float8 NOT NULL
  ) WITH (fillfactor = 50);
  CREATE UNLOGGED TABLE pace_lines (
    key text COLLATE "C" NOT NULL,
    replica text COLLATE "C" NOT NULL,
    is_low boolean NOT NULL,
    since float8 NOT NULL,
    waiting integer NOT NULL,
    told_at float8 NOT NULL,
    counts_until float8 NOT NULL,
    PRIMARY KEY (key, replica)
  ) WITH (fillfactor = 50);
  CREATE TABLE probe (id integer PRIMARY KEY, room text NOT NULL);
  ALTER TABLE probe ALTER room SET STORAGE EXTERNAL;`;

export const MIGRATIONS: readonly Migration[] = [
  { sql: FIRST },
  { sql: AUDIT_TABLE },
  { sql: journalTable("clock") },
  { sql: journalTable("bot") },
  { sql: HANDOVERS_TABLE },
];
