import type { QueueName } from "../queues.ts";
import { HOT_TABLE } from "./hot-table.ts";

/**
 * The table of one queue. `state` and `begun` are those of the life of an item, see `Lanes`; `share` is the lane's, see `Claims`.
 * `progress` and `error` are JSON, and `notice` is the one that is owed about a dead letter. Bodies are text and not `jsonb`,
 * which refuses a NUL and halves of characters, and would give back something else than was stored.
 *
 * A row is written some times within seconds and then left alone for days. So an update should find room on the page of its row
 * (`fillfactor`) and touch no index: what attempts change stands in none. Only a change of `state` writes to indexes: it is what
 * keeps the first of them as small as what waits. The first two limits of autovacuum do not grow with the ids that are kept: what
 * waits is looked for among the rows of the last minutes, and dead ones among these would make that slow.
 */
export const journalTable = (table: QueueName): string => `
  CREATE SEQUENCE ${table}_seq;
  CREATE TABLE ${table} (
    seq bigint PRIMARY KEY DEFAULT nextval('${table}_seq'),
    id text COLLATE "C" NOT NULL UNIQUE,
    lane text COLLATE "C" NOT NULL,
    share smallint NOT NULL,
    barrier bigint NOT NULL,
    sort text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    due_at bigint NOT NULL DEFAULT 0,
    pause_ms bigint,
    attempts integer NOT NULL DEFAULT 0,
    tried_ms bigint NOT NULL DEFAULT 0,
    requeues integer NOT NULL DEFAULT 0,
    begun smallint NOT NULL DEFAULT 0,
    body text,
    progress text,
    error text,
    notice text,
    appended_at bigint NOT NULL,
    ended_at bigint
  ) ${HOT_TABLE};
  ALTER SEQUENCE ${table}_seq OWNED BY ${table}.seq;
  CREATE INDEX ${table}_waiting ON ${table} (share, lane, barrier, sort, seq) WHERE state = 'waiting';
  CREATE INDEX ${table}_ended ON ${table} (ended_at) WHERE state = 'done';
  CREATE INDEX ${table}_kept ON ${table} (state, ended_at) WHERE state IN ('dead', 'held');
  CREATE INDEX ${table}_owed ON ${table} (share, seq) WHERE state = 'dead' AND notice IS NOT NULL;`;

/** What numbers the changes that others are told of, see `changes.ts`. */
export const CHANGES_SEQUENCE = "CREATE SEQUENCE changes;";
