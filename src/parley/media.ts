import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import got, { type OptionsInit, RequestError } from "got";
import type { ParleyFiles } from "../bridge/ports.ts";
import { mediaName } from "../convert/to-slack/media-name.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import {
  FileError,
  NetworkError,
  ParleyApiError,
  RateLimitedError,
  toBridgeError,
} from "../errors.ts";
import { checkFile, type FileContent } from "../files/checked-file.ts";
import { isProgram } from "../files/programs.ts";
import { isJsonObject, type Json } from "../json.ts";
import { parseRetryAfter } from "../retry-after.ts";
import type { ParleyApi } from "./api.ts";
import { toCallError } from "./call-error.ts";
import { addressOf, type MediaPlaces } from "./media-address.ts";
import { isPrivateAddress } from "./private-address.ts";
import { PrivateAddressError, publicLookup } from "./public-lookup.ts";

export interface ParleyFilesOptions extends MediaPlaces {
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
}

/** 10 MB over a slow line. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** What stands still for so long has stopped, and others wait for its place. */
const IDLE_TIMEOUT_MS = 20_000;

/** Parley's media, both ways. Everything about it is Inferred from the Client API; see docs/architecture.md. */
export function createParleyFiles(api: ParleyApi, options: ParleyFilesOptions): ParleyFiles {
  const { mediaPath, connectTimeoutMs, responseTimeoutMs } = options;
  const timeout = {
    lookup: connectTimeoutMs,
    connect: connectTimeoutMs,
    secureConnect: connectTimeoutMs,
    socket: IDLE_TIMEOUT_MS,
    response: responseTimeoutMs,
    request: TRANSFER_TIMEOUT_MS,
  };
  const http = got.extend({
    throwHttpErrors: false,
    retry: { limit: 0 },
    // A redirect could carry our authorization, or our request, to where it must not go.
    followRedirect: false,
    decompress: false,
    timeout,
  });

  return {
    async upload(file, signal) {
      const { body, headers, failure } = multipart(file);
      const init = { body, headers, signal, timeout };
      const data = await api
        .call({ method: "POST", path: mediaPath, init, repeatable: true })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          // What went wrong with the source says more than that the request broke off.
          throw failure() ?? error;
        });
      const id = mediaId(data);
      if (id === undefined) throw new ParleyApiError(`POST ${mediaPath}`, 200, ["no_media_id"]);
      return id;
    },

    async download(media, signal) {
      const file = nameOf(media);
      const names = [file.name, media.filename ?? "", media.id ?? "", pathOf(media.url)];
      if (names.some((name) => isProgram(name, media.mimeType))) {
        throw new FileError("program", file);
      }
      const address = addressOf(media, options);
      if (!address) throw new FileError("refused", file);
      const { url, isApi } = address;
      const call = `GET file ${file.id}`;
      const { stream, response } = await start(file, call, url, {
        signal,
        ...(isApi ? { headers: api.ownHeaders() } : { dnsLookup: publicLookup as never }),
      });
      const { statusCode, headers } = response;
      if (statusCode !== 200) {
        stream.destroy();
        if (isApi && (statusCode === 401 || statusCode === 403)) await api.checkAccess();
        throw toRefusal(call, file, statusCode, headers["retry-after"]);
      }
      const length = headers["content-length"];
      const isPlain = headers["content-encoding"] === undefined;
      if (!isPlain) {
        stream.destroy();
        throw new FileError("wrong-type", file);
      }
      const content = await checkFile({
        ...file,
        mimeType: media.mimeType ?? "",
        contentType: headers["content-type"],
        contentLength: length === undefined ? undefined : Number(length),
        bytes: reading(stream, call, signal),
      });
      // Its bytes, or its sender, say what its name did not.
      if (isProgram(file.name, content.mimeType)) {
        stream.destroy();
        throw new FileError("program", file);
      }
      return content;
    },
  };

  /** Resolves when the answer has begun. */
  async function start(
    file: Named,
    call: string,
    url: URL,
    init: OptionsInit & { readonly signal: AbortSignal },
  ) {
    // Numbers are never looked up.
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (init.dnsLookup && isIP(host) !== 0 && isPrivateAddress(host)) {
      throw new FileError("refused", file);
    }
    const stream = http.stream(url, init as OptionsInit & { isStream: true });
    const response = await new Promise<Answer>((resolve, reject) => {
      stream.once("response", resolve);
      stream.once("error", reject);
    }).catch((error: unknown) => {
      init.signal.throwIfAborted();
      if (isPrivate(error)) {
        throw new FileError("refused", file);
      }
      throw toCallError(call, error, true);
    });
    return { stream, response };
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const isPrivate = (error: unknown): boolean =>
  error instanceof PrivateAddressError ||
  (error instanceof Error && error.cause !== undefined && isPrivate(error.cause));

/** For the log Parley's own name of it, a random one; for people what its sender called it. */
const nameOf = (media: ParleyMedia): Named => ({
  id: [media.filename, media.id?.split("/").at(-1)].find(isRandom) ?? "of-a-user",
  name: mediaName(media),
});

const pathOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).pathname : "";

const isRandom = (name: string | undefined): name is string =>
  name !== undefined && /^[\da-f-]{16,64}(\.\w{1,8})?$/i.test(name);

function toRefusal(
  call: string,
  file: Named,
  status: number,
  retryAfter: string | undefined,
): Error {
  if (status === 429) {
    return new RateLimitedError(`${call}: HTTP 429`, parseRetryAfter(retryAfter));
  }
  if (status >= 500) return new NetworkError(`${call}: HTTP ${status}`);
  return new FileError(status === 404 || status === 410 ? "gone" : "refused", file);
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

/** A form of one file, of known length, that reads the file only as fast as it is sent. */
function multipart({ name, mimeType, size, bytes }: FileContent) {
  const boundary = `bridge-${randomUUID()}`;
  const quoted = name.replaceAll(/["\r\n]/g, encodeURIComponent);
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${quoted}"\r\nContent-Type: ${mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  let failure: Error | undefined;
  async function* form(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      yield* bytes;
      yield tail;
    } catch (error) {
      failure = toBridgeError(error);
      throw error;
    }
  }
  return {
    body: Readable.from(form(), { objectMode: false }),
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(head.length + size + tail.length),
    },
    failure: () => failure,
  };
}

/** Inferred: `data.media` or `data.id`, bare or as an object with an `id`. */
function mediaId(data: Json | undefined): string | undefined {
  if (typeof data === "string" && data !== "") return data;
  if (typeof data === "number") return String(data);
  if (!isJsonObject(data)) return undefined;
  return mediaId(data.media ?? data.id);
}
