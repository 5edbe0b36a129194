/** A deep copy of `value` without some of its keys. */
export function omit<T extends object, Key extends keyof T>(
  value: T,
  ...keys: readonly Key[]
): Omit<T, Key> {
  const copy: Partial<T> = structuredClone(value);
  for (const key of keys) delete copy[key];
  return copy as Omit<T, Key>;
}
