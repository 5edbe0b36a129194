import type { DatabaseSync } from "node:sqlite";
import { isJsonObject } from "../../json.ts";
import { QUEUES } from "../queues.ts";
import { readEarlierValue } from "./earlier-value.ts";
import { STATE_VERSION } from "./state-version.ts";

/** The version of the state in a file; 0 in a new one, and in those of versions that did not count. */
export const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare("PRAGMA user_version").get()?.user_version);

/**
 * Makes the tables of a new file, or brings one of an earlier version up to this one: all of it or nothing. Everything stored
 * has a name here that must stay: changing one is a migration.
 */
export function upgrade(database: DatabaseSync): void {
  const isCurrent = versionOf(database) === STATE_VERSION;
  // Also in a current file, if an earlier version has been at it since.
  const isOld = hasTable(database, "keyv");
  if (isCurrent && !isOld) return;
  // Earlier versions left what they deleted in the file; and this one must have room for what it moves.
  if (isOld) database.exec("VACUUM");
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const table of QUEUES) {
      database.exec(journalOf(table));
      addColumns(database, table);
    }
    if (!hasTable(database, "conversations")) database.exec(CONVERSATIONS);
    database.exec(AUDIT);
    database.exec(HANDOVERS);
    if (isOld) moveConversations(database);
    database.exec(`PRAGMA user_version = ${STATE_VERSION}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** `state` and `begun` are those of the life of an item, see `Lanes`. `progress` and `error` are JSON. */
const journalOf = (table: string): string => `
  CREATE TABLE IF NOT EXISTS ${table} (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    barrier INTEGER NOT NULL,
    sort TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    due_at INTEGER NOT NULL DEFAULT 0,
    pause_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    tried_ms INTEGER NOT NULL DEFAULT 0,
    requeues INTEGER NOT NULL DEFAULT 0,
    body TEXT,
    progress TEXT,
    begun INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    appended_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ${table}_waiting ON ${table} (lane, barrier, sort, seq) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS ${table}_ended ON ${table} (state, ended_at) WHERE state <> 'waiting';`;

/** The columns that the first versions did not have. */
const LATER_COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ["pause_ms", "INTEGER"],
  ["tried_ms", "INTEGER NOT NULL DEFAULT 0"],
  ["requeues", "INTEGER NOT NULL DEFAULT 0"],
];

function addColumns(database: DatabaseSync, table: string): void {
  const columns = database.prepare(`PRAGMA table_info(${table})`).all();
  for (const [name, type] of LATER_COLUMNS) {
    if (columns.some((column) => column.name === name)) continue;
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
  }
}

/**
 * `body` is a conversation as JSON; `version` grows with each change of it. The other columns repeat what it is looked for by.
 * A conversation is found under each thread that it ever had, and a User under each customer id.
 */
const CONVERSATIONS = `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    user_id TEXT,
    is_open INTEGER NOT NULL,
    ended_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conversations_user ON conversations (user_id, is_open, ended_at);
  CREATE INDEX conversations_open ON conversations (is_open) WHERE is_open = 1;
  CREATE INDEX conversations_ended ON conversations (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE threads (thread TEXT PRIMARY KEY, conversation TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX threads_conversation ON threads (conversation);
  CREATE TABLE customers (external_id TEXT PRIMARY KEY, user_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX customers_user ON customers (user_id);
  CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
    DELETE FROM threads WHERE conversation = OLD.id;
    DELETE FROM customers WHERE user_id = OLD.user_id
      AND NOT EXISTS (SELECT 1 FROM conversations WHERE user_id = OLD.user_id);
  END;`;

/** Records of deeds. `seq` tells which of two of the same time was stored first. */
const AUDIT = `
  CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    agent TEXT,
    agent_name TEXT,
    user_id TEXT,
    conversation TEXT,
    origin TEXT,
    destination TEXT,
    result TEXT NOT NULL,
    why TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS audit_at ON audit (at);
  CREATE INDEX IF NOT EXISTS audit_user ON audit (user_id, at);`;

/** Handovers by their ids, and what became of them. */
const HANDOVERS = `
  CREATE TABLE IF NOT EXISTS handovers (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    digest TEXT,
    conversation TEXT,
    failure TEXT,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS handovers_at ON handovers (at);`;

const hasTable = (database: DatabaseSync, name: string): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !==
  undefined;

/**
 * Moves the conversations of earlier versions, which were values under the keys `conversation/…`, and what led to them. What is
 * damaged is moved too, so that whoever asks for it is told. The other values stay, see {@link moveValues}.
 */
function moveConversations(database: DatabaseSync): void {
  const under = (folder: string) =>
    database
      .prepare(
        "SELECT substr(key, length(?1) + 2) AS key, value FROM keyv WHERE key >= ?1 || '/' AND key < ?1 || '0'",
      )
      .iterate(folder) as Iterable<{ key: string; value: string }>;
  function* valuesUnder(folder: string): Generator<[key: string, value: string]> {
    for (const { key, value: row } of under(folder)) {
      const value = readEarlierValue(row)?.value;
      if (typeof value === "string") yield [key, value];
    }
  }

  const insert = database.prepare(
    "INSERT OR IGNORE INTO conversations (id, version, user_id, is_open, ended_at, body) VALUES (?, 1, ?, ?, ?, ?)",
  );
  const idsByUser = new Map(valuesUnder("user"));
  const users = new Map([...idsByUser].map(([user, id]) => [id, user]));
  const open = new Map(valuesUnder("open"));
  for (const { key, value } of under("conversation")) {
    const { json, userId, isOpen, endedAt } = readConversation(value);
    insert.run(
      key,
      userId ?? users.get(key) ?? null,
      (isOpen ?? open.has(key)) ? 1 : 0,
      endedAt ?? null,
      json,
    );
  }
  const addThread = database.prepare(
    "INSERT OR REPLACE INTO threads (thread, conversation) VALUES (?, ?)",
  );
  for (const [thread, id] of valuesUnder("thread")) addThread.run(thread, id);
  const addCustomer = database.prepare(
    "INSERT OR REPLACE INTO customers (external_id, user_id) VALUES (?, ?)",
  );
  const currentUser = database.prepare("SELECT user_id FROM conversations WHERE id = ?");
  for (const [externalId, user] of valuesUnder("customer")) {
    // The User may have been merged into another, with whose conversation the customer id goes.
    addCustomer.run(externalId, currentUser.get(idsByUser.get(user) ?? null)?.user_id ?? user);
  }
  for (const folder of ["conversation", "open", "user", "thread", "customer"]) {
    database.prepare("DELETE FROM keyv WHERE key >= ?1 || '/' AND key < ?1 || '0'").run(folder);
  }
}

/** What a conversation is looked for by, as far as it can be read. */
function readConversation(row: string) {
  const conversation = readEarlierValue(row)?.value;
  if (!isJsonObject(conversation)) return { json: row };
  const { userId, state, ending } = conversation;
  const at = isJsonObject(ending) ? ending.at : undefined;
  return {
    json: JSON.stringify(conversation),
    ...(typeof userId === "string" && { userId }),
    ...(typeof state === "string" && { isOpen: state === "open" }),
    ...(Number.isSafeInteger(at) && { endedAt: at as number }),
  };
}
