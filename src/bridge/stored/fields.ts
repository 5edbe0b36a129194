import { z } from "zod";
import {
  type Thread,
  toConversationId,
  toHandoverId,
  toItemId,
  toServiceId,
  toUserId,
} from "../../ids.ts";
import type { Json } from "../../json.ts";

type Fields<T> = { readonly [Field in keyof T]-?: z.ZodType<T[Field]> };

/**
 * A record on disk. Every field of `T` stands here once, neither more nor fewer. What a newer version has added is kept:
 * whoever goes back to an older one loses nothing.
 */
export const record = <T extends object>(fields: Fields<T>) =>
  z.looseObject(fields) as unknown as z.ZodType<T>;

type Of<Union extends { readonly kind: string }> = {
  readonly [Kind in Union["kind"]]: Fields<Omit<Extract<Union, { kind: Kind }>, "kind">>;
};

/**
 * A record within the body of an item. With a field that a newer version has added it is not understood: what is to be done is
 * left whole to a version that does, instead of being done in part.
 */
export const order = <T extends object>(fields: Fields<T>) =>
  z.strictObject(fields) as unknown as z.ZodType<T>;

/** The body of an item, of one of several kinds. The fields of every kind stand here; the same is true of them as of an {@link order}. */
export const kinds = <Union extends { readonly kind: string }>(fieldsOf: Of<Union>) =>
  z.discriminatedUnion(
    "kind",
    Object.entries<Fields<object>>(fieldsOf).map(([kind, fields]) =>
      z.strictObject({ kind: z.literal(kind), ...fields }),
    ) as unknown as [z.ZodObject<{ kind: z.ZodLiteral<string> }>],
  ) as unknown as z.ZodType<Union>;

/** A field that may be missing. */
export const optional = <T>(schema: z.ZodType<T>) =>
  z.exactOptional(schema) as unknown as z.ZodType<T>;

export const text = z.string();

/** A record of texts that may all be missing. */
export const optionalTexts = <Name extends string>(names: readonly Name[]) =>
  z.looseObject(
    Object.fromEntries(names.map((name) => [name, optional(text)])),
  ) as unknown as z.ZodType<{ readonly [Field in Name]?: string }>;

export const count = z.number();
/** ms since the epoch. */
export const time = z.number();
/** Written only when it is so. */
export const flag = z.literal(true);
export const json = z.custom<Json>((value) => value !== undefined);

export const userId = z.string().transform(toUserId);
export const serviceId = z.string().transform(toServiceId);
export const itemId = z.string().transform(toItemId);
export const conversationId = z.string().transform(toConversationId);
export const handoverId = z.string().transform(toHandoverId);

export const thread = record<Thread>({ team: text, channel: text, ts: text });

export const list = <T>(of: z.ZodType<T>) => z.array(of) as z.ZodType<readonly T[]>;
