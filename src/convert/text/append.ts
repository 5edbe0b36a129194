/** Adds items one by one, because `push(...items)` throws for many thousands of items. */
export function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) to.push(item);
}
