import { QUEUES, type QueueName } from "./queues.ts";

/*
 * What is asked about single Users, for both engines. `{name}` stands for the list of texts of that name, as what can be selected
 * from; `{=name}` for the one text.
 */

/** What differs between the engines. */
export interface Dialect {
  /** A list of texts that is given as JSON at this place, counted from 1, as what `IN` takes. */
  readonly list: (place: number) => string;
  readonly text: (place: number) => string;
  /** The place of a text within another, or 0. */
  readonly find: string;
  /** The id column of the table `aliases`. */
  readonly alias: string;
  /** Of a dead letter: a notice about it has not been given yet. */
  readonly isOwed: string;
  /** A text that nobody can guess. */
  readonly random: string;
}

/** What the statements are about. */
export interface Subjects {
  readonly ids: readonly string[];
  readonly conversations: readonly string[];
  readonly threads: readonly string[];
  readonly lanes: readonly string[];
  /** Ids of items outside of these lanes. */
  readonly items: readonly string[];
  /** Ids of items of the inbox that were known before the threads were looked at. */
  readonly seen: readonly string[];
}

const OF_USER = "user_id IN {ids}";
const OF_CONVERSATION = "conversation IN {conversations}";
const OF_QUEUE = "(lane IN {lanes} OR id IN {items})";

/** What is kept of a User in each table. */
export const KEPT = {
  conversations: OF_USER,
  threads: OF_CONVERSATION,
  customers: OF_USER,
  handovers: `(${OF_USER} OR ${OF_CONVERSATION})`,
  audit: `(${OF_USER} OR ${OF_CONVERSATION})`,
  ...(Object.fromEntries(QUEUES.map((queue) => [queue, OF_QUEUE])) as Record<QueueName, string>),
};

/** Where something that waits is to reach somebody. The clock of a conversation that is over has nothing to do. */
export const DELIVERING = QUEUES.filter((queue) => queue !== "clock");

/** A row if all that is kept of the User may go, and is what was read. */
export const mayGo = ({ isOwed }: Dialect): string =>
  `SELECT 1 WHERE ${[
    `SELECT 1 FROM conversations WHERE ${OF_USER} AND (is_open OR id NOT IN {conversations})`,
    `SELECT 1 FROM threads WHERE ${OF_CONVERSATION} AND thread NOT IN {threads}`,
    // It has shown something in a thread since.
    `SELECT 1 FROM inbox WHERE ${OF_QUEUE} AND id NOT IN {seen}`,
    ...DELIVERING.map(
      (queue) =>
        `SELECT 1 FROM ${queue} WHERE ${OF_QUEUE} AND (state = 'waiting' OR state = 'dead' AND ${isOwed})`,
    ),
  ]
    .map((found) => `NOT EXISTS (${found})`)
    .join(" AND ")}`;

/** What lets it go. What leads somewhere goes before that. A dead letter that is put back in line at this moment stays. */
export const letGo = ({ alias, random }: Dialect): readonly string[] => [
  ...DELIVERING.map((queue) => `DELETE FROM ${queue} WHERE ${OF_QUEUE} AND state <> 'waiting'`),
  `DELETE FROM clock WHERE ${OF_QUEUE}`,
  `DELETE FROM handovers WHERE ${KEPT.handovers}`,
  `DELETE FROM threads WHERE ${KEPT.threads}`,
  `DELETE FROM customers WHERE ${KEPT.customers}`,
  `DELETE FROM aliases WHERE ${alias} IN {ids}`,
  `UPDATE audit SET id = ${random}, user_id = {=pseudonym}, conversation = NULL, why = NULL WHERE ${KEPT.audit}`,
  `DELETE FROM conversations WHERE ${KEPT.conversations}`,
];

/** A row if anything is kept under this id. */
export const IS_KNOWN = [
  ...["conversations", "customers", "handovers", "audit"].map(
    (table) => `SELECT 1 FROM ${table} WHERE ${OF_USER}`,
  ),
  ...QUEUES.map((queue) => `SELECT 1 FROM ${queue} WHERE lane IN {lanes}`),
].join(" UNION ALL ");

export const BY_CUSTOMER_ID = "SELECT user_id FROM customers WHERE external_id = {=given}";

/** Conversations whose bodies hold this text somewhere, in whatever case. */
export const PERHAPS_NAMED = ({ find }: Dialect): string =>
  `SELECT id, version, body FROM conversations WHERE ${find}(lower(body), lower({=given})) > 0`;

/** Those of these threads that a conversation of somebody else has, or had. */
export const OF_OTHERS =
  "SELECT thread FROM threads JOIN conversations ON conversations.id = conversation WHERE thread IN {threads} AND coalesce(user_id, '') NOT IN {ids}";

/** Unfinished items in lanes that belong to no User and no thread, some at a time. */
export const ELSEWHERE =
  "SELECT seq, id, lane, body, error FROM inbox WHERE state IN ('waiting', 'dead', 'held') AND seq > CAST({=behind} AS bigint) AND (lane = 'unknown' OR substr(lane, 1, 7) = 'person/' OR substr(lane, 1, 6) = 'turns/') ORDER BY seq LIMIT 500";

/** A statement for one engine, and its values. `places`: the names that have one already, where several share their values. */
export function render(
  template: string,
  values: Readonly<Record<string, string | readonly string[]>>,
  { list, text }: Pick<Dialect, "list" | "text">,
  places: string[] = [],
): { sql: string; values: string[] } {
  const placeOf = (name: string): number =>
    places.includes(name) ? places.indexOf(name) + 1 : places.push(name);
  const sql = template.replaceAll(/\{(=?)(\w+)\}/g, (_, isText: string, name: string) =>
    isText ? text(placeOf(name)) : list(placeOf(name)),
  );
  const toValue = (name: string): string => {
    const value = values[name] ?? [];
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return { sql, values: places.map(toValue) };
}
