import { isJsonObject, type Json } from "../../json.ts";
import { isSeen } from "./clean-name.ts";

/**
 * The reason for a handover according to its metadata: the metadata itself if it is text, else its field `reason`, or `reasonCode`
 * where there is no other.
 */
export function reasonOf(metadata: Json | undefined): string | undefined {
  const reasons = isJsonObject(metadata) ? [metadata.reason, metadata.reasonCode] : [metadata];
  return reasons.find((reason): reason is string => typeof reason === "string" && isSeen(reason));
}

/** The same for a reason that need not be text: it is then shown as JSON. */
export function anyReasonOf(metadata: Json | undefined): string | undefined {
  const { reason = null } = isJsonObject(metadata) ? metadata : {};
  const isOther = reason !== null && typeof reason !== "string";
  return isOther ? JSON.stringify(reason) : reasonOf(metadata);
}
