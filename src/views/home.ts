import type { Alarm } from "../alarms.ts";
import type { Backlog } from "../backlog.ts";
import { escapeText } from "../convert/text/slack-text.ts";
import { context, header, section, sections } from "../convert/to-slack/blocks.ts";
import type { Json } from "../json.ts";
import { type ConversationLine, renderConversations } from "./conversation-list.ts";
import { formatDuration } from "./format-duration.ts";
import type { Texts } from "./texts/en.ts";

export interface HomeView {
  alarms: readonly Alarm[];
  toSlack: Backlog;
  toParley: Backlog;
  conversations: readonly ConversationLine[];
  /** Ids of the channels in which threads open. */
  channels: readonly string[];
  now: number;
}

/** Everything is a little late now and then; this is worth telling. */
const DELAY_MS = 60_000;

const describeAlarms = ({ alarms, now }: HomeView, texts: Texts): string[] =>
  alarms.map(({ name, advice, since }) => {
    const inert = { name, advice: escapeText(advice.replace(/\.$/, "")) };
    return `:rotating_light: ${texts.home.alarm(formatDuration(now - since, texts), inert)}`;
  });

function describeDelays({ toSlack, toParley, now }: HomeView, texts: Texts): string[] {
  const delay = (towards: "Slack" | "Parley", { items, oldestAppendedAt }: Backlog) => {
    const age = oldestAppendedAt === undefined ? 0 : now - oldestAppendedAt;
    if (age <= DELAY_MS) return [];
    const text = texts.home.delayed(items, towards, formatDuration(age, texts));
    return [`:hourglass_flowing_sand: ${text}`];
  };
  const dead = toSlack.deadLetters + toParley.deadLetters;
  return [
    ...delay("Slack", toSlack),
    ...delay("Parley", toParley),
    ...(dead > 0 ? [`:x: ${texts.home.dead(dead)}`] : []),
  ];
}

/** The App Home: what is wrong, and who waits, longest first. */
export function renderHome(view: HomeView, texts: Texts): Json {
  const { conversations, channels, now } = view;
  const count = conversations.length;
  const lines = renderConversations(conversations, now, 60, texts).split("\n");
  return {
    type: "home",
    blocks: [
      header(count === 0 ? texts.home.nobodyWaits : texts.conversations.count(count)),
      ...describeAlarms(view, texts).map(section),
      ...describeDelays(view, texts).map(section),
      ...sections(lines),
      context(texts.home.footer(channels.map((id) => `<#${escapeText(id)}>`).join(", "))),
    ],
  };
}
