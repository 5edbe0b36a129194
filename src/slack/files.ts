import { setTimeout as delay } from "node:timers/promises";
import type { WebClient } from "@slack/web-api";
import type { SlackFiles } from "../bridge/ports.ts";
import type { Secret } from "../config/secret.ts";
import {
  FileError,
  NetworkError,
  RateLimitedError,
  ThreadGoneError,
  toBridgeError,
} from "../errors.ts";
import { checkFile, type FileContent } from "../files/checked-file.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import { parseRetryAfter } from "../retry-after.ts";
import { isSlacksWord, meansGone } from "./refusals.ts";
import { createIsSlackHost } from "./slack-hosts.ts";
import { takeBack } from "./strays.ts";
import { callSlack } from "./web-api.ts";

export interface SlackFilesOptions {
  readonly client: WebClient;
  /** Where threads open. */
  readonly channel: string;
  readonly log: Log;
  readonly botToken: Secret;
  readonly apiUrl: string;
}

/** 10 MB over a slow line. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** What stands still for so long has stopped, and others wait for its place. */
const IDLE_TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 3;
/** How long to wait, in turn, for Slack to show where it shared a file. */
const SHOWN_AFTER_MS = [500, 1_000, 2_000];

/** Slack's files: our token goes to Slack's hosts only, and nothing is passed on that is not what Slack announced. */
export function createSlackFiles({
  client,
  channel,
  botToken,
  apiUrl,
  log,
}: SlackFilesOptions): SlackFiles {
  const isSlackHost = createIsSlackHost(apiUrl);
  const authorization = () => `Bearer ${botToken.reveal()}`;

  /** Follows redirects as long as they stay with Slack. */
  async function get(file: { id: string; name: string; url: string }, watch: Watch) {
    let address = file.url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (!url || !isSlackHost(url)) throw new FileError("refused", file);
      const response = await request(`GET file ${file.id}`, url, watch, {
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

    async download(file, signal) {
      const watch = watchOver(signal);
      const response = await get(file, watch);
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
        bytes: reading(response.body, `GET file ${file.id}`, watch),
      });
    },

    async upload(content, signal) {
      const { name, size } = content;
      const ask = () => client.files.getUploadURLExternal({ filename: name, length: size });
      const answer = await callSlack("files.getUploadURLExternal", ask, { idempotent: true });
      const { file_id: id = "", upload_url: address = "" } = answer;
      if (!id || !address) throw new NetworkError("files.getUploadURLExternal: no address");
      const call = `POST file ${id}`;
      const url = URL.canParse(address) ? new URL(address) : undefined;
      const isOurs = url !== undefined && isSlackHost(url);
      if (!url || !(isOurs || url.protocol === "https:")) {
        throw new FileError("refused", { id, name });
      }
      const watch = watchOver(signal);
      const source = watched(content, watch);
      const response = await request(call, url, watch, {
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
      ).catch((error: unknown) => {
        throw meansGone(error, thread, channel)
          ? new ThreadGoneError(thread, { cause: error })
          : error;
      });
      // Slack shows only afterwards where it is, and in no thread if there is none: then everybody sees it.
      for (const pauseMs of SHOWN_AFTER_MS) {
        if ((await look(id, thread)) !== "not-shared") return;
        await delay(pauseMs);
      }
    },

    look,
  };

  async function look(id: string, thread: Thread): ReturnType<SlackFiles["look"]> {
    const info = () => client.files.info({ file: id });
    try {
      const { file } = await callSlack("files.info", info, { idempotent: true });
      const shares = sharesIn(file?.shares, thread.channel);
      const isAstray = ({ ts, thread_ts }: Share) => thread_ts === undefined || thread_ts === ts;
      if (shares.some((share) => !isAstray(share))) return "shared";
      const strays = shares.flatMap(({ ts }) => ts ?? []);
      for (const ts of strays) await takeBack(client, log, { channel: thread.channel, ts });
      if (strays.length === 0) return "not-shared";
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      return error.slackError === "file_not_found" ? "unknown" : "cannot-look";
    }
    throw new ThreadGoneError(thread);
  }
}

async function request(
  call: string,
  url: URL,
  watch: Watch,
  init: RequestInit & { readonly duplex?: "half"; readonly body?: AsyncIterable<Uint8Array> },
): Promise<Response> {
  const { signal } = watch;
  // What is wrong with the request itself is no fault of the network.
  const outgoing = new Request(url.href, { ...init, redirect: "manual", signal } as RequestInit);
  try {
    return await fetch(outgoing);
  } catch (error) {
    watch.throwIfStopping();
    throw new NetworkError(`${call}: no answer`, { cause: error });
  }
}

/** `undefined`: it is about the file. */
function toError(call: string, { status, headers }: Response): Error | undefined {
  if (status === 429) {
    return new RateLimitedError(`${call}: HTTP 429`, parseRetryAfter(headers.get("retry-after")));
  }
  return status >= 500 ? new NetworkError(`${call}: HTTP ${status}`) : undefined;
}

async function* reading(
  body: AsyncIterable<Uint8Array>,
  call: string,
  watch: Watch,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      watch.alive();
      yield chunk;
    }
  } catch (error) {
    watch.throwIfStopping();
    throw new NetworkError(`${call}: broke off`, { cause: error });
  }
}

/** Ends a transfer that stands still, or that takes far too long. */
interface Watch {
  readonly signal: AbortSignal;
  /** Something has moved. */
  alive(): void;
  /** The bridge stops: that is no failure of the transfer. */
  throwIfStopping(): void;
}

function watchOver(stopping: AbortSignal): Watch {
  const idle = new AbortController();
  // Fires in vain when the transfer is over; there are few.
  const timer = setTimeout(() => idle.abort(new Error("stands still")), IDLE_TIMEOUT_MS).unref();
  return {
    signal: AbortSignal.any([stopping, idle.signal, AbortSignal.timeout(TRANSFER_TIMEOUT_MS)]),
    alive: () => timer.refresh(),
    throwIfStopping: () => stopping.throwIfAborted(),
  };
}

/** Remembers why reading failed. */
function watched({ bytes }: FileContent, watch: Watch) {
  let failure: Error | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        watch.alive();
        yield chunk;
      }
    } catch (error) {
      failure = toBridgeError(error);
      throw error;
    }
  }
  return { bytes: read(), error: () => failure };
}

type Shares = Readonly<
  Partial<Record<"public" | "private", Readonly<Record<string, readonly Share[]>>>>
>;
type Share = Readonly<{ ts?: string; thread_ts?: string }>;

const sharesIn = (shares: Shares | undefined, channel: string): readonly Share[] =>
  [shares?.public, shares?.private].flatMap((byChannel) => byChannel?.[channel] ?? []);
