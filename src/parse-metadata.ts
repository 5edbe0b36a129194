import { isDeeperThan, type Json, MAX_DEPTH, parseJson } from "./json.ts";

/**
 * What somebody gives as metadata: any JSON, or JSON in a string; a string with JSON that is nested too deep stays a string.
 * `undefined`: nothing is given.
 */
export function parseMetadata(value: Json | undefined): Json | undefined {
  if (value === null || value === "") return undefined;
  if (typeof value !== "string") return value;
  const unpacked = parseJson(value);
  if (unpacked === null) return undefined;
  return unpacked === undefined || isDeeperThan(unpacked, MAX_DEPTH) ? value : unpacked;
}
