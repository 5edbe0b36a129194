/** Shorter secrets can be found by trying. */
const MIN_LENGTH = 8;
/** 24 characters of `openssl rand -hex` are 96 bits. */
const STRONG_LENGTH = 24;

/** What stands in documents and examples where a secret belongs. */
const FILLER =
  /^(?:your|my|the|an?|some|insert|paste|enter|put|replace|change|fill|me|this|here|in|is|long|random|parley|slack|bridge|callback|signing|shared|app|api|auth|access|secret|token|key|password|value|string|text|placeholder|example|sample|demo|dummy|test|todo|tbd|foo|bar|baz)+$/i;

/** The values in a variable: two while one replaces the other. A `Bearer` that was copied with its header is dropped. */
export const secretValues = (text: string): readonly string[] =>
  text.split(/\s+/).filter((word) => word !== "" && !/^bearer$/i.test(word));

/** What is wrong with one value, if anything, as the end of a sentence; never the value itself. */
export function problemOfSecret(value: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(value)) return "must be made of letters, digits and signs of ASCII";
  if (isQuoted(value)) return "must stand without quotes around it";
  if (/^x(ox[a-z]|app)-/.test(value)) return "is a token of Slack, which belongs elsewhere";
  if (isPlaceholder(value)) return "is a placeholder, not a secret";
  return value.length < MIN_LENGTH ? `must have at least ${MIN_LENGTH} characters` : undefined;
}

export const isQuoted = (value: string): boolean => /^(["'`]).*\1$/s.test(value);

export const isPlaceholder = (value: string): boolean =>
  /^(.)\1*$/s.test(value) ||
  /^[<[{(].*[>\]})]$/s.test(value) ||
  FILLER.test(value.replaceAll(/[^a-z]/gi, ""));

export const isWeak = (value: string): boolean => value.length < STRONG_LENGTH;
