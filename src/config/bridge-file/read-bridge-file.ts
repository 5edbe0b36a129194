import type { BridgeFile } from "./bridge-file-schema.ts";
import { crossChecks } from "./cross-checks.ts";
import { findSecrets } from "./find-secrets.ts";
import { type Misplaced, parseYaml } from "./parse-yaml.ts";
import type { Problem } from "./problem.ts";
import { shapeProblems } from "./shape-problems.ts";

/** What can be said of a file. */
export interface ReadBridgeFile {
  /** Only if there are no problems. */
  readonly file: BridgeFile | undefined;
  /** What it says, right or wrong; `undefined`: that cannot be told. */
  readonly value: unknown;
  /** One line each, in the order of the file: where, what, and what to write instead. Values are not quoted. */
  readonly problems: readonly string[];
}

/**
 * Reads the text of `bridge.yaml`. `name` is what people call the file; `fallbackChannel` is for teams that name none.
 */
export function readBridgeFile(
  source: string,
  name: string,
  fallbackChannel: string | undefined,
): ReadBridgeFile {
  const yaml = parseYaml(source);
  // An empty file says nothing, and that is right.
  const value = yaml.value === null ? {} : yaml.value;
  const found =
    value === undefined ? [] : [...shapeProblems(value), ...crossChecks(value, fallbackChannel)];
  const problems = inOrder(
    [...findSecrets(source), ...yaml.problems],
    found.map((problem) => ({
      at: yaml.placeOf(problem.path, problem.isAboutKey),
      says: `${describe(problem)} ${problem.says}`,
      path: problem.path,
      isAboutKey: problem.isAboutKey ?? false,
    })),
  );
  return {
    file: problems.length === 0 ? (value as BridgeFile) : undefined,
    value,
    problems: problems.map(({ at, says }) => `${name}:${at.line}:${at.column} ${says}`),
  };
}

/**
 * In the order of the file. Of several problems with one value only the first, and none where the text itself is wrong: the
 * others come of it. What is missing stands where its keys begin, and comes after what is said of the first of them.
 */
function inOrder(
  ofText: readonly Misplaced[],
  ofValues: readonly (Misplaced & Pick<Problem, "path"> & { readonly isAboutKey: boolean })[],
): readonly Misplaced[] {
  const texts = firstOfEach(ofText, showPlace);
  const wrong = new Set(texts.map(showPlace));
  const values = firstOfEach(ofValues, ({ path }) => JSON.stringify(path))
    .filter((problem) => !wrong.has(showPlace(problem)))
    .toSorted((a, b) => Number(b.isAboutKey) - Number(a.isAboutKey));
  return [...texts, ...values].toSorted(
    (a, b) => a.at.line - b.at.line || a.at.column - b.at.column,
  );
}

function firstOfEach<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const firsts = new Map<string, T>();
  for (const one of all) {
    const key = keyOf(one);
    if (!firsts.has(key)) firsts.set(key, one);
  }
  return [...firsts.values()];
}

const showPlace = ({ at }: Misplaced): string => `${at.line}:${at.column}`;

function describe({ path }: Problem): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (typeof last === "string") return showKey(last);
  const key = path.findLast((step) => typeof step === "string");
  return key === "teams" ? `team ${last + 1}` : `entry ${last + 1} of ${showKey(key ?? "")}`;
}

/** A key that is no plain name may be something that was put there by mistake. */
const showKey = (key: string): string => (isPlainName(key) ? key : "this key");

const isPlainName = (key: string): boolean =>
  /^[\w.[\]-]+( [\w.[\]-]+)*$/.test(key) && key.length <= 40;
