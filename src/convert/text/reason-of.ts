import { isJsonObject, type Json } from "../../json.ts";
import { isSeen } from "./clean-name.ts";

/** The reason for a handover according to its metadata: the metadata itself if it is text, else its field `reason`. */
export function reasonOf(metadata: Json | undefined): string | undefined {
  const reason = isJsonObject(metadata) ? metadata.reason : metadata;
  return typeof reason === "string" && isSeen(reason) ? reason : undefined;
}

/** The same for a reason that need not be text: it is then shown as JSON. */
export function anyReasonOf(metadata: Json | undefined): string | undefined {
  const { reason = null } = isJsonObject(metadata) ? metadata : {};
  const isOther = reason !== null && typeof reason !== "string";
  return isOther ? JSON.stringify(reason) : reasonOf(metadata);
}
