import type { Sight } from "../../http/look-at-host.ts";
import { isJsonObject, type Json, parseJson } from "../../json.ts";

/** Each Service as Parley writes it in an answer; `undefined`: it is no list of Services. */
export function listedServices({
  status,
  body,
}: Extract<Sight, { kind: "answer" }>): readonly Json[] | undefined {
  const read = status < 300 ? parseJson(body) : undefined;
  const data = isJsonObject(read) ? read.data : undefined;
  const services = isJsonObject(data) ? data.services : undefined;
  return Array.isArray(services) ? services : undefined;
}
