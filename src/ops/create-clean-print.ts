/** Shorter ones would be found in words that are none. */
const MIN_LENGTH = 6;

/**
 * Prints lines that may quote what others have answered: without any of these secrets, however it is written, and without
 * signs that a terminal obeys.
 */
export function createCleanPrint(
  secrets: readonly string[],
  print: (line: string) => void,
): (line: string) => void {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_LENGTH)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
      JSON.stringify(secret).slice(1, -1),
    ])
    .toSorted((a, b) => b.length - a.length);
  return (line) =>
    print(
      forms
        .reduce((text, form) => text.replaceAll(form, "[redacted]"), line)
        .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD"),
    );
}
