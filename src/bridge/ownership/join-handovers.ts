import { anyReasonOf } from "../../convert/text/reason-of.ts";
import type { TranscriptLine } from "../../convert/to-slack/parley-message.ts";
import { defined } from "../../defined.ts";
import { isJsonObject, type Json } from "../../json.ts";

/** As much as one handover may have. If several have more together, only the newest is kept. */
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Joins the metadata of two handovers of the same conversation, field by field: the later value wins, except for the
 * reason and its code, of which the first stay; fields that the later one leaves out or empty stay too. Returns `first` itself if the
 * later one says nothing new.
 */
export function joinMetadata(first: Json | undefined, later: Json | undefined): Json | undefined {
  if (later === undefined || later === null) return first;
  if (first === undefined || first === null) return later;
  const known = toFields(first);
  const { reason = null, reasonCode } = known;
  function withReason(fields: Fields): Fields {
    if (anyReasonOf(first) === undefined) return fields;
    const isNamed = reason !== null || "reason" in fields;
    return { ...fields, ...(isNamed && { reason }), ...defined({ reasonCode }) };
  }
  const joined = withReason(joinFields(known, toFields(later)));
  const all = JSON.stringify(joined);
  if (all === JSON.stringify(known)) return first;
  return all.length <= MAX_CHARACTERS ? joined : withReason(toFields(later));
}

/**
 * Joins two transcripts: the later one may repeat the end of the first, repeat all of it, or continue it. Returns `first`
 * itself if the later one has no new line.
 */
export function joinTranscripts(
  first: readonly TranscriptLine[] | undefined,
  later: readonly TranscriptLine[] | undefined,
): readonly TranscriptLine[] | undefined {
  if (later === undefined || later.length === 0) return first;
  if (first === undefined || first.length === 0) return later;
  const shared = overlap(first.map(keyOf), later.map(keyOf));
  if (shared === later.length) return first;
  const joined = [...first, ...later.slice(shared)];
  return JSON.stringify(joined).length <= MAX_CHARACTERS ? joined : later;
}

type Fields = { [key: string]: Json };

/** Metadata of any kind as an object. */
export const toFields = (metadata: Json): Fields => {
  if (isJsonObject(metadata)) return metadata;
  return typeof metadata === "string" ? { reason: metadata } : { metadata };
};

function joinFields(first: Fields, later: Fields): Fields {
  // A map, because a field can have the name `__proto__`.
  const fields = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(later)) {
    const earlier = fields.get(key);
    if (earlier !== undefined && (value === null || value === "")) continue;
    const areBothObjects = isJsonObject(earlier) && isJsonObject(value);
    fields.set(key, areBothObjects ? joinFields(earlier, value) : value);
  }
  return Object.fromEntries(fields);
}

const keyOf = ({ from, text }: TranscriptLine): string => JSON.stringify([from, text]);

/** How many lines of `later` are in `first` already: at its end, or all of them anywhere in it. Takes linear time. */
function overlap(first: readonly string[], later: readonly string[]): number {
  const fallback = [0];
  const advance = (line: string, matched: number): number => {
    let length = matched;
    while (length > 0 && later[length] !== line) length = fallback[length - 1] ?? 0;
    return later[length] === line ? length + 1 : 0;
  };
  for (const line of later.slice(1)) fallback.push(advance(line, fallback.at(-1) ?? 0));
  let matched = 0;
  for (const line of first) {
    matched = advance(line, matched);
    if (matched === later.length) return matched;
  }
  return matched;
}
