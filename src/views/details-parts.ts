import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { reasonOf } from "../convert/text/reason-of.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import { container, sections, table } from "../convert/to-slack/blocks.ts";
import type { TranscriptLine } from "../convert/to-slack/parley-message.ts";
import { isJsonObject, type Json } from "../json.ts";
import { flattenMetadata, type MetadataField } from "./flatten-metadata.ts";
import { CODE_LIMIT, type Line, ours, richTextBlock, theirs } from "./rich-text-lines.ts";
import type { Texts } from "./texts/en.ts";

const FIELD_NAME_LIMIT = 80;
const SPEAKER_LIMIT = 40;
const VALUE_LIMIT = 300;
const FIELDS_LIMIT = 2_800;
const TRANSCRIPT_LIMIT = 4_000;
/** Slack takes a hundred rows, of which the first is the head. */
const MOST_FIELDS = 99;
/** So few are read faster below each other. */
const FIELDS_WITHOUT_TABLE = 3;
/** More than this is folded. */
const FIELDS_IN_SIGHT = 10;
/** No more fit in any case; the others need not be put into words. */
const MOST_LINES = 200;

/** What handovers brought. */
export interface RootDetails {
  /** The metadata of all handovers, joined field by field; the reason in it is that of the first. */
  readonly metadata?: Json;
  readonly transcript?: readonly TranscriptLine[];
}

/** Blocks in two looks: as Slack folds them, and for a Slack that refuses those. */
export interface TwoLooks {
  readonly rich: readonly Json[];
  readonly plain: readonly Json[];
}

/** All metadata but the reason, as far as it fits; the rest is counted. */
export function renderFields(metadata: Json | undefined, { root }: Texts): TwoLooks {
  const fields = otherFields(metadata);
  if (fields.length === 0) return { rich: [], plain: [] };
  const shown = fittingFields(fields);
  const left = fields.length - shown.length;
  const more = left === 0 ? [] : [ours(root.moreBelow(left), { italic: true })];
  const lines = richTextBlock([...shown.map(formatField), ...more]);
  if (fields.length <= FIELDS_WITHOUT_TABLE) return { rich: [lines], plain: [lines] };
  const rows = shown.map(({ name, value }) => [
    theirs(name, FIELD_NAME_LIMIT, { bold: true }),
    theirs(value, VALUE_LIMIT),
  ]);
  const head = [ours(root.field), ours(root.value)];
  const asTable = table([head, ...rows]);
  const below = left === 0 ? [] : sections([`_${root.moreBelow(left)}_`]);
  const isLong = fields.length > FIELDS_IN_SIGHT;
  const rich = isLong
    ? [container(root.fields(fields.length), [asTable, ...below])]
    : [asTable, ...below];
  return { rich, plain: [lines] };
}

/** The end of the transcript, as far as it fits, because it says more than the beginning; the rest is counted. */
export function renderTranscript(
  transcript: readonly TranscriptLine[] = [],
  { root }: Texts,
): TwoLooks {
  if (transcript.length === 0) return { rich: [], plain: [] };
  const shown = fittingLines(transcript);
  const left = transcript.length - shown.length;
  const title = root.transcriptOf(transcript.length);
  const missing = left === 0 ? [] : [`_${root.earlierBelow(left)}_`];
  const rich = [container(title, sections([...missing, ...shown.map(toMrkdwn)]))];
  const earlier = left === 0 ? [] : [ours(root.earlierBelow(left), { italic: true })];
  const plain = [
    richTextBlock([ours(title, { bold: true }), ...earlier, ...shown.map(formatLine)]),
  ];
  return { rich, plain };
}

/** The metadata and transcript in full, if the details had to shorten them. Literal text, not mrkdwn. */
export function renderOverflow({ metadata, transcript = [] }: RootDetails): string | undefined {
  const fields = otherFields(metadata);
  const fieldsFit =
    fields.length <= MOST_FIELDS &&
    (reasonOf(metadata) ?? "").length <= CODE_LIMIT &&
    fields.every(
      ({ name, value }) => name.length <= FIELD_NAME_LIMIT && value.length <= VALUE_LIMIT,
    ) &&
    fittingFields(fields).length === fields.length;
  const linesFit =
    transcript.length <= MOST_LINES &&
    transcript.every(
      ({ from, text }) => from.length <= SPEAKER_LIMIT && text.length <= VALUE_LIMIT,
    ) &&
    fittingLines(transcript).length === transcript.length;
  if (fieldsFit && linesFit) return undefined;
  return [
    ...(fieldsFit ? [] : [formatWhole(metadata)]),
    ...(linesFit ? [] : transcript.map(wholeLine)),
  ].join("\n");
}

function otherFields(metadata: Json | undefined): readonly MetadataField[] {
  if (metadata === undefined || metadata === null || typeof metadata === "string") return [];
  if (!isJsonObject(metadata)) return flattenMetadata(metadata, "metadata");
  // The key is for programs alone.
  const { idempotencyKey: _, ...told } = metadata;
  const { reason, ...others } = told;
  return flattenMetadata(reasonOf(metadata) ? others : told);
}

const fittingFields = (fields: readonly MetadataField[]): readonly MetadataField[] =>
  fitting(
    fields.slice(0, MOST_FIELDS),
    FIELDS_LIMIT,
    ({ name, value }) =>
      Math.min(name.length, FIELD_NAME_LIMIT) + Math.min(value.length, VALUE_LIMIT) + 3,
  );

/** Measured as mrkdwn, which is the longer of the two looks. */
const fittingLines = (transcript: readonly TranscriptLine[]): readonly TranscriptLine[] =>
  fitting(
    transcript.slice(-MOST_LINES).toReversed(),
    TRANSCRIPT_LIMIT,
    (line) => toMrkdwn(line).length + 1,
  ).toReversed();

/** The first that fit into `limit` together. */
function fitting<Part>(
  parts: readonly Part[],
  limit: number,
  lengthOf: (part: Part) => number,
): readonly Part[] {
  let length = 0;
  const end = parts.findIndex((part) => {
    length += lengthOf(part);
    return length > limit;
  });
  return end < 0 ? parts : parts.slice(0, end);
}

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

function toMrkdwn({ from, text, time }: TranscriptLine): string {
  const moment = isMoment(time) ? `${formatMoment(Math.floor(time) * 1000)} · ` : "";
  const literal = (words: string, limit: number) => literalMrkdwn(oneLine(shorten(words, limit)));
  return `${moment}*${literal(from, SPEAKER_LIMIT)}:* ${literal(text, VALUE_LIMIT)}`;
}

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
