import { z } from "zod";

/** Says what a value must be, and what it is instead as far as that helps. */
export const mustBe =
  (what: string) =>
  ({ input }: { readonly input?: unknown }): string => {
    if (input === undefined) return `is missing; it must be ${what}`;
    return input === null ? `has no value; it must be ${what}` : `must be ${what}`;
  };

/** The same for texts of people's own: YAML reads `500` and `true` as something else. */
export const mustBeText =
  (what: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    ["number", "boolean", "bigint"].includes(typeof input)
      ? "must be a text: put quotes around it"
      : mustBe(what)({ input });

export const text = (what: string) => z.string({ error: mustBeText(what) });

export const matching = (pattern: RegExp, what: string) =>
  z.string({ error: mustBe(what) }).regex(pattern, { error: `must be ${what}` });

/** One line that people read, such as a name. */
export const line = (what: string, maxLength: number) =>
  text(what)
    .max(maxLength, { error: `must have at most ${maxLength} characters` })
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*[^\s\p{C}][^\p{Cc}\p{Zl}\p{Zp}]*$/u, {
      error: `must be ${what}, on one line and not empty`,
    })
    .regex(/^\P{Bidi_Control}*$/u, {
      error: "must have no unseen signs that turn the direction of a text: type it anew",
    });

export const oneOf = <const Choices extends readonly [string, ...string[]]>(choices: Choices) =>
  z.enum(choices, {
    error: ({ input }) => {
      const list = choices.length === 1 ? choices[0] : `one of ${choices.join(", ")}`;
      return mustBe(list ?? "")({ input });
    },
  });

export const flag = z.boolean({ error: mustBe("true or false") });

export const list = <Entry extends z.ZodType>(entry: Entry, what: string) =>
  z
    .array(entry, { error: mustBe(`a list, such as ${what}`) })
    .min(1, { error: `must have at least one entry, such as ${what}; or leave it out` });

/** Keys with values, none of them unknown. */
export const keys = <const Shape extends z.core.$ZodShape>(shape: Shape, what: string) =>
  z.strictObject(shape, {
    error: ({ input }) => {
      const colons = typeof input === "string" && input.includes(":");
      const advice = colons ? ", with a space after the colon" : "";
      return mustBe(`keys with values, such as ${what}${advice}`)({ input });
    },
  });

/** Names that the file itself gives, each with a value. */
export const named = <Name extends z.ZodString, Value extends z.ZodType>(
  name: Name,
  value: Value,
  what: string,
) => z.record(name, value, { error: mustBe(`names with values, such as ${what}`) });

export const duration = matching(/^0*[1-9]\d{0,5}[smhd]$/, "a duration such as 90s, 3m, 24h or 2d");

const FIND_CHANNEL = "in Slack open the channel's details, the id is at the bottom";

export const channelId = matching(
  /^[CG][A-Z0-9_]+$/,
  `the id of a channel, such as C0123456789; ${FIND_CHANNEL}`,
);

/** A user group or a member. */
export const agentId = matching(
  /^[SUW][A-Z0-9]+$/,
  "the id of a user group (S0123456789) or of a member (U0123456789); in Slack it stands under ⋮, Copy group ID or Copy member ID",
);
