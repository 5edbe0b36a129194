import { z } from "zod";
import { keys, list, matching, mustBe, mustBeText, named, text } from "./fields.ts";
import { parseCondition } from "./parse-condition.ts";

const A_PATTERN = "a pattern such as refund*, or a list of them";

const pattern = text(A_PATTERN)
  .max(200, { error: "must have at most 200 characters" })
  .regex(/\S/, {
    error: "must not be empty; * is any reason",
  })
  .regex(/^\s*[^!\s]/, {
    error:
      'must not begin with !, which does not turn a pattern round here: let a team that stands before this one have what is not meant, or write "\\!" for the sign itself',
  });

const A_VALUE = 'one value: the value itself, a pattern such as "gold*", ">500", exists or missing';

const condition = z
  .union([z.string(), z.number(), z.boolean()], {
    error: ({ input }) =>
      Array.isArray(input)
        ? `must be ${A_VALUE}; for several values write a rule for each`
        : mustBe(A_VALUE)({ input }),
  })
  .superRefine((given, context) => {
    const parsed = parseCondition(given);
    if (typeof parsed === "string") context.addIssue({ code: "custom", message: parsed });
    if (typeof given === "number" && !Number.isSafeInteger(given) && Number.isInteger(given)) {
      context.addIssue({
        code: "custom",
        message: "is too large for a number: put quotes around it",
      });
    }
  });

const language = matching(
  /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/,
  "a language such as nl or nl-BE, or a list of them",
);

const oneOrMore = <Entry extends z.ZodType>(entry: Entry, what: string, example: string) =>
  z.union([entry, list(entry, example)], { error: mustBeText(what) });

/** Which handovers a team gets. */
export const rule = keys(
  {
    reason: oneOrMore(pattern, A_PATTERN, "[refund*, invoice*]")
      .describe(
        "Patterns for the handover's reasonCode, or for its reason where it has none; one of them has to fit. * is anything, and upper and lower case are the same.",
      )
      .exactOptional(),
    metadata: named(
      text("the place of a value").regex(/\S/, { error: "must not be empty" }),
      condition,
      '{ "order.total": ">500" }',
    )
      .describe(
        'Values of the handover\'s metadata by their place, such as "order.total" or "lines[0].sku", each with what it has to be: the value itself, a pattern, =, !=, >, >=, <, <= in front, exists or missing. All have to fit.',
      )
      .exactOptional(),
    language: oneOrMore(language, "a language such as nl, or a list of them", "[nl, de]")
      .describe("The User's language; nl fits nl-BE too.")
      .exactOptional(),
  },
  "reason: refund*",
).refine((given) => Object.keys(given).length > 0, {
  error: "must say something: reason, metadata or language",
});
