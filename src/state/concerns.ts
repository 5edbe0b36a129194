import type { Thread } from "../ids.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";

/** What a User is known by. */
export interface Marks {
  /** Ids of the User, customer ids, e-mail addresses: they count only as a whole, and only under names that say what they are. */
  readonly names: ReadonlySet<string>;
  /** What stands for them wherever it stands: ids of conversations and handovers, addresses of threads. */
  readonly traces: readonly string[];
}

/** How a thread is found in texts: the end of its address. */
export const addressOf = ({ ts }: Pick<Thread, "ts">): string => `/p${ts.replace(".", "")}`;

/** Names under which somebody's id or address stands. */
const NAMING = /user|id$|identifier$|mail$/i;

/** Whether the body of an item, which may hold another one as text, is about the User. */
export function concerns(source: string, marks: Marks): boolean {
  const value = parseJson(source);
  return value === undefined ? false : isAbout(value, "", marks);
}

function isAbout(value: Json, name: string, marks: Marks): boolean {
  if (typeof value === "number") return isAbout(String(value), name, marks);
  if (typeof value === "string") {
    if (NAMING.test(name) && marks.names.has(value.trim().toLowerCase())) return true;
    if (marks.traces.some((trace) => value.includes(trace))) return true;
    return name === "raw" && concerns(value, marks);
  }
  if (Array.isArray(value)) return value.some((each: Json) => isAbout(each, name, marks));
  return (
    isJsonObject(value) && Object.entries(value).some(([key, each]) => isAbout(each, key, marks))
  );
}
