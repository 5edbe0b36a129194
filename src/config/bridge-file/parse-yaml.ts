import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { isDeeperThan, type Json, MAX_DEPTH } from "../../json.ts";
import type { Path } from "./problem.ts";
import { adviceOnYaml, YAML_ADVICE } from "./yaml-advice.ts";

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Misplaced {
  readonly at: Place;
  readonly says: string;
}

export interface ParsedYaml {
  /** What it says; `undefined`: that cannot be told. Empty files say nothing: `null`. */
  readonly value: unknown;
  readonly problems: readonly Misplaced[];
  /** Where a value stands, or its key; of what is missing: what should hold it. */
  placeOf(path: Path, isAboutKey?: boolean): Place;
}

/** Of these it can still be told what the rest says. */
const HARMLESS: readonly string[] = ["DUPLICATE_KEY", "TAG_RESOLVE_FAILED"];

/**
 * Parses YAML 1.2 without what makes one text mean another: aliases, anchors and tags are problems. Nothing of the text
 * stands in a problem. Never throws.
 */
export function parseYaml(source: string): ParsedYaml {
  try {
    return parse(source);
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    return tooDeep({ line: 1, column: 1 });
  }
}

function parse(source: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(source, {
    version: "1.2",
    schema: "core",
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // The parser would compare each key with all before it.
    uniqueKeys: false,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const errors = [...document.errors, ...document.warnings, ...findSecondKeys(document)].toSorted(
    (one, other) => one.pos[0] - other.pos[0],
  );
  const broken = errors.findIndex(({ code }) => !HARMLESS.includes(code));
  // Whatever is told behind the first place that is no YAML mostly comes of it.
  const told = broken < 0 ? errors : errors.slice(0, broken + 1);
  const problems = told.map(({ code, pos }, index) => ({
    at: placeAt(pos[0]),
    says: `this ${adviceOnYaml(code, source.slice(0, pos[0] + 1))}${index === broken ? YAML_ADVICE.notRead : ""}`,
  }));
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit && yaml.version !== "1.2") {
    problems.push({ at: placeAt(0), says: `this ${YAML_ADVICE.version}` });
  }
  for (const { offset, says } of replaceReferences(document)) {
    problems.push({ at: placeAt(offset), says: `this ${says}` });
  }
  const value: Json | undefined = broken < 0 ? document.toJS() : undefined;
  if (value !== undefined && isDeeperThan(value, MAX_DEPTH)) return tooDeep(placeAt(0));
  const keys: Keys = new Map();
  return {
    value,
    problems,
    placeOf: (path, isAboutKey) => placeAt(offsetOf(document, path, keys, isAboutKey)),
  };
}

const tooDeep = (at: Place): ParsedYaml => ({
  value: undefined,
  problems: [{ at, says: `this ${YAML_ADVICE.tooDeep}` }],
  placeOf: () => at,
});

/** Anchors lose their names, and nothing stands in the place of an alias. Returns where they were. */
function replaceReferences(
  document: Document.Parsed,
): { readonly offset: number; readonly says: string }[] {
  const found: { offset: number; says: string }[] = [];
  visit(document, {
    Alias(_key, { range }) {
      found.push({ offset: range?.[0] ?? 0, says: YAML_ADVICE.alias });
      const nothing = new Scalar(null);
      nothing.range = range ?? null;
      return nothing;
    },
    Value(_key, node) {
      if (node.anchor !== undefined) {
        found.push({ offset: node.range?.[0] ?? 0, says: YAML_ADVICE.anchor });
        delete node.anchor;
      }
    },
  });
  return found;
}

/** Keys that stand in the same place once more. */
function findSecondKeys(document: Document.Parsed) {
  const found: { readonly code: "DUPLICATE_KEY"; readonly pos: readonly [number] }[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = nameOf(key);
        if (name === undefined) continue;
        if (seen.has(name)) found.push({ code: "DUPLICATE_KEY", pos: [startOf(key) ?? 0] });
        seen.add(name);
      }
    },
  });
  return found;
}

/** The keys of each map, so that many of them are looked up in no time. */
type Keys = Map<YAMLMap, ReadonlyMap<string, Pair>>;

function pairIn(map: YAMLMap, name: string, keys: Keys): Pair | undefined {
  const known =
    keys.get(map) ?? new Map(map.items.toReversed().map((pair) => [nameOf(pair.key) ?? "", pair]));
  keys.set(map, known);
  return known.get(name);
}

const nameOf = (key: unknown): string | undefined =>
  isScalar(key) ? String(key.value ?? "") : undefined;

function offsetOf(
  { contents }: Document.Parsed,
  path: Path,
  keys: Keys,
  isAboutKey = false,
): number {
  let node: Node | null = contents;
  let offset = startOf(contents);
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = pairIn(node, String(step), keys);
      if (!pair) break;
      if (isLast && isAboutKey) return startOf(pair.key) ?? offset ?? 0;
      const value: unknown = pair.value;
      node = isNode(value) ? value : null;
      offset = startOf(value) ?? startOf(pair.key) ?? offset;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (item === undefined) break;
      node = isNode(item) ? item : null;
      offset = startOf(item) ?? offset;
    } else break;
    if (!isCollection(node) && !isLast) break;
  }
  return offset ?? 0;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
