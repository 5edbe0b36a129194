import { cleanName } from "../convert/text/clean-name.ts";
import type { StoredAuditRecord } from "../state/audit-records.ts";
import { type Cell, toCell } from "./csv-cell.ts";

/** How records are printed: what stands in front of them, each of them, and what stands behind. */
export interface AuditFormat {
  readonly before: readonly string[];
  /** `isFirst`: there was none before. */
  line(record: StoredAuditRecord, isFirst: boolean): string;
  after(count: number): readonly string[];
}

const timeOf = ({ at }: StoredAuditRecord): string => new Date(at).toISOString();

/** The columns of a CSV file, and the names in JSON. */
const CELLS: Readonly<Record<string, (record: StoredAuditRecord) => Cell>> = {
  time: timeOf,
  what: ({ what }) => what,
  result: ({ result }) => result,
  why: ({ why }) => why,
  by: ({ by }) => by,
  name: ({ byName }) => byName,
  user: ({ userId }) => userId,
  conversation: ({ conversation }) => conversation,
  from: ({ from }) => from,
  to: ({ to }) => to,
  id: ({ id }) => id,
};

const csv: AuditFormat = {
  before: [Object.keys(CELLS).join(",")],
  line: (record) =>
    Object.values(CELLS)
      .map((cell) => toCell(cell(record)))
      .join(","),
  after: () => [],
};

const json: AuditFormat = {
  before: ["["],
  line(record, isFirst) {
    const fields = Object.entries(CELLS).map(([name, cell]) => [name, cell(record)]);
    return `${isFirst ? " " : ","}${JSON.stringify(Object.fromEntries(fields))}`;
  },
  after: () => ["]"],
};

const table: AuditFormat = {
  before: [],
  line(record) {
    const { what, result, why, by, byName = "", userId, from, to } = record;
    const who = by === undefined ? "" : `${cleanName(byName)} (${by})`.trim();
    const [start, end] = [from, to].map((name = "") => cleanName(name));
    const way = start || end ? `${start} → ${end}`.trim() : "";
    const outcome = why === undefined ? result : `${result}: ${why}`;
    const user = userId === undefined ? "" : `User ${userId}`;
    const [head, ...tail] = [timeOf(record), what.padEnd(12), user.padEnd(14), who, way, outcome];
    return [head, ...tail.filter((part) => part !== "")].join("  ");
  },
  after: (count) => [count === 1 ? "1 record" : `${count} records`],
};

export const AUDIT_FORMATS: Readonly<Record<string, AuditFormat>> = { csv, json, table };
