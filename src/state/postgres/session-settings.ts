/**
 * What each session is set to, after connecting: a pooler refuses it before. Whoever is frozen or cut off holds what it has
 * locked no longer than these times allow, because it is the server that counts them.
 */

/**
 * `main` holds locks for as long as it lives, the others hold none. `side` reads lists and counts, which may take longer; `pace`
 * asks only what is short.
 */
export type SessionKind = "main" | "side" | "pace";

/** A session that asks nothing for so long is over; each second it asks something. */
const IDLE_SESSION_MS = 3_000;

/** One that stops in the middle of a transaction. */
export const IDLE_IN_TRANSACTION_MS = 3_000;

/** Less than a statement may take, so that the reason is known. */
const LOCK_MS = 2_000;

const STATEMENT_MS: Readonly<Record<SessionKind, number>> = {
  main: 4_000,
  side: 30_000,
  pace: 4_000,
};

/** More than the server would take to say that a statement takes too long. */
export const ANSWER_MS: Readonly<Record<SessionKind, number>> = {
  main: 5_000,
  side: 34_000,
  pace: 5_000,
};

/** How long what the server sent may stay unacknowledged. */
const UNACKNOWLEDGED_MS = 3_000;

export const settingsOf = (kind: SessionKind): Readonly<Record<string, string>> => ({
  idle_session_timeout: String(kind === "main" ? IDLE_SESSION_MS : 0),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
  lock_timeout: String(LOCK_MS),
  statement_timeout: String(STATEMENT_MS[kind]),
  tcp_keepalives_idle: "2",
  tcp_keepalives_interval: "1",
  tcp_keepalives_count: "3",
  tcp_user_timeout: String(UNACKNOWLEDGED_MS),
  // Whatever was set for the role or the database: what the statements are written for.
  client_encoding: "UTF8",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  standard_conforming_strings: "on",
});

/** A server on some systems cannot, and refuses it: it looks while a statement runs whether the other side is still there. */
export const CHECK_CONNECTION = "SET client_connection_check_interval = 1000";
