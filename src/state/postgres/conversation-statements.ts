import { CONVERSATION_COLUMNS } from "../stored-conversation.ts";
import { NOW_MS } from "./now-ms.ts";

/**
 * As `resolved.user_id` the User as whom the one lives on that this SQL names. A merged User may be merged again; the bound ends a
 * circle, which should not exist.
 */
const resolving = (user: string) => `WITH RECURSIVE hops (user_id, number) AS (
    SELECT (${user}) COLLATE "C", 0
    UNION ALL
    SELECT aliases.lives_on_as, number + 1 FROM hops JOIN aliases USING (user_id) WHERE number < 10
  ), resolved AS (SELECT user_id FROM hops ORDER BY number DESC LIMIT 1)`;

const SELECT = `SELECT ${CONVERSATION_COLUMNS} FROM conversations`;

/** What leads to a conversation, see `Leads`: all of it, or nothing if it was not \`stored\`. */
const LEADS = `threads_now AS (
    INSERT INTO threads (thread, conversation) SELECT $7::text, id FROM stored WHERE $7::text IS NOT NULL
    ON CONFLICT (thread) DO UPDATE SET conversation = excluded.conversation
  ), customers_now AS (
    INSERT INTO customers (external_id, user_id) SELECT $8::text, $2::text FROM stored WHERE $8::text IS NOT NULL
    ON CONFLICT (external_id) DO UPDATE SET user_id = excluded.user_id
  )`;

export const BY_ID = `${SELECT} WHERE id = $1`;

/** The open one, or the one that ended last. */
export const BY_USER = `${resolving("$1::text")} ${SELECT} WHERE user_id = (SELECT user_id FROM resolved)
  ORDER BY is_open DESC, ended_at DESC NULLS LAST, number DESC LIMIT 1`;

export const BY_THREAD = `${SELECT} WHERE id = (SELECT conversation FROM threads WHERE thread = $1)`;

export const CURRENT_ID = `${resolving("$1::text")} SELECT user_id FROM resolved`;

export const USER_BY_EXTERNAL_ID = `${resolving("SELECT user_id FROM customers WHERE external_id = $1")}
  SELECT user_id FROM resolved WHERE user_id IS NOT NULL`;

export const OPEN = `${SELECT} WHERE is_open ORDER BY number`;

/** Those whose Users wait, and perhaps others: a handover may bring a field of that name. */
export const PERHAPS_WAITING = `${SELECT} WHERE is_open AND body LIKE '%"waitingSince":%'`;

export const COUNT_OPEN = "SELECT count(*) AS open FROM conversations WHERE is_open";

export const OPEN_UNDER = `${SELECT} WHERE is_open AND user_id = $1 ORDER BY number DESC`;

export const UNROOTED = "SELECT 1 FROM conversations WHERE is_open AND NOT has_thread LIMIT 1";

/**
 * Adds a conversation unless its User lives on as another, or has another one that is open. It replaces one with the same id: the same item always opens the same
 * conversation, also after a crash.
 */
export const CREATE = `${resolving("$2::text")}, stored AS (
    INSERT INTO conversations (id, user_id, is_open, has_thread, ended_at, body, version)
    SELECT $1, $2, $3::boolean, $4::boolean, $5::bigint, $6, 1 FROM resolved WHERE user_id = $2
      AND NOT EXISTS (SELECT FROM conversations AS other WHERE other.is_open AND other.user_id = $2 AND other.id <> $1)
    ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, is_open = excluded.is_open, has_thread = excluded.has_thread,
      ended_at = excluded.ended_at, body = excluded.body, version = conversations.version + 1, number = excluded.number
    RETURNING id
  ), ${LEADS}
  SELECT id FROM stored`;

/** Changes a conversation unless somebody else has done that since it had the version \`$9\`. */
export const CHANGE = `WITH stored AS (
    UPDATE conversations SET user_id = $2, is_open = $3, has_thread = $4, ended_at = $5, body = $6, version = version + 1
    WHERE id = $1 AND version = $9 RETURNING id
  ), ${LEADS}, former_customers AS (
    UPDATE customers SET user_id = $2
    WHERE user_id = $10 AND external_id IS DISTINCT FROM $8::text AND EXISTS (SELECT FROM stored)
  )
  SELECT id FROM stored`;

export const ADD_ALIAS = `INSERT INTO aliases (user_id, lives_on_as, added_at) VALUES ($1, $2, ${NOW_MS})
  ON CONFLICT (user_id) DO UPDATE SET lives_on_as = excluded.lives_on_as, added_at = excluded.added_at`;
