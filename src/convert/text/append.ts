/** Adds items one by one: `push(...items)` fails for more than some ten thousands. */
export function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) to.push(item);
}
