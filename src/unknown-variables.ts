import { VARIABLES } from "./config.ts";

/** Names that look like ours but are not read, each with the nearest name that is: most likely a slip. */
export function unknownVariables(env: Record<string, string | undefined>): string[] {
  return Object.keys(env)
    .filter((name) => /^(SLACK|PARLEY)_/.test(name) && !VARIABLES.some((known) => known === name))
    .map((name) => `${name} is not read by the bridge; did you mean ${nearest(name)}?`);
}

function nearest(name: string): string {
  const ranked = VARIABLES.map((known) => ({ known, distance: editDistance(name, known) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked[0]?.known ?? "";
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
