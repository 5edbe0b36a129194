import { isObject } from "../block-limits.ts";
import { invalidArguments } from "../slack-error.ts";

/** The arguments of one call, read the way Slack reads them: numbers and flags may be strings. */
export interface Arguments {
  readonly all: Readonly<Record<string, unknown>>;
  /** @throws {SlackError} `invalid_arguments` if it is missing or empty */
  required(name: string): string;
  text(name: string): string | undefined;
  flag(name: string): boolean;
  number(name: string): number | undefined;
  /** A nested argument, already parsed; `undefined` if it was not given. */
  nested(name: string): unknown;
}

/** Arguments that clients send as JSON inside the form. */
const NESTED = new Set([
  "attachments",
  "blocks",
  "files",
  "loading_messages",
  "message",
  "metadata",
  "view",
]);

/** Reads a form or JSON body and the query; what should be JSON but is not stays a string. */
export function parseArguments(
  contentType: string,
  body: string,
  query: URLSearchParams,
): Record<string, unknown> {
  const args: Record<string, unknown> = Object.fromEntries(query);
  if (contentType.startsWith("application/json")) {
    const json = parseJson(body);
    if (isObject(json)) Object.assign(args, json);
  } else {
    Object.assign(args, Object.fromEntries(new URLSearchParams(body)));
  }
  for (const [name, value] of Object.entries(args)) {
    if (NESTED.has(name) && typeof value === "string") args[name] = parseJson(value) ?? value;
  }
  return args;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function createArguments(all: Readonly<Record<string, unknown>>): Arguments {
  const text = (name: string): string | undefined => {
    const value = all[name];
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return {
    all,
    text,
    required(name) {
      const value = text(name);
      if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
      return value;
    },
    flag: (name) => ["true", "1"].includes(text(name) ?? ""),
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!Number.isInteger(number)) throw invalidArguments(`must be an integer: ${name}`);
      return number;
    },
    nested: (name) => (all[name] === "" ? undefined : (all[name] ?? undefined)),
  };
}
