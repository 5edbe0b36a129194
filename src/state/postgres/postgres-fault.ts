/** The SQLSTATE of an error of PostgreSQL, or the code of Node; a name of our own for what has neither. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("code" in error && typeof error.code === "string" && error.code !== "") return error.code;
  return OWN_WORDS.find(([words]) => words.test(error.message))?.[1] ?? "failed";
}

/** What the client says by itself. */
const OWN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, "ETIMEDOUT"],
  [/terminated|not queryable/i, "ECONNRESET"],
  [/does not support SSL/i, "NO_TLS"],
  [/password must be a/i, "NO_PASSWORD"],
];

/**
 * Whether an error came from a statement, so that the session goes on. One that was prepared before a later program has changed
 * a column's type (0A000) fails until the session is another.
 */
export const isOfStatement = (code: string): boolean =>
  /^[\dA-Z]{5}$/.test(code) && !/^(08|57P0|25P0[34]|0A000)/.test(code);

/** Whether the same statements may well go through if they are run again. */
export const isPassing = (code: string): boolean => /^(40001|40P01|55P03)$/.test(code);

/** Whether the server is in no state to store anything, whatever the statement. */
export const isOfServer = (code: string): boolean => /^(25006|53|58|XX)/.test(code);

/** Whether others may read the words of an error: they name tables and columns, and no values. */
const isAboutNames = (code: string): boolean => /^42/.test(code);

/** A cause for an error of the bridge, with nothing in it of what was stored. */
export const causeOf = (error: unknown): Error => {
  const code = codeOf(error);
  const words = isAboutNames(code) && error instanceof Error ? error.message : code;
  return Object.assign(new Error(words), { code });
};
