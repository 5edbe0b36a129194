import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { CONVERSIONS } from "../../support/count-steps.ts";

const SCRIPT = fileURLToPath(new URL("../../support/count-steps.ts", import.meta.url));
const SIZES = [500, 1_000, 2_000] as const;
/** What parsers of Markdown and careless expressions take long for. */
const UNITS = ["*_", "[", "a\n\n", "> ", "• a\n", "http://a ", " "];

const countSteps = async (name: string): Promise<Record<string, readonly number[]>> => {
  const args = ["--no-opt", "--no-maglev", SCRIPT, name, SIZES.join(","), JSON.stringify(UNITS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Record<string, readonly number[]>;
};

describe("twice as much text takes twice as many steps", () => {
  it.each(Object.keys(CONVERSIONS))("for %s", { timeout: 120_000 }, async (name) => {
    const counts = await countSteps(name);
    for (const unit of UNITS) {
      const [first = 0, second = 0, third = 0] = counts[unit] ?? [];
      expect([unit, second / (2 * first)]).toEqual([unit, expect.toSatisfy(isAtMost(1.2))]);
      expect([unit, third / (2 * second)]).toEqual([unit, expect.toSatisfy(isAtMost(1.2))]);
      expect(first).toBeGreaterThan(0);
    }
  });
});

const isAtMost = (limit: number) => (value: number) => value <= limit;

/** What expressions and built-in functions do within one step is not counted: where it grows faster, this never ends. */
describe("a text of 100,000 characters comes to an end", () => {
  it.each(Object.entries(CONVERSIONS))("for %s", { timeout: 120_000 }, (_name, convert) => {
    for (const unit of UNITS) convert(unit.repeat(Math.ceil(100_000 / unit.length)));
  });
});
