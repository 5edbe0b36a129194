import { QUEUES, type QueueName } from "../queues.ts";

/** What is counted on both sides, with the same SQL. */
export const COUNTED: Readonly<Record<string, string>> = {
  ...Object.assign({}, ...QUEUES.map(journal)),
  conversations: "conversations",
  "open conversations": "conversations WHERE is_open",
  threads: "threads",
  "customer ids": "customers",
  "audit records": "audit",
  handovers: "handovers",
};

function journal(table: QueueName): Record<string, string> {
  const states = ["waiting", "held", "dead", "done"];
  return Object.fromEntries(
    states.map((state) => [`${table}: ${state}`, `${table} WHERE state = '${state}'`]),
  );
}

/** How many there are of each. */
export type Counts = Readonly<Record<string, number>>;

export const countSql = (what: string): string => `SELECT count(*) AS found FROM ${what}`;
