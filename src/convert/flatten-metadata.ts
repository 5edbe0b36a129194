import { isJsonObject, type Json } from "../json.ts";

/** One field of a handover's metadata; nested fields have dotted names: `order.lines[0].sku`. */
export interface MetadataField {
  readonly name: string;
  readonly value: string;
}

/** Every leaf of any JSON, in the order given. Nothing is left out; empty objects and arrays show as `{}` and `[]`. */
export function flattenMetadata(value: Json, name = ""): MetadataField[] {
  const entries = Array.isArray(value)
    ? value.map((item: Json, index) => [`${name}[${index}]`, item] as const)
    : isJsonObject(value)
      ? Object.entries(value).map(([key, item]) => [name ? `${name}.${key}` : key, item] as const)
      : undefined;
  if (entries === undefined) return [{ name, value: String(value) }];
  if (entries.length === 0)
    return name ? [{ name, value: Array.isArray(value) ? "[]" : "{}" }] : [];
  return entries.flatMap(([key, item]) => flattenMetadata(item, key));
}
