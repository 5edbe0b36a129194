import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Secret } from "../config/secret.ts";
import { decodeJsonText } from "../files/decode-json-text.ts";
import { type NoBody, readBody } from "../http/read-body.ts";
import { type Json, parseJson } from "../json.ts";
import type { Log } from "../log.ts";
import { accountOf } from "./parse-callback.ts";

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
  accountId: string;
  log: Log;
}

/** The answer to a request whose body cannot be read. */
const NO_BODY: Readonly<Record<NoBody, Denial>> = {
  "too-long": [413, `the body is longer than ${MAX_BODY_BYTES} bytes`],
  "unknown-coding": [415, "Content-Encoding must be gzip, deflate or missing"],
  broken: [400, "the body is not in its Content-Encoding"],
};

/** Reads the body of a request that holds the token and is about our account. */
export async function readAuthenticBody(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { tokens, accountId, log }: AuthenticBodyOptions,
): Promise<AuthenticBody | Denial> {
  if (!isToken(request.headers.authorization, tokens)) {
    return [401, "the Authorization header must hold the callback token"];
  }
  const bytes = await readBody(request, response, MAX_BODY_BYTES);
  if (typeof bytes === "string") return NO_BODY[bytes];
  const decoded = decodeJsonText(bytes, request.headers["content-type"]);
  if (!decoded) return [415, "the charset of Content-Type is unknown; send UTF-8"];
  const { text: raw, damaged } = decoded;
  const body = parseJson(raw);
  if (body === undefined) return [400, "the body must be JSON"];
  const account = accountOf(body);
  if (account !== undefined && account !== accountId) {
    return [403, "the callback is for another account"];
  }
  // Taken nevertheless: refusing it would not bring back the damaged characters.
  if (damaged) log.warn({ path, bytes: bytes.length }, "callback.text-damaged");
  return { raw, body };
}

/** Whether the header holds one of the tokens. Takes the same time for every header and every length. */
function isToken(header: string | undefined, tokens: readonly Secret[]): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = digest((header ?? "").replace(/^Bearer\s+/i, ""));
  const matches = tokens.map((token) => timingSafeEqual(given, digest(token.reveal())));
  return matches.includes(true);
}
