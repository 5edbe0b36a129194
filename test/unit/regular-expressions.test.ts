import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { readSources } from "../support/sources.ts";

/** A slash begins an expression only at the beginning of a line or after one of these. */
const LITERAL =
  /(?<=(?:^|[(,=:[!&|?;>]|\breturn)\s*)\/((?:[^/\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+)\/([a-z]*)/g;

/** As long as a name, a line or a mark at the beginning of a file; what is exponential takes years for it. */
const LENGTH = 1_000;
/** What is not exponential takes some milliseconds for all attacks together. */
const PATIENCE_MS = 30_000;

interface Expression {
  readonly name: string;
  readonly source: string;
  readonly flags: string;
}

/** Every literal of a regular expression in a file. */
function expressionsIn({ path, text }: { readonly path: string; readonly text: string }) {
  const found: Expression[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) continue;
    for (const [, source = "", flags = ""] of line.matchAll(LITERAL)) {
      if (isExpression(source, flags)) found.push({ name: `${path}:${index + 1}`, source, flags });
    }
  }
  return found;
}

function isExpression(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

/** Its own words and characters, which lead farthest into it, and one of most kinds of characters. */
function atomsOf(source: string): string[] {
  const plain = source.replaceAll(/\(\?(?:<?[:=!]|<\w+>)|\\[pPuk][{<][^}>]*[}>]|\\[a-zA-Z]/g, "|");
  const words = plain.split(/[\\()[\]{}|?*+^$]+/).filter((word) => word.length > 1);
  return [
    ...new Set([...words, "a", "0", " ", "\n", "\t", ...(plain.match(/[^\w\s]/g) ?? [])]),
  ].slice(0, 24);
}

/** Repetitions of each pair, with an end at which an expression has to try everything else. */
const attacksOn = (source: string): string[] =>
  atomsOf(source).flatMap((first, _index, atoms) =>
    atoms.map((second) => {
      const pair = first + second;
      return `${first}${pair.repeat(LENGTH / pair.length)}\0`;
    }),
  );

const expressions = readSources("src").flatMap(expressionsIn);

describe("an expression takes no endless time for what it is made of", () => {
  it("and all of them are found", () => {
    expect(expressions.length).toBeGreaterThan(180);
  });

  it.each(expressions)("$name /$source/$flags", ({ source, flags }) => {
    const context = {
      expression: new RegExp(source, flags.replace("g", "")),
      attacks: attacksOn(source),
    };
    const run = () =>
      runInNewContext("attacks.forEach((attack) => expression.test(attack))", context, {
        timeout: PATIENCE_MS,
      });
    expect(run).not.toThrow();
  });
});
