import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { reasonOf } from "../convert/text/reason-of.ts";
import {
  formatMoment,
  formatMomentElement,
  humanise,
  oneLine,
  shorten,
} from "../convert/text/slack-text.ts";
import type { Style } from "../convert/text/styled-text.ts";
import { actions, context, header } from "../convert/to-slack/blocks.ts";
import { inertText } from "../convert/to-slack/inert-rich-text.ts";
import type { TranscriptLine, UserDetails } from "../convert/to-slack/parley-message.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { isJsonObject, type Json } from "../json.ts";
import { ACTIONS, actionButton } from "./actions.ts";
import { flattenMetadata, type MetadataField } from "./flatten-metadata.ts";
import { fitLines, type Line, lengthOf, richTextBlock } from "./rich-text-lines.ts";

/** Everything that the root of a thread shows. Times are ms since the epoch. */
export interface RootView {
  conversation: string;
  userId: string;
  user: UserDetails;
  openedAt: number;
  metadata?: Json;
  /** Of further handovers, oldest first; no more than a handful. */
  furtherReasons?: readonly { reason: string; at: number }[];
  transcript?: readonly TranscriptLine[];
  ownerUnverified?: boolean;
  /** Where this conversation was before its thread went. */
  lostLink?: string;
  /** Address of the User's thread before this one. */
  previousLink?: string;
  /** Address of the User's thread after this one. */
  nextLink?: string;
  ending?:
    | {
        kind: "handed-back" | "taken-away" | "merged";
        at: number;
        /** Name of the Service. */
        to?: string;
        /** Address of the thread in which a merged User goes on. */
        link?: string;
        /** Slack id. */
        by?: string;
        note?: string;
      }
    | undefined;
}

// A root stays well below `SLACK_LIMITS.blockTextPerMessage`.
const CODE_LIMIT = 120;
const FIELD_NAME_LIMIT = 80;
const SPEAKER_LIMIT = 40;
const VALUE_LIMIT = 300;
const FIELDS_LIMIT = 2_800;
const TRANSCRIPT_LIMIT = 2_800;
/** More than fit into either; the others need not be put into words. */
const MOST_LINES = 1_000;

/**
 * The root: reason, User, state, all metadata, transcript. What does not fit is named and comes whole with
 * {@link renderOverflow}. What others gave is `rich_text`: nothing in it acts, and people can copy it as it was.
 */
export function renderRoot(view: RootView): SlackMessage {
  const reason = reasonOf(view.metadata);
  const headline = reason ? shorten(oneLine(humanise(reason)), CODE_LIMIT) : "New conversation";
  const who = literalMrkdwn(nameOf(view));
  const fields = otherFields(view.metadata);
  const blocks: Json[] = [header(headline), richTextBlock(describeUser(view, reason))];
  if (fields.length > 0) {
    const first = fields.slice(0, MOST_LINES).map(formatField);
    blocks.push(richTextBlock(fitLines(first, FIELDS_LIMIT, "more", fields.length)));
  }
  if (view.transcript && view.transcript.length > 0) {
    // The end of a conversation says more than its beginning.
    const lines = view.transcript.slice(-MOST_LINES).map(formatLine).reverse();
    const fitting = fitLines(lines, TRANSCRIPT_LIMIT, "earlier", view.transcript.length).reverse();
    blocks.push(richTextBlock([ours("Before the handover", { bold: true }), ...fitting]));
  }
  if (view.ownerUnverified) {
    blocks.push(
      context(
        ":warning: Parley did not say whether this User is ours. If another Service answers too, hand back.",
      ),
    );
  }
  if (view.lostLink) {
    blocks.push(
      context(
        `:warning: This conversation goes on here, because <${view.lostLink}|its earlier thread> is not there any more. Please answer here.`,
      ),
    );
  }
  if (view.previousLink) {
    blocks.push(
      context(
        `:leftwards_arrow_with_hook: <${view.previousLink}|Earlier conversation with this User>`,
      ),
    );
  }
  blocks.push(context(describeState(view)));
  if (view.nextLink) {
    blocks.push(context(`:arrow_right: <${view.nextLink}|Later conversation with this User>`));
  }
  if (!view.ending) {
    blocks.push(actions(actionButton(ACTIONS.handBack, view.conversation, { text: "Hand back" })));
  }
  return {
    text: `${view.ending ? STATE_WORDS[view.ending.kind] : ""}${literalMrkdwn(headline)} · ${who}`,
    blocks,
  };
}

/** The metadata and transcript in full, if {@link renderRoot} had to shorten them. Literal text, not mrkdwn. */
export function renderOverflow(
  view: Pick<RootView, "metadata" | "transcript">,
): string | undefined {
  const fields = otherFields(view.metadata);
  const transcript = view.transcript ?? [];
  const fieldsFit =
    fields.length <= MOST_LINES &&
    (reasonOf(view.metadata) ?? "").length <= CODE_LIMIT &&
    fields.every(
      ({ name, value }) => name.length <= FIELD_NAME_LIMIT && value.length <= VALUE_LIMIT,
    ) &&
    lengthOf(fields.map(formatField)) <= FIELDS_LIMIT;
  const linesFit =
    transcript.length <= MOST_LINES &&
    transcript.every(
      ({ from, text }) => from.length <= SPEAKER_LIMIT && text.length <= VALUE_LIMIT,
    ) &&
    lengthOf(transcript.map(formatLine)) <= TRANSCRIPT_LIMIT;
  if (fieldsFit && linesFit) return undefined;
  return [
    ...(fieldsFit ? [] : [formatWhole(view.metadata)]),
    ...(linesFit ? [] : transcript.map(wholeLine)),
  ].join("\n");
}

/** The name that people call the User by. Literal text. */
export const nameOf = (view: { user: UserDetails; userId: string }): string =>
  shorten(oneLine(view.user.name ?? view.user.email ?? `User ${view.userId}`), 80);

function otherFields(metadata: Json | undefined): readonly MetadataField[] {
  if (metadata === undefined || metadata === null || typeof metadata === "string") return [];
  if (!isJsonObject(metadata)) return flattenMetadata(metadata, "metadata");
  const { reason, ...others } = metadata;
  return flattenMetadata(reasonOf(metadata) ? others : metadata);
}

function describeUser(view: RootView, reason: string | undefined): Line[] {
  const { user } = view;
  const given: Line[] = [
    ...(user.name ? [theirs(user.name, 80, { bold: true })] : []),
    ...(user.email ? [theirs(user.email, 120)] : []),
    ...(user.language ? [[...ours("language "), ...code(shorten(user.language, 40))]] : []),
    ...(user.externalId ? [[...ours("customer "), ...code(user.externalId)]] : []),
  ];
  const who = given.flatMap((part, index) => (index === 0 ? part : [...ours(" · "), ...part]));
  return [
    who.length > 0
      ? [...who, ...ours("  "), ...ours("(given by the user, not verified)", { italic: true })]
      : ours("Anonymous", { bold: true }),
    [...ours("Parley User "), ...code(view.userId)],
    ...(reason === undefined ? [] : [[...ours("Reason "), ...code(reason)]]),
    ...(view.furtherReasons ?? []).map(({ reason: further, at }) => [
      ...ours("Then "),
      ...code(further),
      ...ours(" · "),
      formatMomentElement(at),
    ]),
  ];
}

function describeState({ ending, openedAt }: RootView): string {
  if (!ending) return `:large_green_circle: *Open* · since ${formatMoment(openedAt)}`;
  const at = formatMoment(ending.at);
  const to = literalMrkdwn(oneLine(shorten(ending.to ?? "another Service", 80)));
  switch (ending.kind) {
    case "handed-back": {
      const by = ending.by ? ` by <@${ending.by}>` : "";
      const note = ending.note ? `\nNote: ${literalMrkdwn(shorten(ending.note, 500))}` : "";
      return `:white_circle: *Handed back* to ${to}${by} · ${at}${note}`;
    }
    case "taken-away":
      return `:white_circle: *Taken over* by ${to} · ${at}`;
    case "merged":
      return `:white_circle: *Goes on in ${ending.link ? `<${ending.link}|another thread>` : "another thread"}* · ${at}`;
  }
}

const STATE_WORDS = {
  "handed-back": "Handed back: ",
  "taken-away": "Taken over: ",
  merged: "Goes on elsewhere: ",
} as const;

const formatField = ({ name, value }: MetadataField): Line => [
  ...theirs(name, FIELD_NAME_LIMIT, { bold: true }),
  ...ours(":", { bold: true }),
  ...ours(" "),
  ...theirs(value, VALUE_LIMIT),
];

const formatLine = ({ from, text, time }: TranscriptLine): Line => [
  ...momentOf(time),
  ...theirs(from, SPEAKER_LIMIT, { bold: true }),
  ...ours(":", { bold: true }),
  ...ours(" "),
  ...theirs(text, VALUE_LIMIT),
];

const wholeLine = ({ from, text, time }: TranscriptLine): string =>
  `${isMoment(time) ? `[${inUtc(time)}] ` : ""}${from}: ${text}`;

/** The last second of the year 9999. */
const LAST_MOMENT = 253_402_300_799;

const isMoment = (time: number | undefined): time is number =>
  time !== undefined && time > 0 && time <= LAST_MOMENT;

const inUtc = (time: number): string =>
  `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** In the reader's own time zone, in front of what was said then. */
const momentOf = (time: number | undefined): Line =>
  isMoment(time)
    ? [
        {
          type: "date",
          timestamp: Math.floor(time),
          format: "{date_short_pretty} {time} · ",
          fallback: `${inUtc(time)} · `,
        },
      ]
    : [];

const formatWhole = (metadata: Json | undefined): string =>
  typeof metadata === "string" ? metadata : JSON.stringify(metadata, null, 2);

const ours = (text: string, style: Style = {}): Line => inertText(text, style);

/** What somebody else wrote, on one line. */
const theirs = (text: string, limit: number, style: Style = {}): Line =>
  inertText(oneLine(shorten(text, limit)), style);

const code = (text: string): Line => theirs(text, CODE_LIMIT, { code: true });
