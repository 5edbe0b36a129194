import { isJsonObject, type Json } from "../json.ts";

/** Why a User was handed over, as its metadata says: a text, or the field `reason` of an object. */
export function reasonOf(metadata: Json | undefined): string | undefined {
  const reason = isJsonObject(metadata) ? metadata.reason : metadata;
  return typeof reason === "string" && reason.trim() !== "" ? reason : undefined;
}
