const COLOURS = ["#0f766e", "#7c3aed", "#b45309", "#be185d", "#1d4ed8", "#4d7c0f", "#a21caf"];

export const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** The same for the same name, dark enough for white letters. */
export function colourOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 67 + (letter.codePointAt(0) ?? 0)) % 9973;
  return COLOURS[sum % COLOURS.length] ?? "#475569";
}

/** The same as a picture, for whom only addresses of pictures can be told. */
export const toPicture = (name: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${colourOf(name)}"/><text x="32" y="41" text-anchor="middle" font-family="sans-serif" font-size="26" font-weight="bold" fill="white">${initialsOf(name).replace(/[^\p{L}\p{N}]/gu, "")}</text></svg>`;
