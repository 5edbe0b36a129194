import type { Misplaced } from "./parse-yaml.ts";

/**
 * What only secrets look like: tokens of Slack, private keys, passwords in addresses, signed tokens. Of these the first part
 * has an end, so that a line of nothing but beginnings is not read again from each.
 */
const SECRET =
  /\bx(?:ox[a-z]|app|wfp)-[\w-]{6}|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{8,1000}\.eyJ/;
const PASSWORD = /:\/\/[^\s/@:"'<>|,]*:[^\s/@"'<>|,{}]+@/;

/** Longer than any id or word of people. */
const MIN_LENGTH = 32;

/** Lines with something that looks like a secret, comments included; it is not quoted. Of a private key only the first. */
export function findSecrets(source: string): Misplaced[] {
  const found: Misplaced[] = [];
  let isInKey = false;
  for (const [index, line] of source.split("\n").entries()) {
    const column = isInKey ? undefined : columnOfSecret(line);
    if (column !== undefined) {
      found.push({ at: { line: index + 1, column }, says: `this ${SECRETS_BELONG_ELSEWHERE}` });
    }
    if (/-----(BEGIN|END) /.test(line)) isInKey = !line.includes("-----END ");
  }
  return found;
}

export const SECRETS_BELONG_ELSEWHERE =
  "looks like a secret: secrets stand in the environment (.env) only. Take it out, and have it replaced if others have read this file";

function columnOfSecret(line: string): number | undefined {
  const known = line.match(SECRET) ?? line.match(PASSWORD);
  if (known) return (known.index ?? 0) + 1;
  for (const { 0: word, index } of line.matchAll(/[A-Za-z0-9+/_-]{20,}/g)) {
    if (word.length >= MIN_LENGTH && isRandom(word)) return index + 1;
  }
  return undefined;
}

/** Hexadecimal, or letters of both kinds with digits among them again and again, as words and paths do not have them. */
function isRandom(word: string): boolean {
  if (/^[\da-f]+$/i.test(word)) return /\d/.test(word) && /[a-f]/i.test(word);
  const changes = word.match(/[a-z](?=\d)|\d(?=[a-z])/gi) ?? [];
  return changes.length >= 4 && /[a-z]/.test(word) && /[A-Z]/.test(word);
}
