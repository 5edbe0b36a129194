import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import { context, section } from "../convert/to-slack/blocks.ts";
import type { ThreadStep } from "../convert/to-slack/thread-steps.ts";
import { bold, quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** A message of a conversation, as it was read from its thread. */
export interface EarlierMessage {
  /** ms since the epoch. */
  at: number;
  /** Who wrote it. */
  name: string;
  text: string;
  /** The names of its files. */
  files: readonly string[];
  /** Its address. */
  link: string;
  /** `inside`: a note among colleagues. Missing: the User wrote it, or has it. */
  fate?: "inside" | "failed" | "uncertain";
}

/** In UTF-16 units of mrkdwn: Slack folds one section, behind "see more". */
const EXCERPT = 2_900;
const MESSAGE_LIMIT = 1_500;
const FILE_NAME = "conversation.txt";

const EMOJI = { inside: ":lock:", failed: ":x:", uncertain: ":grey_question:" } as const;

/**
 * What was written in the threads before this one, as one post that Slack folds, the newest `link`ed to; all of it as a file too
 * if it does not fit. Files are links to the messages that have them. `isWhole`: nothing is missing in front.
 */
export function renderSoFar(
  {
    messages,
    link,
    isWhole,
  }: { messages: readonly EarlierMessage[]; link: string; isWhole: boolean },
  texts: Texts,
): ThreadStep[] {
  if (messages.length === 0) return [];
  const { soFar } = texts;
  const shown: string[] = [];
  let length = 0;
  for (const message of messages.toReversed()) {
    const entry = format(message, texts);
    length += entry.length + 1;
    if (length > EXCERPT) break;
    shown.unshift(entry);
  }
  const isAll =
    shown.length === messages.length && messages.every(({ text }) => text.length <= MESSAGE_LIMIT);
  const headline = `:scroll: ${soFar.headline(link)}`;
  const captions = [
    ...(isWhole ? [] : [soFar.beginningMissing]),
    ...(isAll ? [] : [soFar.onlyEnd(messages.length, FILE_NAME)]),
  ];
  const first = {
    text: headline,
    blocks: [
      context([headline, ...captions].join("\n")),
      ...(shown.length > 0 ? [section(shown.join("\n"))] : []),
    ],
  };
  if (isAll) return [{ message: first }];
  const text = messages.map((message) => formatPlain(message, texts)).join("\n\n");
  const instead = () => [quiet(`:warning: ${soFar.fileRefused(FILE_NAME)}`)];
  return [{ message: first }, { document: { first, file: { name: FILE_NAME, text }, instead } }];
}

/** In place of it, where Slack does not let us read. `link`: the thread before this one. */
export const renderSoFarUnread = (link: string, { soFar }: Texts): ThreadStep[] => [
  { message: quiet(`:scroll: ${soFar.cannotRead(link)}`) },
];

/** All that others wrote is a quote, so that none of it can pass for another message. */
function format({ at, name, text, files, link, fate }: EarlierMessage, { soFar }: Texts): string {
  const about = fate === undefined ? "" : ` · ${EMOJI[fate]} ${soFar[fate]}`;
  const lines = text === "" ? [] : literalMrkdwn(shorten(text, MESSAGE_LIMIT)).split("\n");
  const shared = files.map(
    (file) =>
      `:paperclip: <${link}|${literalMrkdwn(oneLine(shorten(file, 80))).replaceAll("|", "¦")}>`,
  );
  return [
    `${bold(name)} · ${formatMoment(at)}${about}`,
    ...[...lines, ...shared].map((line) => `>${line}`),
  ].join("\n");
}

function formatPlain(
  { at, name, text, files, link, fate }: EarlierMessage,
  { soFar }: Texts,
): string {
  const moment = `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const about = fate === undefined ? "" : ` (${soFar[fate]})`;
  const lines = text === "" ? [] : text.split("\n");
  const shared = files.map((file) => `[${oneLine(file)}] ${link}`);
  return [
    `${oneLine(name)} · ${moment}${about}`,
    ...[...lines, ...shared].map((line) => `    ${line}`),
  ].join("\n");
}
