import { isJsonObject, type Json } from "../json.ts";

/** Keys that a program has chosen: short words of letters, as in code. Names, ids, addresses and sentences are others. */
const WORD = /^[a-z][a-zA-Z]{0,23}(?:_[a-z]{1,24}){0,4}$/;
/** What people or other programs keep in it is theirs, and so are its keys. */
const FREE =
  /^(metadata|meta|custom\w*|additional\w*|attributes|properties|fields|labels|tags|values|extra\w*|params|data_?bag)$/i;
/** More keys than a program names by hand, or many that are all alike: they are keys of data. */
const MANY_KEYS = 24;
const ALIKE_KEYS = 3;

const MAX_DEPTH = 12;

/**
 * What JSON looks like, without anything of what it says: keys that a program has chosen, types, lengths of lists. Neither texts nor
 * numbers are in it, nor keys that may be data themselves: those are counted.
 */
export function shapeOf(value: Json | undefined, depth = 0): string {
  if (value === undefined) return "no JSON";
  if (value === null) return "null";
  if (typeof value === "string") return kindOfText(value);
  if (typeof value === "number") return Number.isInteger(value) ? "whole number" : "number";
  if (typeof value === "boolean") return "flag";
  if (depth === MAX_DEPTH) return "…";
  if (!isJsonObject(value)) return `[${counted(value.map((item) => shapeOf(item, depth + 1)))}]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const shapes = entries.map(([key, item]): [string, string] => [key, shapeIn(key, item, depth)]);
  if (isOfData(shapes)) return `{${counted(shapes.map(([, shape]) => `<key>: ${shape}`))}}`;
  const named = shapes.filter(([key]) => WORD.test(key)).map(([key, shape]) => `${key}: ${shape}`);
  const others = shapes.filter(([key]) => !WORD.test(key)).map(([, shape]) => `<key>: ${shape}`);
  return `{${[...named, counted(others)].filter(Boolean).join(", ")}}`;
}

const shapeIn = (key: string, item: Json, depth: number): string =>
  FREE.test(key) && isJsonObject(item)
    ? `{${Object.keys(item).length} × <key>}`
    : shapeOf(item, depth + 1);

/** Whether keys are data themselves, such as ids or names of people in a list that is written as an object. */
function isOfData(shapes: readonly (readonly [string, string])[]): boolean {
  const kinds = new Set(shapes.map(([, shape]) => shape));
  const areObjects = shapes.every(([, shape]) => /^[{[]/.test(shape));
  return (
    shapes.length > MANY_KEYS || (shapes.length >= ALIKE_KEYS && kinds.size === 1 && areObjects)
  );
}

function kindOfText(text: string): string {
  if (text === "") return "empty text";
  if (/^\d+$/.test(text)) return "text of digits";
  return /^\s*[{[]/.test(text) ? "text like JSON" : "text";
}

/** Each once, in the order in which they came, with how many there are. */
function counted(shapes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const shape of shapes) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return [...counts].map(([shape, count]) => `${count} × ${shape}`).join(", ");
}
