import { z } from "zod";
import { isPlaceholder, isQuoted, problemOfSecret, secretValues } from "./secret-rules.ts";

export const url = (advice: string) =>
  z.string().refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
    error: `must be an http(s) URL; ${advice}`,
  });

export const required = (advice: string) =>
  z.string({ error: `is missing; ${advice}` }).min(1, { error: `is empty; ${advice}` });

export const matching = (pattern: RegExp, looks: string, advice: string) =>
  required(advice).regex(pattern, { error: `must look like ${looks}; ${advice}` });

/** Secrets that protect our own routes, so weak ones are refused. Two values while one replaces the other. */
export const secrets = (advice: string) =>
  required(advice).superRefine((text, context) => {
    const values = secretValues(text);
    const problem =
      values.length === 0 || values.length > 2
        ? "must hold one secret, or two with a space between"
        : values.map(problemOfSecret).find((found) => found !== undefined);
    if (problem) context.addIssue({ code: "custom", message: `${problem}; ${advice}` });
  });

/** Secrets as Standard Webhooks writes them: `whsec_` and 24 to 64 bytes in base64. Two values while one replaces the other. */
export const webhookSecrets = (advice: string) =>
  z.string().refine(
    (text) => {
      const values = secretValues(text);
      return values.length >= 1 && values.length <= 2 && values.every(isWebhookSecret);
    },
    {
      error: `must look like whsec_… with 24 to 64 bytes in base64, or two with a space between; ${advice}`,
    },
  );

function isWebhookSecret(value: string): boolean {
  const [, base64 = ""] = value.match(/^whsec_([A-Za-z\d+/]+={0,2})$/) ?? [];
  const { length } = Buffer.from(base64, "base64");
  return length >= 24 && length <= 64;
}

/** A secret that the other side made. Its strength is not our business; only mistakes of copying are refused. */
export const foreignSecret = (advice: string) =>
  required(advice).refine(
    (value) => /^\S+$/.test(value) && !isQuoted(value) && !isPlaceholder(value),
    { error: `must be the secret itself, without spaces or quotes; ${advice}` },
  );

export const number = (minimum: number, maximum: number, fallback: number) =>
  z.coerce
    .number({ error: `must be a number from ${minimum} to ${maximum}` })
    .min(minimum, { error: `must be at least ${minimum}` })
    .max(maximum, { error: `must be at most ${maximum}` })
    .default(fallback);

export const wholeNumber = (minimum: number, maximum: number, fallback: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${minimum} to ${maximum}` })
    .int({ error: `must be a whole number from ${minimum} to ${maximum}` })
    .min(minimum, { error: `must be at least ${minimum}` })
    .max(maximum, { error: `must be at most ${maximum}` })
    .default(fallback);

export const choice = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
  fallback: Choices[number],
) => z.enum(choices, { error: `must be one of ${choices.join(", ")}` }).default(fallback);

const flagWord = z.enum(["true", "false", "1", "0"], { error: "must be true or false" });
const isTrue = (word: z.infer<typeof flagWord>): boolean => word === "true" || word === "1";

export const flag = (fallback: boolean) =>
  flagWord.default(fallback ? "true" : "false").transform(isTrue);

export const optionalFlag = flagWord.transform(isTrue).optional();
