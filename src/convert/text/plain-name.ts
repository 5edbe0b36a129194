/** A name in a form for comparing: without differences of case, spaces and ways to write accents. */
export const plainName = (name: string): string =>
  name.normalize("NFKC").replaceAll(/\s+/g, " ").trim().toLowerCase();
