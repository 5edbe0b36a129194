import { type ServiceId, toServiceId } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";

/**
 * The owner in the `data` of GET owner. Its shape is not documented, so every plausible one is accepted (Inferred).
 * `undefined`: it has none of these shapes, so the owner is unknown.
 */
export function readOwner(data: Json | undefined): ServiceId | undefined {
  if (typeof data === "string" && data !== "") return toServiceId(data);
  if (!isJsonObject(data)) return undefined;
  for (const candidate of [data.owner, data.service, data.currentOwner, data]) {
    const id = identification(candidate);
    if (id) return id;
  }
  const flagged = (Array.isArray(data.services) ? data.services : []).find(
    (service: Json) => isJsonObject(service) && (isTrue(service.owner) || isTrue(service.isOwner)),
  );
  return identification(flagged);
}

function identification(value: Json | undefined): ServiceId | undefined {
  if (typeof value === "string" && value !== "") return toServiceId(value);
  if (!isJsonObject(value)) return undefined;
  const { identification: id } = value;
  return typeof id === "string" && id !== "" ? toServiceId(id) : undefined;
}

/** Parley sends flags as `"true"` or as `true`. */
export const isTrue = (value: Json | undefined): boolean => value === true || value === "true";
