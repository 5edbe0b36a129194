import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { OwnMessage, ThreadEraser } from "../bridge/erasing/thread-eraser.ts";
import type { Workspace } from "../bridge/ports.ts";
import { SLACKBOT } from "../ids.ts";
import type { Texts } from "../views/texts/en.ts";
import { callPatiently } from "./call-patiently.ts";
import type { Pace } from "./pace.ts";
import { faultOf, isSlacksWord } from "./refusals.ts";
import { threadPages } from "./thread-pages.ts";

export interface ThreadEraserOptions {
  client: WebClient;
  workspace: Pick<Workspace, "botId" | "botUserId">;
  pace: Pick<Pace, "extras">;
  texts: Pick<Texts, "erased">;
}

const maybeText = z.string().optional().catch(undefined);
const message = z.looseObject({
  ts: z.string(),
  subtype: maybeText,
  user: maybeText,
  bot_id: maybeText,
  files: z
    .array(z.looseObject({ id: z.string(), user: maybeText, mode: maybeText }).catch({ id: "" }))
    .catch([]),
});

/** What it takes to be there, and what is not there any more. */
const GONE = /^(message_not_found|thread_not_found|file_not_found|file_deleted)$/;

export function createThreadEraser(options: ThreadEraserOptions): ThreadEraser {
  const { client, workspace, pace, texts } = options;

  /** False: Slack refuses it. What somebody can repair, but for a channel that keeps us out, is thrown. */
  async function isDone(
    method: string,
    call: () => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await callPatiently(pace, method, call, signal);
      return true;
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      if (GONE.test(error.slackError)) return true;
      if (isRepairable(error.slackError)) throw error;
      return false;
    }
  }

  return {
    async contentOf(thread, signal) {
      const ours: OwnMessage[] = [];
      const people: string[] = [];
      try {
        for await (const page of threadPages(
          options,
          thread,
          {},
          Number.POSITIVE_INFINITY,
          signal,
        )) {
          for (const read of page) {
            const { data } = message.safeParse(read);
            if (!data || data.subtype === "tombstone" || data.user === SLACKBOT) continue;
            const isOurs = data.bot_id === workspace.botId || data.user === workspace.botUserId;
            if (!isOurs) people.push(data.ts);
            else {
              const files = data.files.filter(({ id, mode }) => id !== "" && mode !== "tombstone");
              ours.unshift({ ts: data.ts, files: files.map(({ id }) => id) });
            }
          }
        }
      } catch (error) {
        if (!isSlacksWord(error) || isRepairable(error.slackError)) throw error;
        if (GONE.test(error.slackError)) return { ours: [], people: [] };
        return { ours: [], people: [], refused: error.slackError };
      }
      return { ours, people };
    },

    async remove({ channel }, { ts, files }, signal) {
      let isWhole = true;
      for (const file of files) {
        const remove = () => client.files.delete({ file });
        if (!(await isDone("files.delete", remove, signal))) isWhole = false;
      }
      const remove = () => client.chat.delete({ channel, ts });
      if (await isDone("chat.delete", remove, signal)) return isWhole ? "removed" : "left";
      const empty = () => client.chat.update({ channel, ts, text: texts.erased, blocks: [] });
      return (await isDone("chat.update", empty, signal)) && isWhole ? "emptied" : "left";
    },
  };
}

/** The channel may be gone for good; everything else is put right sooner or later, and until then nothing can be erased. */
function isRepairable(slackError: string): boolean {
  const fault = faultOf(slackError);
  return fault !== undefined && fault !== "channel" && fault !== "thread";
}
