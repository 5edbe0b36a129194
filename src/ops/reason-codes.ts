import { isJsonObject, type Json } from "../json.ts";

/** Each becomes a time series of its own for as long as the process lives. */
const MOST_CODES = 50;

/**
 * What a handover is counted under: its `reasonCode`; `none` without one. `other`: it is no code, or more came than are told apart.
 */
export function createReasonCodes(): (metadata: Json | undefined) => string {
  const known = new Set<string>();
  return (metadata) => {
    const { reasonCode: code = null } = isJsonObject(metadata) ? metadata : {};
    if (code === null || code === "") return "none";
    if (typeof code !== "string" || !/^[\w.:-]{1,64}$/.test(code)) return "other";
    if (known.size < MOST_CODES) known.add(code);
    return known.has(code) ? code : "other";
  };
}
