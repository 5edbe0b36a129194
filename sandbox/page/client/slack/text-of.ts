/** The words of a text object. */
export function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("text" in value)) return "";
  return String(value.text);
}
