import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Secret } from "../config/secret.ts";
import { decodeJsonText } from "../files/decode-json-text.ts";
import { type Json, parseJson } from "../json.ts";
import type { Log } from "../log.ts";
import { type NoBody, readBody } from "./read-body.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** The body as it came, and as JSON. */
export interface AuthenticBody {
  readonly raw: string;
  readonly body: Json;
}

/** Why a request is not taken: the HTTP status and a few words for whoever sent it. */
export type Denial = readonly [status: number, error: string];

export interface AuthenticBodyOptions {
  /** Any of them is accepted. */
  tokens: readonly Secret[];
  /** Why a body is not for us. */
  refuse: (body: Json) => Denial | undefined;
  log: Log;
}

/** The answer to a request whose body cannot be read. */
const NO_BODY: Readonly<Record<NoBody, Denial>> = {
  "too-long": [413, `the body is longer than ${MAX_BODY_BYTES} bytes`],
  "unknown-coding": [415, "Content-Encoding must be gzip, deflate or missing"],
  broken: [400, "the body is not in its Content-Encoding"],
};

/** The answer to a request that does not hold the token. */
export const NO_TOKEN: Denial = [401, "the Authorization header must hold the callback token"];

/** Reads the body of a request that holds the token and is for us. */
export async function readAuthenticBody(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { tokens, refuse, log }: AuthenticBodyOptions,
): Promise<AuthenticBody | Denial> {
  if (!holdsToken(request, tokens)) return NO_TOKEN;
  const bytes = await readBody(request, response, MAX_BODY_BYTES);
  if (typeof bytes === "string") return NO_BODY[bytes];
  const decoded = decodeJsonText(bytes, request.headers["content-type"]);
  if (!decoded) return [415, "the charset of Content-Type is unknown; send UTF-8"];
  const { text: raw, damaged } = decoded;
  const body = parseJson(raw);
  if (body === undefined) return [400, "the body must be JSON"];
  const refusal = refuse(body);
  if (refusal) return refusal;
  // Taken nevertheless: refusing it would not bring back the damaged characters.
  if (damaged) log.warn({ path, bytes: bytes.length }, "callback.text-damaged");
  return { raw, body };
}

/** Whether the Authorization header holds one of the tokens. Takes the same time for every header and every length. */
export function holdsToken(
  { headers: { authorization = "" } }: IncomingMessage,
  tokens: readonly Secret[],
): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = digest(authorization.replace(/^Bearer\s+/i, ""));
  const matches = tokens.map((token) => timingSafeEqual(given, digest(token.reveal())));
  return matches.includes(true);
}
