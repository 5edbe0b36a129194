/** What can be stored and sent as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export type JsonObject = { readonly [key: string]: Json };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether `value` is nested deeper than `limit`. Does not recurse, so hostile depths do no harm. */
export function isDeeperThan(value: Json, limit: number): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? (Object.values(item) as Json[]) : [],
    );
  }
  return false;
}

/** Deeper than any real JSON. Code that recurses through foreign JSON may rely on this limit. */
export const MAX_DEPTH = 64;

/**
 * Parses JSON from outside without loss: every text in it is well-formed Unicode (half a character becomes U+FFFD), and a
 * number that JavaScript cannot represent exactly becomes a text. `undefined`: it is no JSON.
 */
export function parseJson(source: string): Json | undefined {
  try {
    // Parsed unchanged first: only in valid JSON can its tokens be told apart in one pass.
    const value = JSON.parse(source) as Json;
    return RISKY.test(source) ? (JSON.parse(keepAll(source)) as Json) : value;
  } catch {
    return undefined;
  }
}

/** Half a character, or a number with too many digits. */
const RISKY = /\p{Cs}|\\u[dD][89a-fA-F]|[\d.]{16}|\d[eE]/u;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const keepAll = (source: string): string =>
  wellFormedSource(source).replaceAll(TOKEN, (token) =>
    token.startsWith('"') ? token : keepNumber(token),
  );

/** An escape sequence, or the two that make one character. */
const ESCAPE = /\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)/g;

/** The same JSON with every text in it well-formed. */
export const wellFormedSource = (source: string): string =>
  source
    .toWellFormed()
    .replaceAll(ESCAPE, (sign) => (/^\\u[dD][89a-fA-F]..$/.test(sign) ? "\\ufffd" : sign));

function keepNumber(source: string): string {
  const value = Number(source);
  const isHeld = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return isHeld && (source.length < 16 || String(value) === source) ? source : `"${source}"`;
}

/** The same value with every text in it well-formed; what is nested deeper than {@link MAX_DEPTH} is left out. */
export function wellFormed(value: Json, depth = MAX_DEPTH): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item: Json) => wellFormed(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item, depth - 1)]),
  );
}
