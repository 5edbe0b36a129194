import { isJsonObject, type Json } from "../json.ts";
import type { UserDetails } from "./root-user.ts";

/** The User's language as the handover names it: what is said of the User, else `language` of the metadata. Literal text. */
export function languageOf({
  user,
  metadata,
}: {
  readonly user: UserDetails;
  readonly metadata?: Json;
}): string | undefined {
  const told = isJsonObject(metadata) ? metadata.language : undefined;
  return user.language ?? (typeof told === "string" ? told : undefined);
}
