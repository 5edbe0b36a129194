/** `name 0`, `name 1`, … */
export const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`);
