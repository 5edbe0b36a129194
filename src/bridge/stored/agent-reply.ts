import type { Thread } from "../../ids.ts";
import type { Json } from "../../json.ts";
import { json, list, optional, order, text, thread } from "./fields.ts";

/** What an agent wrote in one of our threads. */
export interface AgentReply {
  readonly thread: Thread;
  readonly ts: string;
  /** Slack id of the writer. */
  readonly agent: string;
  /** The workspace of the writer, if it is not ours. */
  readonly foreignTeam?: string;
  readonly text: string;
  /** Slack's blocks, unchanged. */
  readonly blocks?: readonly Json[];
  /** Slack's attachments, unchanged: forwarded messages, tables, and previews of links. */
  readonly attachments?: readonly Json[];
  readonly files?: readonly Json[];
}

export const agentReplySchema = order<AgentReply>({
  thread,
  ts: text,
  agent: text,
  foreignTeam: optional(text),
  text,
  blocks: optional(list(json)),
  attachments: optional(list(json)),
  files: optional(list(json)),
});
