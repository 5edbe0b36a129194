import { wellFormedSource } from "../json.ts";

/** What Slack says with a code: lower case, never a sentence. */
const CODE = /^[a-z][a-z0-9_]{0,99}$/;
/** `chat:write.customize`, or several with commas between. */
const SCOPES = /^[a-z][a-z0-9_.:,-]{0,199}$/;

/** An answer of the Web API, as far as it is one. Nothing in a refusal or a warning is more than a code. */
export interface SlackAnswer {
  ok: boolean;
  /** Of a refusal. */
  error?: string;
  /** The scope that is missing. */
  needed?: string;
}

/**
 * Reads the body of an answer. `text` is the same again for a reader that quotes what it finds: everything in it that
 * such a reader could quote is gone, unless it is a code. `undefined`: Slack never answers so; it may be anybody's.
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

/** A warning of Slack is a code, or several with commas between. */
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
