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
  const problems = [
    ...findSecrets(source),
    ...yaml.problems,
    ...found.map((problem) => ({
      at: yaml.placeOf(problem.path, problem.isAboutKey),
      says: `${describe(problem)} ${problem.says}`,
    })),
  ];
  return {
    file: problems.length === 0 ? (value as BridgeFile) : undefined,
    value,
    problems: inOrder(problems).map(({ at, says }) => `${name}:${at.line}:${at.column} ${says}`),
  };
}

/** Of several problems in one place only the first: the others come of it. */
function inOrder(problems: readonly Misplaced[]): readonly Misplaced[] {
  const places = problems.map(({ at }) => `${at.line}:${at.column}`);
  return problems
    .filter((_problem, index) => places.indexOf(places[index] ?? "") === index)
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

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
