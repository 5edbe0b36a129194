import type { Config } from "../config/read-config.ts";
import { NetworkError, RateLimitedError, SlackApiError } from "../errors.ts";
import { requestJson } from "../http/request-json.ts";
import { toCallError } from "../http/to-call-error.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";
import { parseRetryAfter } from "../parse-retry-after.ts";

/** What Slack's own validator has against blocks. */
export interface BlockFault {
  /** A JSON pointer. */
  readonly pointer: string;
  /** Slack's words. */
  readonly message: string;
}

const METHOD = "blocks.validate";
const CONNECT_MS = 5_000;
const RESPONSE_MS = 15_000;
const MAX_BYTES = 1_000_000;
const MAX_WORDS = 200;

/**
 * Asks Slack what it has against blocks, a message or a view, without posting it. Not through Slack's client: its errors do not
 * carry the faults. Empty: nothing.
 *
 * @throws {RateLimitedError} · {SlackApiError} Slack refuses to tell · {NetworkError} there is no answer of Slack
 */
export async function validateBlocks(
  { apiUrl, botToken }: Pick<Config["slack"], "apiUrl" | "botToken">,
  given: Readonly<Partial<Record<"blocks" | "message" | "view", Json>>>,
): Promise<readonly BlockFault[]> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) form.set(name, JSON.stringify(value));
  const { status, headers, body } = await requestJson(`${apiUrl}${METHOD}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${botToken.reveal()}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: form.toString(),
    connectTimeoutMs: CONNECT_MS,
    responseTimeoutMs: RESPONSE_MS,
    maxBytes: MAX_BYTES,
  }).catch((error: unknown) => {
    throw toCallError(METHOD, error, true);
  });
  const answer = parseJson(body);
  if (status === 429) {
    throw new RateLimitedError(`${METHOD}: rate limited`, parseRetryAfter(headers["retry-after"]));
  }
  if (!isJsonObject(answer)) throw new NetworkError(`${METHOD}: HTTP ${status}`);
  if (answer.ok === true) return [];
  const { error, errors } = answer;
  const code = typeof error === "string" && /^[a-z_]{1,60}$/.test(error) ? error : "no code";
  if (!/^invalid_(blocks|message|view)$/.test(code)) {
    throw new SlackApiError(METHOD, code, "dead-letter");
  }
  const faults = Array.isArray(errors) ? errors.map(toFault) : [];
  return faults.length > 0 ? faults : [{ pointer: "", message: code }];
}

function toFault(error: Json): BlockFault {
  const { pointer, message } = isJsonObject(error) ? error : {};
  return {
    pointer: typeof pointer === "string" ? pointer.slice(0, MAX_WORDS) : "",
    message: typeof message === "string" ? message.slice(0, MAX_WORDS) : "",
  };
}
