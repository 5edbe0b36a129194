import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate, inflateRaw } from "node:zlib";

/** Why there is no body. `unknown-coding`: we cannot unpack it. `broken`: it is not what its coding says. */
export type NoBody = "too-long" | "unknown-coding" | "broken";

/** The sender broke off in the middle of a request: no failure of ours. */
export class AbortedRequestError extends Error {
  override readonly name = "AbortedRequestError";
}

/** How much longer than its content a compressed body may be, for content that cannot be compressed. */
const PACKING_BYTES = 64 * 1024;

/**
 * Reads a body of at most `maxBytes` unpacked bytes. As soon as it is clear that it cannot be read, no more of it is asked
 * for or read, and the connection cannot be used again.
 *
 * @throws {AbortedRequestError}
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Buffer | NoBody> {
  const coding = (request.headers["content-encoding"] ?? "").trim().toLowerCase();
  const isPacked = coding !== "" && coding !== "identity";
  const unpack = UNPACKERS.get(coding);
  if (isPacked && !unpack) return "unknown-coding";
  const maxSentBytes = isPacked ? maxBytes + PACKING_BYTES : maxBytes;
  if (Number(request.headers["content-length"] ?? 0) > maxSentBytes) return "too-long";
  // The sender waits for this before it sends the body.
  if (request.headers.expect !== undefined) response.writeContinue();
  const sent = await collect(request, maxSentBytes);
  if (!unpack || sent === "too-long") return sent;
  try {
    return await unpack(sent, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ERR_BUFFER_TOO_LARGE" ? "too-long" : "broken";
  }
}

async function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer | "too-long"> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return "too-long";
      chunks.push(chunk);
    }
  } catch (error) {
    throw new AbortedRequestError("The request broke off", { cause: error });
  }
  return Buffer.concat(chunks);
}

type Unpacker = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unpackGzip: Unpacker = promisify(gunzip);
const unpackZlib: Unpacker = promisify(inflate);
const unpackRaw: Unpacker = promisify(inflateRaw);

/** Some senders of `deflate` leave its zlib header out. Source: RFC 9110, section 8.4.1.2. */
const unpackDeflate: Unpacker = (bytes, options) =>
  (bytes[0] ?? 0) % 16 === 8 && bytes.readUInt16BE() % 31 === 0
    ? unpackZlib(bytes, options)
    : unpackRaw(bytes, options);

const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ["gzip", unpackGzip],
  ["x-gzip", unpackGzip],
  ["deflate", unpackDeflate],
]);
