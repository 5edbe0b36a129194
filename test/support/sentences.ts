import type { Source } from "./sources.ts";

/** On one line: what is longer begins or ends with a line of its own, and backticks stand in regular expressions, too. */
const LITERAL = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\\n]|\\.)*`/g;

/** What stays in English: messages of errors, which are for the log. `notYet` and the like make errors too. */
const MAKES_ERRORS = /(?:Error|\bnot[A-Z]\w*)$/;

/**
 * The sentences in a source: texts of two words or more that begin with a capital letter, perhaps behind emoji and other
 * signs, or end as sentences do.
 */
export function sentencesIn({ text }: Pick<Source, "text">): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, blank).replaceAll(/(?<=^|\s)\/\/.*$/gm, blank);
  const withoutTexts = code.replaceAll(LITERAL, blank);
  return [...code.matchAll(LITERAL)].flatMap(({ 0: literal, index }) =>
    isSentence(literal.slice(1, -1)) && !MAKES_ERRORS.test(calleeAt(withoutTexts, index))
      ? [literal]
      : [],
  );
}

const blank = (part: string): string => " ".repeat(part.length);

function isSentence(literal: string): boolean {
  const said = literal.replaceAll(/\$\{[^}]*\}/g, "x").replaceAll(/:[a-z_]+:/g, "");
  const hasWords = /\p{L}{2,}[^\p{L}]* [^\p{L}]*\p{L}{2,}/u.test(said);
  return (
    hasWords && (/^[^\p{L}]*\p{Lu}\p{Ll}*[ ,’']/u.test(said) || /[.?!…][^\p{L}\d]*$/u.test(said))
  );
}

/** The name of the function whose arguments the place is among. */
function calleeAt(code: string, place: number): string {
  let depth = 0;
  for (let at = place - 1; at >= 0; at--) {
    if (code[at] === ")") depth++;
    if (code[at] === "(" && depth-- === 0) return /[\w.]*$/.exec(code.slice(0, at))?.[0] ?? "";
  }
  return "";
}
