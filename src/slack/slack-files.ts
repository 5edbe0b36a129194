import { setTimeout as delay } from "node:timers/promises";
import type { WebClient } from "@slack/web-api";
import type { SlackFiles } from "../bridge/ports.ts";
import type { Secret } from "../config/secret.ts";
import type { SlackFile } from "../convert/to-parley/slack-file.ts";
import { defined } from "../defined.ts";
import { FileError, NetworkError, ThreadGoneError } from "../errors.ts";
import { checkFile } from "../files/check-file.ts";
import {
  type Answer,
  passingRefusal,
  sendBody,
  startTransfer,
  transferTimeout,
} from "../files/transfer.ts";
import type { Thread } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import type { Texts } from "../views/texts/en.ts";
import type { ChannelIds } from "./channel-ids.ts";
import { createIsSlackHost } from "./is-slack-host.ts";
import { isSlacksWord, meansGone } from "./refusals.ts";
import { takeBack } from "./take-back.ts";
import { callSlack } from "./web-api.ts";

export interface SlackFilesOptions {
  client: WebClient;
  /** Those of the teams. */
  channels: readonly string[];
  channelIds: Pick<ChannelIds, "current">;
  texts: Pick<Texts, "astray">;
  log: Log;
  botToken: Secret;
  apiUrl: string;
}

const MAX_REDIRECTS = 3;
/** The pauses between looks at where Slack has shared a file, which it shows only after a while. */
const SHOWN_AFTER_MS = [500, 1_000, 2_000];

/** Slack's files. Our token is sent to Slack's hosts only, and a file that is not what Slack announced is not passed on. */
export function createSlackFiles(options: SlackFilesOptions): SlackFiles {
  const { client, channels, channelIds, botToken, apiUrl } = options;
  const isSlackHost = createIsSlackHost(apiUrl);
  const ownHeaders = () => ({ authorization: `Bearer ${botToken.reveal()}` });
  const timeout = transferTimeout();

  /** Follows redirects, but only to Slack's hosts. */
  async function get(file: SlackFile, call: string, signal: AbortSignal): Promise<Answer> {
    let address = file.url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (!url || !isSlackHost(url)) throw new FileError("refused", file);
      const answer = await startTransfer({ call, url, headers: ownHeaders(), timeout, signal });
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
      answer.discard();
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
      const call = `GET file ${file.id}`;
      const answer = await get(file, call, signal);
      if (answer.status !== 200) {
        answer.discard();
        throw passingRefusal(call, answer) ?? new FileError("refused", file);
      }
      const { headers, contentLength, bytes } = answer;
      return await checkFile({
        ...file,
        ...defined({ contentType: headers["content-type"], contentLength }),
        bytes,
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
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": String(size),
        ...(isOurs && ownHeaders()),
      };
      const response = await sendBody(content.bytes, signal, (body) =>
        startTransfer({ call, url, method: "POST", headers, body, timeout, signal }),
      );
      response.discard();
      if (response.status !== 200) {
        throw passingRefusal(call, response) ?? new FileError("refused", { id, name });
      }
      return id;
    },

    async share({ id, name, caption }, thread) {
      await callSlack("files.completeUploadExternal", () =>
        client.files.completeUploadExternal({
          files: [{ id, title: name }],
          channel_id: thread.channel,
          thread_ts: thread.ts,
          ...defined({ initial_comment: caption }),
        }),
      ).catch((error: unknown) => {
        throw meansGone(error, thread, channels)
          ? new ThreadGoneError(thread, { cause: error })
          : error;
      });
      // Only later does Slack show where the file is. If the thread is gone it is in the channel, where everybody sees it.
      for (const pauseMs of SHOWN_AFTER_MS) {
        if ((await shareState(id, thread)) !== "not-shared") return;
        await delay(pauseMs);
      }
    },

    shareState,
  };

  async function shareState(id: string, thread: Thread): ReturnType<SlackFiles["shareState"]> {
    const info = () => client.files.info({ file: id });
    try {
      const { file } = await callSlack("files.info", info, { idempotent: true });
      const shares = sharesIn(file?.shares, channelIds.current(thread.channel));
      const isAstray = ({ ts, thread_ts }: Share) => thread_ts === undefined || thread_ts === ts;
      if (shares.some((share) => !isAstray(share))) return "shared";
      const strays = shares.flatMap(({ ts }) => ts ?? []);
      for (const ts of strays) await takeBack(options, { channel: thread.channel, ts });
      if (strays.length === 0) return "not-shared";
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      return error.slackError === "file_not_found" ? "unknown" : "cannot-look";
    }
    throw new ThreadGoneError(thread);
  }
}

type Shares = Readonly<
  Partial<Record<"public" | "private", Readonly<Record<string, readonly Share[]>>>>
>;
type Share = Readonly<{ ts?: string; thread_ts?: string }>;

const sharesIn = (shares: Shares | undefined, channel: string): readonly Share[] =>
  [shares?.public, shares?.private].flatMap((byChannel) => byChannel?.[channel] ?? []);
