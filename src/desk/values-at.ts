import { isJsonObject, type Json } from "../json.ts";

/**
 * The values of metadata in one place: `order.total`, `lines[0].sku`. Of a list in between, or at the end, each entry counts,
 * unless the place names one. A key may have dots in it. Only what is given counts: `null` and empty texts do not.
 */
export function* valuesAt(value: Json | undefined, place: string): Generator<Json> {
  if (value === undefined || value === null || value === "") return;
  if (Array.isArray(value)) {
    const [all = "", index] = /^\[(\d+)\]\.?/.exec(place) ?? [];
    const rest = place.slice(all.length);
    const entries: readonly Json[] = index === undefined ? value : value.slice(+index, +index + 1);
    for (const entry of entries) yield* valuesAt(entry, rest);
  } else if (place === "") {
    yield value;
  } else if (isJsonObject(value)) {
    for (const end of endsOfKeys(place)) {
      const key = place.slice(0, end);
      const rest = place.slice(place[end] === "." ? end + 1 : end);
      if (Object.hasOwn(value, key)) yield* valuesAt(value[key], rest);
    }
  }
}

/** Where the first key may end: at a dot, at a bracket, or at the end. */
const endsOfKeys = (place: string): number[] => [
  ...[...place.matchAll(/[.[]/g)].map(({ index }) => index).filter((index) => index > 0),
  place.length,
];
