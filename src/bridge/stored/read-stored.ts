import type { z } from "zod";
import { UnreadableError } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";
import { readJson } from "../../read-json.ts";

/**
 * What is on disk, as one of the schemas of this folder says. The text stays as it is.
 *
 * @throws {UnreadableError} a newer version wrote it, or it is damaged; names places and kinds, never values
 */
export function readStored<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const [problem] = error.issues;
  const { kind } = isJsonObject(value) ? value : {};
  // Another version has added it, and works beside this one while replicas are updated one after the other.
  const isLater =
    (problem?.path[0] === "kind" && typeof kind === "string") ||
    error.issues.some(({ code }) => code === "unrecognized_keys");
  throw new UnreadableError(
    `${what}: ${problem?.path.join(".") || "all of it"} is not understood`,
    { isLater },
  );
}

/** The same of JSON text. */
export function parseStored<T>(schema: z.ZodType<T>, text: string, what: string): T {
  return readStored(schema, readJson(text, what), what);
}
