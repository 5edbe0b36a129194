import { z } from "zod";
import { parseId } from "./ids.ts";
import { isJsonObject, type Json } from "./json.ts";

/** An id from outside. */
export const givenId = z.union([z.string(), z.int()]).transform((given, context) => {
  const parsed = parseId(given);
  if (parsed !== undefined) return parsed;
  context.addIssue("must be an id: at most 200 characters, no control characters, no path of dots");
  return z.NEVER;
});

const words = z.string().trim().nullish();

/** A key goes through headers, so it has only characters that all of them carry. */
export const idempotencyKey = z
  .string()
  .regex(/^[!-~]([ -~]{0,198}[!-~])?$/, "must be 1 to 200 visible ASCII characters")
  .nullish();

const MOST_SECONDS = 30 * 86_400;

const USER_FIELDS = { name: words, email: words, language: words, externalId: givenId.nullish() };

/** What whoever hands a User over may tell beside the metadata, or in it. */
export const HANDOVER_FIELDS = {
  /** Short, because things are counted and decided by it. */
  reasonCode: words.pipe(z.string().max(200).nullish()),
  summary: words,
  language: words,
  user: z.object(USER_FIELDS).nullish(),
  /** So long the User waits at most for an answer. */
  expiresInSeconds: z.int().min(1).max(MOST_SECONDS).nullish(),
  idempotencyKey,
};

export type HandoverFields = z.output<z.ZodObject<typeof HANDOVER_FIELDS>>;

/** What stands in metadata is refused by nobody: what is wrong counts as missing. `reasonCode` and `summary` stay where they are. */
const inMetadata = z.object({
  user: z
    .object({
      name: words.catch(null),
      email: words.catch(null),
      language: words.catch(null),
      externalId: USER_FIELDS.externalId.catch(null),
    })
    .nullish()
    .catch(null),
  expiresInSeconds: HANDOVER_FIELDS.expiresInSeconds.catch(null),
  idempotencyKey: idempotencyKey.catch(null),
});

/** The same fields where they stand in the metadata. */
export const fieldsInMetadata = (metadata: Json | undefined): z.output<typeof inMetadata> =>
  inMetadata.parse(isJsonObject(metadata) ? metadata : {});
