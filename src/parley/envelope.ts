import { z } from "zod";
import { ParleyApiError, RateLimitedError, UncertainDeliveryError } from "../errors.ts";
import type { Json } from "../json.ts";
import { parseRetryAfter } from "../retry-after.ts";

const envelope = z.looseObject({
  data: z.json().optional(),
  status: z.string().optional(),
  notifications: z
    .array(z.looseObject({ type: z.string().optional(), message: z.string().optional() }))
    .optional()
    .catch(undefined),
});

/**
 * The `data` of Parley's answer. A call has failed if HTTP is not 2xx or the body's `status` is `ERROR`.
 *
 * @throws {RateLimitedError} 429
 * @throws {ParleyApiError} any other refusal, with Parley's notification codes
 * @throws {UncertainDeliveryError} 504: it may have been done
 */
export function readEnvelope(
  call: string,
  answer: {
    readonly status: number;
    readonly body: string;
    readonly retryAfter?: string | undefined;
  },
): Json | undefined {
  const { status } = answer;
  const parsed = envelope.safeParse(parseJson(answer.body));
  const codes = (parsed.data?.notifications ?? [])
    .filter(({ type }) => type !== "success")
    .flatMap(({ message }) => (message === undefined ? [] : [message]));
  if (status === 429) {
    throw new RateLimitedError(`${call}: HTTP 429`, parseRetryAfter(answer.retryAfter));
  }
  const isError = parsed.data?.status?.toUpperCase() === "ERROR";
  // A gateway gave up waiting: Parley may still have done it. Every other 5xx says that it was not done.
  if (status === 504) throw new UncertainDeliveryError(`${call}: HTTP 504`);
  if (status < 200 || status >= 300) throw new ParleyApiError(call, status, codes);
  if (isError) throw new ParleyApiError(call, status, codes);
  return parsed.data?.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
