import fc from "fast-check";
import { it } from "vitest";

/** Set to the seed of an earlier run, a property sees the same values again: `PROPERTY_SEED=42 npm test`. */
const wantedSeed = Number(process.env.PROPERTY_SEED) || undefined;

/** How many times as many values are tried; more in `npm run test:all`. */
const factor = Number(process.env.PROPERTY_FACTOR) || 1;

const sampleSeed = wantedSeed ?? Math.floor(Math.random() * 2 ** 31);

/** Which cases are tried, for the message of a failure. */
export const SAMPLE = factor > 1 ? "all are tried" : `PROPERTY_SEED=${sampleSeed}`;

/**
 * Of cases in a row that are numbered from 0, whether this one is tried: every third, beginning with one that the seed says; and all of
 * them in `npm run test:all`. For what would take minutes and says much the same again and again.
 */
export const isDrawn = (index: number): boolean => factor > 1 || (index + sampleSeed) % 3 === 0;

/**
 * A test that `check` holds for all values of `arbitrary`. Its seed stands in the report of every run, and in the
 * failure together with the smallest counterexample. `examples` come first, in every run. `untilMs`: after this time no further
 * values are tried, and after a failure neither: for what takes long and does not go the same way twice.
 */
export function holds<Value>(
  statement: string,
  arbitrary: fc.Arbitrary<Value>,
  check: (value: Value) => void | Promise<void>,
  parameters: {
    readonly runs?: number;
    readonly examples?: readonly Value[];
    readonly untilMs?: number;
  } = {},
): void {
  it(statement, async ({ annotate }) => {
    const seed = wantedSeed ?? Math.floor(Math.random() * 2 ** 31);
    await annotate(`PROPERTY_SEED=${seed}`);
    const { untilMs } = parameters;
    const end = performance.now() + (untilMs ?? Number.POSITIVE_INFINITY);
    await fc.assert(
      fc.asyncProperty(arbitrary, async (value) => {
        if (performance.now() < end) await check(value);
      }),
      {
        seed,
        endOnFailure: untilMs !== undefined,
        numRuns: (parameters.runs ?? 50) * factor,
        examples: (parameters.examples ?? []).map((example) => [example]),
      },
    );
  });
}

/** Text as people and attackers send it: markup of Slack, entities, emoji of several code points, lone line ends. */
export const anyText = (maxLength = 200): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
        { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
      ),
      { maxLength: Math.ceil(maxLength / 4) },
    )
    .map((parts) => parts.join("").slice(0, maxLength));

const HOSTILE = [
  "<!channel>",
  "<!here|here>",
  "<@U012ABCDEF>",
  "<https://evil.example|https://bank.example>",
  "<!subteam^S012>",
  "<!date^0^{date}|now>",
  "&lt;",
  "&amp;lt;",
  "&amp;",
  "&",
  "<",
  ">",
  "`",
  "```",
  "*_~",
  ":x:",
  "\n",
  "\r\n",
  "\n\n",
  " ",
  ". ",
  "👩‍👩‍👧‍👦",
  "🇳🇱",
  "e\u0301",
  "\u200b",
  "\u202e",
  "{}",
  "[]",
  "__proto__",
] as const;
