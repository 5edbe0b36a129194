import { Readable } from "node:stream";
import got, { type OptionsInit, RequestError } from "got";
import { NetworkError, RateLimitedError, toBridgeError } from "../errors.ts";
import { toCallError } from "../http/to-call-error.ts";
import { parseRetryAfter } from "../parse-retry-after.ts";

/** Enough for 10 MB over a slow line. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** The idle timeout. Other transfers wait for the place of one that has stopped. */
const IDLE_TIMEOUT_MS = 20_000;
/** For callers without a setting of their own. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long each phase of a request that moves a file may take, in got's terms. */
export function transferTimeout({
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  responseTimeoutMs = IDLE_TIMEOUT_MS,
} = {}) {
  return {
    lookup: connectTimeoutMs,
    connect: connectTimeoutMs,
    secureConnect: connectTimeoutMs,
    socket: IDLE_TIMEOUT_MS,
    response: responseTimeoutMs,
    request: TRANSFER_TIMEOUT_MS,
  };
}

export interface TransferRequest
  extends Pick<OptionsInit, "method" | "headers" | "body" | "decompress" | "dnsLookup"> {
  /** Names the request in errors; never its address. */
  call: string;
  url: URL;
  timeout: ReturnType<typeof transferTimeout>;
  signal: AbortSignal;
}

/** An answer whose body has not been read yet: it must be read or discarded. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  /** In bytes. Missing also if the body was decompressed, because the header then has the compressed length. */
  contentLength: number | undefined;
  /** Can be read once. @throws {NetworkError} the connection broke · {unknown} the signal's reason */
  bytes: AsyncIterable<Uint8Array>;
  discard(): void;
}

const http = got.extend({
  throwHttpErrors: false,
  // Repeating is the lanes' decision.
  retry: { limit: 0 },
  // A redirect could carry our authorization, or our request, to where it must not go.
  followRedirect: false,
});

/**
 * Sends a request that uploads or downloads a file; resolves when the answer begins. Only for requests that are safe to
 * repeat.
 *
 * @throws {NetworkError} no answer · {DefectError} the request could not even be made · {unknown} the signal's reason
 */
export async function startTransfer({ call, url, ...init }: TransferRequest): Promise<Answer> {
  const { signal } = init;
  const stream = http.stream(url, init);
  const { statusCode, headers } = await new Promise<{
    statusCode: number;
    headers: Answer["headers"];
  }>((resolve, reject) => {
    stream.once("response", resolve);
    stream.once("error", reject);
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw toCallError(call, error, true);
  });
  const length = headers["content-length"];
  return {
    status: statusCode,
    headers,
    contentLength: length === undefined ? undefined : Number(length),
    bytes: reading(stream, call, signal),
    discard: () => void stream.destroy(),
  };
}

async function* reading(
  stream: AsyncIterable<unknown>,
  call: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    throw new NetworkError(`${call}: broke off`, { cause: error });
  }
}

/** The error for a refusal that can pass; `undefined`: the refusal is about the file itself. */
export function passingRefusal(call: string, { status, headers }: Answer): Error | undefined {
  if (status === 429) {
    return new RateLimitedError(`${call}: HTTP 429`, parseRetryAfter(headers["retry-after"]));
  }
  return status >= 500 ? new NetworkError(`${call}: HTTP ${status}`) : undefined;
}

/**
 * Sends a file as the body of a request, and reads it only as fast as it is sent. If reading fails the request breaks off
 * too; then the error of reading is thrown, because it is the cause.
 */
export async function sendBody<T>(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  send: (body: Readable) => Promise<T>,
): Promise<T> {
  let failure: Error | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      failure = toBridgeError(error);
      throw error;
    }
  }
  const body = Readable.from(read(), { objectMode: false });
  try {
    return await send(body);
  } catch (error) {
    signal.throwIfAborted();
    throw failure ?? error;
  }
}
