import got, { type OptionsInit } from "got";
import type { Alarms } from "../alarms.ts";
import type { Config } from "../config/read-config.ts";
import { defined } from "../defined.ts";
import {
  BridgeError,
  ParleyAccessError,
  ParleyApiError,
  UncertainDeliveryError,
} from "../errors.ts";
import { readText } from "../http/read-text.ts";
import { type JsonAnswer, requestJson } from "../http/request-json.ts";
import { toCallError } from "../http/to-call-error.ts";
import type { Json } from "../json.ts";
import { createAccessWatch } from "./access-watch.ts";
import { createAuthorizer } from "./authorization.ts";
import { type ParleyAnswer, type Reading, readEnvelope } from "./read-envelope.ts";

export type ParleyApiOptions = Config["parley"] & {
  /** Raised when Parley refuses every call of ours, cleared when it answers again. */
  alarms: Pick<Alarms, "raise" | "clear">;
  /** Called with the `Date` header of each answer. */
  onDate: (date: string | undefined) => void;
  /** Called before each request: if it rejects, nothing is sent, and the call fails with that. */
  mayAct: () => Promise<void>;
  /** Makes each request, and is told of it whether it got an answer. */
  watch: <Answer>(request: () => Promise<Answer>) => Promise<Answer>;
};

interface ParleyCall extends Reading {
  method: "GET" | "PUT" | "POST";
  path: string;
  json?: Json;
  /** A file, in place of JSON. */
  upload?: Pick<OptionsInit, "body" | "headers" | "signal" | "timeout">;
}

/** What all calls of Parley's Service API have in common. */
export interface ParleyApi {
  /** The headers that identify us. To be made anew for each request. */
  ownHeaders(): Record<string, string>;
  /**
   * The `data` of Parley's answer.
   *
   * @throws {BridgeError} as {@link readEnvelope} and {@link toCallError} say
   */
  call(call: ParleyCall): Promise<Json | undefined>;
  /**
   * Passes if Parley answers us at all, so that a refusal concerns the one call.
   *
   * @throws {ParleyAccessError} it refuses us
   */
  checkAccess(): Promise<void>;
}

/** Parley's header for v2.5 (Inferred from the documented rule). */
export const API_VERSION = "20500";

/** A call that is allowed to every caller whose credentials are right. */
const SERVICES: ParleyCall = { method: "GET", path: "/services", idempotent: true };

/** Far longer than any answer of Parley, and short enough for memory. Counted after decompression. */
const MAX_ANSWER_BYTES = 1_000_000;

export function createParleyApi(options: ParleyApiOptions): ParleyApi {
  const { apiUrl, connectTimeoutMs, responseTimeoutMs } = options;
  const access = createAccessWatch(options.alarms);
  const authorize = createAuthorizer(options);
  const ownHeaders = () => ({ authorization: authorize(), "X-Parley-API-Version": API_VERSION });

  async function ask(
    name: string,
    { method, path, json, upload, idempotent }: ParleyCall,
  ): Promise<ParleyAnswer> {
    const url = apiUrl + path;
    await options.mayAct();
    try {
      const { status, headers, body } = await options.watch(() =>
        upload
          ? send(url, { method, ...upload, headers: { ...upload.headers, ...ownHeaders() } })
          : requestJson(url, {
              method,
              headers: ownHeaders(),
              ...defined({ body: json === undefined ? undefined : JSON.stringify(json) }),
              connectTimeoutMs,
              responseTimeoutMs,
              maxBytes: MAX_ANSWER_BYTES,
            }),
      );
      options.onDate(headers.date);
      return { status, body, ...defined({ retryAfter: headers["retry-after"] }) };
    } catch (error) {
      throw toCallError(name, error, idempotent);
    }
  }

  async function call(given: ParleyCall): Promise<Json | undefined> {
    const name = `${given.method} ${given.path}`;
    const kind = name.replace(/\/users\/[^/]*/, "");
    const answer = await ask(name, given);
    try {
      const data = readEnvelope(name, answer, given);
      access.answered(kind);
      return data;
    } catch (thrown) {
      // A defect of our own, but Parley may have the request.
      if (!(thrown instanceof BridgeError) && !given.idempotent) {
        throw new UncertainDeliveryError(`${name}: answer not read`, { cause: thrown });
      }
      const error = await judge(toAccessError(thrown, given));
      if (error instanceof ParleyAccessError) access.refused(kind, error);
      throw error;
    }
  }

  const checkAccess = async () => void (await call(SERVICES));

  /** Asks for the list of Services to tell whether a refusal concerns us or only this call. Returns the right error. */
  async function judge(error: unknown): Promise<unknown> {
    if (!(error instanceof ParleyApiError) || error.disposition !== "dead-letter") return error;
    return await checkAccess().then(
      () => error,
      (refusal: unknown) => refusal,
    );
  }

  return { ownHeaders, call, checkAccess };
}

const transfers = got.extend({
  throwHttpErrors: false,
  // The lanes decide what is repeated.
  retry: { limit: 0 },
  // Parley sends no redirects, and one could carry our authorization elsewhere.
  followRedirect: false,
});

/** Sends a file, and reads the whole answer as {@link requestJson} does. */
async function send(url: string, upload: OptionsInit): Promise<JsonAnswer> {
  const stream = transfers.stream(url, upload);
  const body = await readText(stream, MAX_ANSWER_BYTES);
  const { response } = stream;
  return { status: response?.statusCode ?? 0, headers: response?.headers ?? {}, body };
}

/** If even the list of Services is refused, the refusal is of us. */
const toAccessError = (thrown: unknown, { method, path }: ParleyCall): unknown =>
  thrown instanceof ParleyApiError &&
  thrown.disposition === "dead-letter" &&
  method === SERVICES.method &&
  path === SERVICES.path
    ? new ParleyAccessError(`${method} ${path}`, thrown.httpStatus, thrown.notificationCodes)
    : thrown;
