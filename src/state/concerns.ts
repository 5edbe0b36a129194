import type { Thread } from "../ids.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";

/** What a User is known by. */
export interface Marks {
  /** These three count only as a whole, and only under names that say what they are: other things have numbers, too. */
  readonly userIds: ReadonlySet<string>;
  readonly customerIds: ReadonlySet<string>;
  /** In lower case. */
  readonly mails: ReadonlySet<string>;
  /** What stands for them wherever it stands: ids of conversations and handovers, addresses of threads. */
  readonly traces: readonly string[];
}

/** How a thread is found in texts: the end of its address. */
export const addressOf = ({ ts }: Pick<Thread, "ts">): string => `/p${ts.replace(".", "")}`;

/** Names under which ids of Users stand, also in callbacks about a merge; under which customer ids do; and addresses. */
const USER = /users?(_?ids?)?$|^(from|to|old|new|source|target)$/i;
const CUSTOMER = /customer(_?id)?$|^(external_?id|unique_?identifier)$/i;
const MAIL = /mail(_?address)?$/i;

/** Whether the body of an item, which may hold another one as text, is about the User. */
export function concerns(source: string, marks: Marks): boolean {
  const value = parseJson(source);
  return value === undefined ? false : isAbout(value, "", marks);
}

function isAbout(value: Json, name: string, marks: Marks): boolean {
  if (typeof value === "number") return isAbout(String(value), name, marks);
  if (typeof value === "string") {
    if (isNamed(value.trim(), name, marks)) return true;
    if (marks.traces.some((trace) => value.includes(trace))) return true;
    return name === "raw" && concerns(value, marks);
  }
  if (Array.isArray(value)) return value.some((each: Json) => isAbout(each, name, marks));
  return (
    isJsonObject(value) &&
    // `{ "user": { "id": … } }` says the same as `{ "user": … }`.
    Object.entries(value).some(([key, each]) => isAbout(each, key === "id" ? name : key, marks))
  );
}

const isNamed = (value: string, name: string, { userIds, customerIds, mails }: Marks): boolean =>
  (USER.test(name) && userIds.has(value)) ||
  (CUSTOMER.test(name) && customerIds.has(value)) ||
  (MAIL.test(name) && mails.has(value.toLowerCase()));
