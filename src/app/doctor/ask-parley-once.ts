import type { Config } from "../../config/read-config.ts";
import { requestJson } from "../../http/request-json.ts";
import { toCallError } from "../../http/to-call-error.ts";
import { isJsonObject, type Json, parseJson } from "../../json.ts";

/** An answer of Parley's, as it came. */
export interface RawAnswer {
  readonly status: number;
  /** `X-Parley-API-Version`. */
  readonly version?: string;
  /** Each Service as it is written; `undefined`: there is no list at `data.services`. */
  readonly services: readonly Json[] | undefined;
}

const MAX_BYTES = 1_000_000;

/** Asks for the list of Services, with what the answer's head says. @throws {NetworkError} there is no answer */
export async function askParleyOnce(
  { apiUrl, connectTimeoutMs, responseTimeoutMs }: Config["parley"],
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> {
  const answer = await requestJson(`${apiUrl}/services`, {
    method: "GET",
    headers,
    connectTimeoutMs,
    responseTimeoutMs,
    maxBytes: MAX_BYTES,
  }).catch((error: unknown) => {
    throw toCallError("GET /services", error, true);
  });
  const version = answer.headers["x-parley-api-version"];
  const body = parseJson(answer.body);
  const data = isJsonObject(body) ? body.data : undefined;
  const services = isJsonObject(data) ? data.services : undefined;
  return {
    status: answer.status,
    services: Array.isArray(services) ? services : undefined,
    ...(typeof version === "string" && { version }),
  };
}
