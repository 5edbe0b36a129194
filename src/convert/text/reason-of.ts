import { isJsonObject, type Json } from "../../json.ts";
import { isSeen } from "./clean-name.ts";

/** Why a User was handed over, as its metadata says: a text, or the field `reason` of an object. */
export function reasonOf(metadata: Json | undefined): string | undefined {
  const reason = isJsonObject(metadata) ? metadata.reason : metadata;
  return typeof reason === "string" && isSeen(reason) ? reason : undefined;
}

/** The same for a reason of any kind: what is no text is told as JSON. */
export function anyReasonOf(metadata: Json | undefined): string | undefined {
  const { reason = null } = isJsonObject(metadata) ? metadata : {};
  const isOther = reason !== null && typeof reason !== "string";
  return isOther ? JSON.stringify(reason) : reasonOf(metadata);
}
