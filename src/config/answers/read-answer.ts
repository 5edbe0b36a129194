import { LANGUAGES } from "../../language.ts";
import { keys, line, list, oneOf } from "../bridge-file/fields.ts";
import { findSecrets } from "../bridge-file/find-secrets.ts";
import { nearestOf } from "../bridge-file/known-keys.ts";
import { type Misplaced, parseYaml } from "../bridge-file/parse-yaml.ts";
import { ANSWER_VARIABLES, type QuickAnswer, VARIABLE } from "../quick-answer.ts";

/** As much as Slack takes in the input in which it is edited. */
const MAX_TEXT = 3_000;

const EXAMPLE = "{ name: Refund, keywords: [money back], language: en }";

const head = keys(
  {
    name: line("the name of the answer, such as Refund", 60),
    keywords: list(line("a keyword", 40), "[refund, money back]")
      .max(20, { error: "must be at most 20 keywords" })
      .exactOptional(),
    language: oneOf(LANGUAGES).exactOptional(),
  },
  EXAMPLE,
);
const KEYS = ["name", "keywords", "language"];

const FENCE = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m;

/** Reads the text of an answer's file. Problems say where, in this file, and what to write instead; they quote nothing of it. */
export function readAnswer(
  source: string,
  id: string,
): { readonly answer: QuickAnswer | undefined; readonly problems: readonly Misplaced[] } {
  const problems: Misplaced[] = [...findSecrets(source)];
  const found = FENCE.exec(source);
  if (!found || found.index > 0) {
    const says = `the file must begin with --- on a line of its own, keys such as ${EXAMPLE.slice(2, -2).split(",")[0]}, and --- again`;
    return { answer: undefined, problems: [...problems, { at: { line: 1, column: 1 }, says }] };
  }
  const yaml = parseYaml(found[1] ?? "");
  // The line with --- stands in front of it.
  const below = ({ at, says }: Misplaced) => ({ at: { ...at, line: at.line + 1 }, says });
  problems.push(...yaml.problems.map(below));
  const parsed = head.safeParse(yaml.value ?? {});
  if (yaml.problems.length === 0) {
    for (const issue of parsed.error?.issues ?? []) {
      const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) {
          const at = yaml.placeOf([...path, key], true);
          problems.push(below({ at, says: `${showKey(key)} ${adviceOn(key, KEYS)}` }));
        }
      } else {
        const what = String(path[0] ?? "the part between ---");
        problems.push(below({ at: yaml.placeOf(path), says: `${what} ${issue.message}` }));
      }
    }
  }
  const start = found[0].length;
  const text = source.slice(start).trim();
  const placeAt = (offset: number) => {
    const lines = source.slice(0, offset).split("\n");
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  };
  if (text === "") {
    problems.push({ at: placeAt(start), says: "the answer itself is missing below ---" });
  }
  if (text.length > MAX_TEXT) {
    const says = `the answer must have at most ${MAX_TEXT} characters`;
    problems.push({ at: placeAt(start), says });
  }
  for (const { 1: variable = "", index } of source.slice(start).matchAll(VARIABLE)) {
    if (isKnown(variable)) continue;
    const says = `{${variable}} ${adviceOn(variable, ANSWER_VARIABLES)}`;
    problems.push({ at: placeAt(start + index), says });
  }
  if (problems.length > 0 || !parsed.success) return { answer: undefined, problems };
  return { answer: { keywords: [], ...parsed.data, id, text }, problems };
}

const isKnown = (variable: string): boolean => ANSWER_VARIABLES.some((known) => known === variable);

function adviceOn(given: string, known: readonly string[]): string {
  const nearest = nearestOf(given, known);
  return nearest === undefined
    ? `is not known here; there can be ${known.join(", ")}`
    : `is not known here; did you mean ${nearest}?`;
}

/** A key that is no plain name may be something that was put there by mistake. */
const showKey = (key: string): string => (/^[\w.-]{1,40}$/.test(key) ? key : "this key");
