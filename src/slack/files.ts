import type { WebClient } from "@slack/web-api";
import type { SlackFiles } from "../bridge/ports.ts";
import { checkFile, type FileContent } from "../checked-file.ts";
import {
  FileError,
  NetworkError,
  RateLimitedError,
  SlackApiError,
  toBridgeError,
} from "../errors.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Secret } from "../secret.ts";
import { createIsSlackHost } from "./slack-hosts.ts";
import { callSlack } from "./web-api.ts";

export interface SlackFilesOptions {
  readonly client: WebClient;
  readonly botToken: Secret;
  readonly apiUrl: string;
}

/** 10 MB over a slow line; what takes longer has stopped. */
const TRANSFER_TIMEOUT_MS = 120_000;
const MAX_REDIRECTS = 3;
/** Where Slack gives no `Retry-After`. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** Slack's files: our token goes to Slack's hosts only, and nothing is passed on that is not what Slack announced. */
export function createSlackFiles({ client, botToken, apiUrl }: SlackFilesOptions): SlackFiles {
  const isSlackHost = createIsSlackHost(apiUrl);
  const authorization = () => `Bearer ${botToken.reveal()}`;

  /** Follows redirects as long as they stay with Slack. */
  async function get(file: { id: string; name: string; url: string }, signal: AbortSignal) {
    let address = file.url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (!url || !isSlackHost(url)) throw new FileError("refused", file);
      const response = await request(`GET file ${file.id}`, url, signal, {
        headers: { authorization: authorization() },
      });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      address = URL.canParse(location, url.href) ? new URL(location, url).href : "";
    }
    throw new FileError("refused", file);
  }

  return {
    async describe(id) {
      const info = () => client.files.info({ file: id });
      const { file } = await callSlack("files.info", info, { idempotent: true });
      return (file ?? null) as Json;
    },

    async open(file, signal) {
      const response = await get(file, signal);
      if (response.status !== 200 || !response.body) {
        await response.body?.cancel();
        throw toError(`GET file ${file.id}`, response) ?? new FileError("refused", file);
      }
      const length = response.headers.get("content-length");
      // A compressed answer tells the length of what travels, not of the file.
      const isPlain = response.headers.get("content-encoding") === null;
      return await checkFile({
        ...file,
        contentType: response.headers.get("content-type") ?? undefined,
        contentLength: length !== null && isPlain ? Number(length) : undefined,
        bytes: reading(response.body, `GET file ${file.id}`, signal),
      });
    },

    async upload(content, signal) {
      const { name, size } = content;
      const ask = () => client.files.getUploadURLExternal({ filename: name, length: size });
      const answer = await callSlack("files.getUploadURLExternal", ask, { idempotent: true });
      const { file_id: id = "", upload_url: address = "" } = answer;
      const call = `POST file ${id}`;
      const url = URL.canParse(address) ? new URL(address) : undefined;
      const isOurs = url !== undefined && isSlackHost(url);
      if (!url || !(isOurs || url.protocol === "https:")) {
        throw new FileError("refused", { id, name });
      }
      const source = watched(content);
      const response = await request(call, url, signal, {
        method: "POST",
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(size),
          ...(isOurs && { authorization: authorization() }),
        },
        body: source.bytes,
        duplex: "half",
      }).catch((error: unknown) => {
        // What went wrong with the source says more than that the request broke off.
        throw source.error() ?? error;
      });
      await response.body?.cancel();
      if (response.status !== 200) {
        throw toError(call, response) ?? new FileError("refused", { id, name });
      }
      return id;
    },

    async share(id, name, thread) {
      await callSlack("files.completeUploadExternal", () =>
        client.files.completeUploadExternal({
          files: [{ id, title: name }],
          channel_id: thread.channel,
          thread_ts: thread.ts,
        }),
      );
    },

    async look(id, thread) {
      const info = () => client.files.info({ file: id });
      try {
        const { file } = await callSlack("files.info", info, { idempotent: true });
        return isSharedIn(file?.shares, thread) ? "shared" : "not-shared";
      } catch (error) {
        if (!(error instanceof SlackApiError)) throw error;
        return error.slackError === "file_not_found" ? "unknown" : "cannot-look";
      }
    },
  };
}

async function request(
  call: string,
  url: URL,
  signal: AbortSignal,
  init: RequestInit & { readonly duplex?: "half"; readonly body?: AsyncIterable<Uint8Array> },
): Promise<Response> {
  const timeout = AbortSignal.timeout(TRANSFER_TIMEOUT_MS);
  try {
    return await fetch(url.href, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    } as RequestInit);
  } catch (error) {
    signal.throwIfAborted();
    throw new NetworkError(`${call}: no answer`, { cause: error });
  }
}

/** `undefined`: it is about the file. */
function toError(call: string, { status, headers }: Response): Error | undefined {
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? DEFAULT_RETRY_AFTER_SECONDS);
    return new RateLimitedError(`${call}: HTTP 429`, seconds * 1000);
  }
  return status >= 500 ? new NetworkError(`${call}: HTTP ${status}`) : undefined;
}

async function* reading(
  body: AsyncIterable<Uint8Array>,
  call: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw new NetworkError(`${call}: broke off`, { cause: error });
  }
}

/** Remembers why reading failed. */
function watched({ bytes }: FileContent) {
  let failure: Error | undefined;
  async function* watch(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      failure = toBridgeError(error);
      throw error;
    }
  }
  return { bytes: watch(), error: () => failure };
}

type Shares = Readonly<
  Partial<Record<"public" | "private", Readonly<Record<string, readonly { thread_ts?: string }[]>>>>
>;

const isSharedIn = (shares: Shares | undefined, { channel, ts }: Thread): boolean =>
  [shares?.public, shares?.private].some((byChannel) =>
    byChannel?.[channel]?.some(({ thread_ts }) => thread_ts === ts),
  );
