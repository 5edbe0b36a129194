import type { Sight } from "../../http/look-at-host.ts";
import { isJsonObject, parseJson } from "../../json.ts";

/** What a bridge says of itself at `/healthz`; `undefined`: it is none that answers. */
export function readHealth(
  sight: Sight,
): { readonly version: string; readonly bridge: string } | undefined {
  if (sight.kind !== "answer" || sight.status !== 200) return undefined;
  const body = parseJson(sight.body);
  if (!isJsonObject(body) || body.status !== "up") return undefined;
  const { version, bridge } = body;
  return {
    version: typeof version === "string" ? version : "",
    bridge: typeof bridge === "string" ? bridge : "",
  };
}
