import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadFile } from "../load-file.ts";
import type { QuickAnswer } from "../quick-answer.ts";
import { readAnswer } from "./read-answer.ts";

/** More than one list of Slack holds well, and than anybody finds something in. */
const MAX_ANSWERS = 500;

/** As part of an id: no spaces, no dots, nothing that has to be quoted. */
const FILE_NAME = /^[\p{L}\p{N}_-]{1,60}\.md$/u;

/**
 * Reads the answers in a folder, by the names of their files; what is no `*.md` is left alone. Every problem is told, with file,
 * line and column.
 */
export function loadAnswers(folder: string): {
  readonly answers: readonly QuickAnswer[];
  readonly problems: readonly string[];
} {
  const files = namesIn(folder);
  if (!files)
    return {
      answers: [],
      problems: [`answers: ${folder} must be a folder that the bridge may read`],
    };
  if (files.length > MAX_ANSWERS) {
    return {
      answers: [],
      problems: [`answers: ${folder} must hold at most ${MAX_ANSWERS} answers`],
    };
  }
  const answers: QuickAnswer[] = [];
  const problems: string[] = [];
  const names = new Map<string, string>();
  for (const file of files) {
    if (!FILE_NAME.test(file)) {
      problems.push(
        `${join(folder, JSON.stringify(file))} must have a name of letters, digits, - and _, such as refund.md`,
      );
      continue;
    }
    const path = join(folder, file);
    const loaded = loadFile(path);
    if (!("text" in loaded)) {
      problems.push(`${path} must be a file ${loaded.problem}`);
      continue;
    }
    const read = readAnswer(loaded.text, file.slice(0, -".md".length));
    problems.push(
      ...read.problems.map(({ at, says }) => `${path}:${at.line}:${at.column} ${says}`),
    );
    if (!read.answer) continue;
    const { name, language = "" } = read.answer;
    const key = `${language} ${name.toLowerCase()}`;
    const same = names.get(key);
    if (same !== undefined) {
      problems.push(`${path}:1:1 has the same name and language as ${same}; give it another name`);
    }
    names.set(key, file);
    answers.push(read.answer);
  }
  return { answers, problems };
}

/** `undefined`: it is no folder, or not for us. */
function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".md") && !name.startsWith("."))
      .toSorted();
  } catch {
    return undefined;
  }
}
