import { z } from "zod";
import { isSeen } from "../../convert/text/clean-name.ts";
import { defined } from "../../defined.ts";
import { parseId } from "../../ids.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { UserDetails } from "../../views/root-user.ts";
import { toFields } from "../ownership/join-handovers.ts";

/** An id from outside. */
export const givenId = z.union([z.string(), z.int()]).transform((given, context) => {
  const parsed = parseId(given);
  if (parsed !== undefined) return parsed;
  context.addIssue("must be an id: at most 200 characters, no control characters, no path of dots");
  return z.NEVER;
});

/** Empty fields count as missing, so that they do not erase what is known. */
const words = z
  .string()
  .trim()
  .nullish()
  .transform((given) => (given && isSeen(given) ? given : undefined));

const withoutMissing = (
  user: {
    readonly [Field in keyof UserDetails]: string | null | undefined;
  },
) => Object.fromEntries(Object.entries(user).filter(([, value]) => value)) as UserDetails;

/** A key goes through headers, so it has only characters that all of them carry. */
const key = z
  .string()
  .regex(/^[!-~]([ -~]{0,198}[!-~])?$/, "must be 1 to 200 visible ASCII characters");

const CODE_LIMIT = 200;
const MOST_SECONDS = 30 * 86_400;

/** What whoever hands a User over may tell beside the metadata, or in it. */
export const HANDOVER_FIELDS = {
  reasonCode: words.pipe(z.string().max(CODE_LIMIT).optional()),
  summary: words,
  language: words,
  user: z
    .object({ name: words, email: words, language: words, externalId: givenId.nullish() })
    .nullish()
    .transform((given) => withoutMissing(given ?? {})),
  /** So long the User waits at most for an answer. */
  expiresInSeconds: z
    .int()
    .min(1)
    .max(MOST_SECONDS)
    .nullish()
    .transform((given) => given ?? undefined),
  idempotencyKey: key.nullish().transform((given) => given ?? undefined),
};

type Told = Partial<z.output<z.ZodObject<typeof HANDOVER_FIELDS>>>;

/** What stands in metadata is not refused: what is wrong counts as missing. */
const inMetadata = z.object({
  user: HANDOVER_FIELDS.user.catch({}),
  expiresInSeconds: HANDOVER_FIELDS.expiresInSeconds.catch(undefined),
  idempotencyKey: HANDOVER_FIELDS.idempotencyKey.catch(undefined),
});

/** A handover, whichever way it was told of. */
export interface HandoverFacts {
  readonly user: UserDetails;
  /** With `reasonCode` and `summary`. */
  readonly metadata?: Json;
  /** By which two that come are the same one; missing: the sender has given none. */
  readonly key?: string;
  readonly expiresInSeconds?: number;
}

/** What a handover says: its fields and its metadata mean the same, and the fields win. */
export function handoverFacts(told: Told, metadata: Json | undefined): HandoverFacts {
  const { user, language, reasonCode, summary } = told;
  const given = inMetadata.parse(isJsonObject(metadata) ? metadata : {});
  const fields = defined({ reasonCode, summary });
  return {
    user: { ...given.user, ...defined({ language }), ...user },
    ...defined({
      metadata:
        Object.keys(fields).length === 0 ? metadata : { ...toFields(metadata ?? {}), ...fields },
      key: told.idempotencyKey ?? given.idempotencyKey,
      expiresInSeconds: told.expiresInSeconds ?? given.expiresInSeconds,
    }),
  };
}
