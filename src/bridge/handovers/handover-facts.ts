import { isSeen } from "../../convert/text/clean-name.ts";
import { defined } from "../../defined.ts";
import { fieldsInMetadata, type HandoverFields } from "../../handover-fields.ts";
import type { Json } from "../../json.ts";
import type { UserDetails } from "../../views/root-user.ts";
import { toFields } from "../ownership/join-handovers.ts";

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
export function handoverFacts(
  { language, user, reasonCode, summary, ...told }: Partial<HandoverFields>,
  metadata: Json | undefined,
): HandoverFacts {
  const given = fieldsInMetadata(metadata);
  const fields = seen({ reasonCode, summary });
  const isMore = Object.keys(fields).length > 0;
  return {
    user: { ...seen({ ...given.user }), ...seen({ language }), ...seen({ ...user }) },
    ...defined({
      metadata: isMore ? { ...toFields(metadata ?? {}), ...fields } : metadata,
      key: told.idempotencyKey ?? given.idempotencyKey ?? undefined,
      expiresInSeconds: told.expiresInSeconds ?? given.expiresInSeconds ?? undefined,
    }),
  };
}

/** Without what nobody would see: it counts as missing, so that it does not erase what is known. */
const seen = <Name extends string>(
  fields: Readonly<Partial<Record<Name, string | null | undefined>>>,
): { readonly [Field in Name]?: string } =>
  Object.fromEntries(
    Object.entries<string | null | undefined>(fields).filter(([, value]) => value && isSeen(value)),
  ) as { readonly [Field in Name]?: string };
