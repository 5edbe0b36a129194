import type { Sight } from "../../http/look-at-host.ts";

/** Longer is no version. */
const MAX_LENGTH = 20;

/** The version of its API that Parley tells with an answer; `undefined`: none. */
export function versionIn(sight: Sight): string | undefined {
  const version = sight.kind === "answer" ? sight.headers["x-parley-api-version"] : undefined;
  return typeof version === "string" ? version.slice(0, MAX_LENGTH) : undefined;
}
