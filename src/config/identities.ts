import { z } from "zod";
import { parseJson } from "../json.ts";

const identity = z.union([
  z
    .string()
    .min(1)
    .transform((name) => ({ name })),
  z.strictObject({
    name: z.string().min(1),
    avatar: z.url({ protocol: /^https$/ }).exactOptional(),
  }),
]);

const IDENTITY_ADVICE = 'an identity is a name, or {"name", "avatar"} with an https address';

const slackId = z.string().regex(/^[UW][A-Z0-9]+$/);

/** The first entry that is wrong, by its place: its name and its value stay out of the message. */
function describeAliases(value: unknown): string {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const index = entries.findIndex(
    ([id, given]) => !slackId.safeParse(id).success || !identity.safeParse(given).success,
  );
  const where = index < 0 ? "" : `entry ${index + 1} is wrong: `;
  return `${where}before the colon stands a Slack id (U…), after it an identity, and ${IDENTITY_ADVICE}`;
}

/** JSON in a variable, of the given shape. `describe` makes the message, because zod's own would help nobody. */
const json = <Type extends z.ZodType>(
  type: Type,
  example: string,
  describe: (value: unknown) => string = () => IDENTITY_ADVICE,
) =>
  z.string().transform((text, context): z.output<Type> => {
    const value = parseJson(text);
    const result = type.safeParse(value);
    if (result.success) return result.data;
    context.addIssue({
      code: "custom",
      message: `must be JSON such as ${example}; ${describe(value)}`,
    });
    return z.NEVER;
  });

export const agentAliases = json(
  z.record(slackId, identity),
  '{"U012AB3CD": "Anna", "U045EF6GH": {"name": "Ben", "avatar": "https://example.com/ben.png"}}',
  describeAliases,
);

export const teamIdentity = json(
  identity,
  '{"name": "Acme Support", "avatar": "https://example.com/acme.png"}',
);
