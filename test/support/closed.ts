/** A JSON Schema in which nothing may stand that it does not name; who reads what we send has to expect more. */
export const closed = (part: unknown): unknown => {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(closed);
  const parts = Object.entries(part).map(([key, value]) => [key, closed(value)]);
  return Object.fromEntries(
    "properties" in part ? [...parts, ["additionalProperties", false]] : parts,
  );
};
