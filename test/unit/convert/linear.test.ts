import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { CONVERSIONS } from "../../support/count-steps.ts";

const SCRIPT = fileURLToPath(new URL("../../support/count-steps.ts", import.meta.url));
/** Longer than it takes under any load; what never ends is ended with its process. */
const PATIENCE_MS = 120_000;

/**
 * How many steps each character may take. Up to 4,000 characters a paragraph is checked by a parser that pairs what it
 * is given; beyond that the number falls, and what grows with the square of the length would have thousands.
 */
const MOST_STEPS = { 4000: 2_500, 20000: 300 } as const;

/** What parsers of Markdown and careless expressions take long for. */
const UNITS = ["*_", "[", "a\n\n", "> ", "• a\n", "http://a ", " "];

/** By conversion, unit and size. */
type Counts = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** What an expression does is one step; where it takes exponentially long, this does not end. */
async function countSteps(): Promise<Counts> {
  const options = ["--no-opt", "--no-maglev", SCRIPT];
  const args = [Object.keys(MOST_STEPS).join(","), JSON.stringify(UNITS)];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, ...args], {
    timeout: PATIENCE_MS,
  });
  return JSON.parse(stdout) as Counts;
}

describe("the steps for each character stay few, however long the text is", () => {
  let counts: Counts;
  beforeAll(async () => {
    counts = await countSteps();
  }, PATIENCE_MS);

  it.each(Object.keys(CONVERSIONS))("for %s", (name) => {
    for (const unit of UNITS) {
      for (const [size, most] of Object.entries(MOST_STEPS)) {
        const steps = counts[name]?.[unit]?.[size] ?? Number.NaN;
        expect(steps).toBeGreaterThan(0);
        expect(steps / Number(size), `${size} characters of ${unit}`).toBeLessThan(most);
      }
    }
  });
});
