import { wellFormedSource } from "../json.ts";

/** The form of Slack's codes: lower case, never a sentence. */
const CODE = /^[a-z][a-z0-9_]{0,99}$/;
/** `chat:write.customize`, or several with commas between. */
const SCOPES = /^[a-z][a-z0-9_.:,-]{0,199}$/;

/** An answer of the Web API. Refusals and warnings in it are codes and nothing else. */
export interface SlackAnswer {
  ok: boolean;
  /** The code of a refusal. */
  error?: string;
  /** The scope that is missing. */
  needed?: string;
}

/**
 * Reads the body of an answer. `text` is the body for Slack's client, whose errors quote it: everything that it could quote
 * is removed, unless it is a code. `undefined`: it is no answer of Slack.
 */
export function readSlackAnswer(body: string): { answer: SlackAnswer; text: string } | undefined {
  const source = wellFormedSource(body);
  const parsed = parse(source);
  if (!isObject(parsed)) return undefined;
  const { ok, error, needed, warning, response_metadata: metadata } = parsed;
  if (ok === false) {
    if (!isCode(error)) return undefined;
    const scope = typeof needed === "string" && SCOPES.test(needed) && { needed };
    const answer = { ok, error, ...scope };
    return { answer, text: JSON.stringify(answer) };
  }
  if (ok !== true) return undefined;
  const hasWords =
    warning !== undefined || (isObject(metadata) && (metadata.warnings ?? metadata.messages));
  return {
    answer: { ok },
    text: hasWords ? JSON.stringify({ ...parsed, ...withoutWords(warning, metadata) }) : source,
  };
}

/** Warnings as codes; a warning of Slack is one code, or several with commas between. */
function withoutWords(warning: unknown, metadata: unknown) {
  const { warnings, next_cursor } = isObject(metadata) ? metadata : {};
  const listed = Array.isArray(warnings) ? (warnings as unknown[]) : [];
  const single = typeof warning === "string" ? warning.split(",") : [];
  return {
    warning: undefined,
    response_metadata: {
      ...(typeof next_cursor === "string" && { next_cursor }),
      warnings: [...new Set([...single, ...listed].filter(isCode))],
    },
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isCode = (value: unknown): value is string => typeof value === "string" && CODE.test(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
