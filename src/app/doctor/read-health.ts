import type { Sight } from "../../http/look-at-host.ts";
import { isJsonObject, parseJson } from "../../json.ts";

const MAX_LENGTH = 20;

/** What a bridge says of itself at `/healthz`; one of an earlier version says nothing more. `undefined`: none answers. */
export function readHealth(
  sight: Sight,
): { readonly version?: string; readonly bridge?: string } | undefined {
  if (sight.kind !== "answer" || sight.status !== 200) return undefined;
  const body = parseJson(sight.body);
  if (!isJsonObject(body) || body.status !== "up") return undefined;
  const { version, bridge } = body;
  return {
    ...(typeof version === "string" && { version: version.slice(0, MAX_LENGTH) }),
    ...(typeof bridge === "string" && { bridge }),
  };
}
