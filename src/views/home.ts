import type { Alarm } from "../alarms.ts";
import type { Backlog } from "../backlog.ts";
import { escapeText } from "../convert/text/slack-text.ts";
import { context, header, section, sections } from "../convert/to-slack/blocks.ts";
import type { Json } from "../json.ts";
import { type ConversationLine, renderConversations } from "./conversation-list.ts";
import { formatDuration } from "./format-duration.ts";

export interface HomeView {
  alarms: readonly Alarm[];
  toSlack: Backlog;
  toParley: Backlog;
  conversations: readonly ConversationLine[];
  /** Mention of the channel in which threads open. */
  channel: string;
  now: number;
}

/** Everything is a little late now and then; this is worth telling. */
const DELAY_MS = 60_000;

const describeAlarms = ({ alarms, now }: HomeView): string[] =>
  alarms.map(
    ({ advice, since }) =>
      `:rotating_light: For ${formatDuration(now - since)}: ${escapeText(advice.replace(/\.$/, ""))}. Whoever runs the bridge has to repair this.`,
  );

function describeDelays({ toSlack, toParley, now }: HomeView): string[] {
  const delay = (what: string, { items, oldestAppendedAt }: Backlog) =>
    oldestAppendedAt !== undefined && now - oldestAppendedAt > DELAY_MS
      ? [
          `:hourglass_flowing_sand: Delivery is delayed: ${items} ${what}, the oldest for ${formatDuration(now - oldestAppendedAt)}. Nothing is lost.`,
        ]
      : [];
  const dead = toSlack.deadLetters + toParley.deadLetters;
  return [
    ...delay("waiting for Slack", toSlack),
    ...delay("waiting for Parley", toParley),
    ...(dead > 0
      ? [
          `:x: ${dead} could not be delivered. Whoever runs the bridge finds them with \`npm run dead-letters -- list\`.`,
        ]
      : []),
  ];
}

/** The App Home: what is wrong, and who waits, longest first. */
export function renderHome(view: HomeView): Json {
  const { conversations, channel, now } = view;
  const count =
    conversations.length === 1
      ? "1 open conversation"
      : `${conversations.length} open conversations`;
  const lines = renderConversations(conversations, now, 60).split("\n");
  return {
    type: "home",
    blocks: [
      header(conversations.length === 0 ? "Nobody is waiting" : count),
      ...describeAlarms(view).map(section),
      ...describeDelays(view).map(section),
      ...sections(lines),
      context(
        `Threads open in <#${escapeText(channel)}>. \`/parley-owner help\` says how to move a User. This page is as of when you opened it.`,
      ),
    ],
  };
}
