import type { Json } from "../json.ts";
import { context, header, section } from "./blocks.ts";
import { type ConversationLine, renderConversations } from "./render-conversations.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";
import { escapeText } from "./slack-text.ts";

export interface HomeView {
  readonly conversations: readonly ConversationLine[];
  /** Mention of the channel in which threads open. */
  readonly channel: string;
  readonly now: number;
}

/** A line of the list is rarely longer than this. */
const LINES_PER_SECTION = 15;

/** The App Home: who waits, longest first. */
export function renderHome({ conversations, channel, now }: HomeView): Json {
  const count =
    conversations.length === 1
      ? "1 open conversation"
      : `${conversations.length} open conversations`;
  const lines = renderConversations(conversations, now, 60).split("\n");
  const sections: Json[] = [];
  for (let start = 0; start < lines.length; start += LINES_PER_SECTION) {
    const text = lines.slice(start, start + LINES_PER_SECTION).join("\n");
    sections.push(section(text.slice(0, SLACK_LIMITS.section)));
  }
  return {
    type: "home",
    blocks: [
      header(conversations.length === 0 ? "Nobody is waiting" : count),
      ...sections,
      context(
        `Threads open in <#${escapeText(channel)}>. \`/parley-owner help\` says how to move a User. This page is as of when you opened it.`,
      ),
    ],
  };
}
