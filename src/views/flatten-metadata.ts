import { isJsonObject, type Json } from "../json.ts";

/** One field of a handover's metadata; nested fields have dotted names: `order.lines[0].sku`. */
export interface MetadataField {
  name: string;
  value: string;
}

/** Longer than anybody shows: each leaf of a deep tree has the names of all that is around it. In UTF-16 units. */
const NAME_LIMIT = 200;

/**
 * Every leaf of any JSON, in the order given. Nothing is left out but the ends of very long names; empty objects and
 * arrays show as `{}` and `[]`.
 */
export function flattenMetadata(value: Json, name = ""): MetadataField[] {
  const entries = Array.isArray(value)
    ? value.map((item: Json, index) => [`${name}[${index}]`, item] as const)
    : isJsonObject(value)
      ? Object.entries(value).map(
          ([key, item]) => [`${name ? `${name}.` : ""}${key}`.slice(0, NAME_LIMIT), item] as const,
        )
      : undefined;
  if (entries === undefined) return [{ name, value: String(value) }];
  if (entries.length === 0)
    return name ? [{ name, value: Array.isArray(value) ? "[]" : "{}" }] : [];
  return entries.flatMap(([key, item]) => flattenMetadata(item, key));
}
