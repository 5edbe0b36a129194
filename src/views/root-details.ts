import { reasonOf } from "../convert/text/reason-of.ts";
import type { TranscriptLine } from "../convert/to-slack/parley-message.ts";
import { isJsonObject, type Json } from "../json.ts";
import { flattenMetadata, type MetadataField } from "./flatten-metadata.ts";
import {
  CODE_LIMIT,
  fitLines,
  type Line,
  lengthOf,
  ours,
  richTextBlock,
  theirs,
} from "./rich-text-lines.ts";
import type { Texts } from "./texts/en.ts";

const FIELD_NAME_LIMIT = 80;
const SPEAKER_LIMIT = 40;
const VALUE_LIMIT = 300;
const FIELDS_LIMIT = 2_800;
const TRANSCRIPT_LIMIT = 2_800;
/** More than fit into either; the others need not be put into words. */
const MOST_LINES = 1_000;

/** What handovers brought. */
export interface RootDetails {
  /** The metadata of all handovers, joined field by field; the reason in it is that of the first. */
  readonly metadata?: Json;
  readonly transcript?: readonly TranscriptLine[];
}

/** All metadata but the reason, and the end of the transcript, as far as they fit; the rest is counted. */
export function renderDetails({ metadata, transcript = [] }: RootDetails, { root }: Texts): Json[] {
  const fields = otherFields(metadata);
  const blocks: Json[] = [];
  if (fields.length > 0) {
    const first = fields.slice(0, MOST_LINES).map(formatField);
    blocks.push(richTextBlock(fitLines(first, FIELDS_LIMIT, root.moreBelow, fields.length)));
  }
  if (transcript.length > 0) {
    // The end of a conversation says more than its beginning.
    const lines = transcript.slice(-MOST_LINES).map(formatLine).reverse();
    const { length } = transcript;
    const fitting = fitLines(lines, TRANSCRIPT_LIMIT, root.earlierBelow, length).reverse();
    blocks.push(richTextBlock([ours(root.transcript, { bold: true }), ...fitting]));
  }
  return blocks;
}

/** The metadata and transcript in full, if the root had to shorten them. Literal text, not mrkdwn. */
export function renderOverflow({ metadata, transcript = [] }: RootDetails): string | undefined {
  const fields = otherFields(metadata);
  const fieldsFit =
    fields.length <= MOST_LINES &&
    (reasonOf(metadata) ?? "").length <= CODE_LIMIT &&
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
    ...(fieldsFit ? [] : [formatWhole(metadata)]),
    ...(linesFit ? [] : transcript.map(wholeLine)),
  ].join("\n");
}

function otherFields(metadata: Json | undefined): readonly MetadataField[] {
  if (metadata === undefined || metadata === null || typeof metadata === "string") return [];
  if (!isJsonObject(metadata)) return flattenMetadata(metadata, "metadata");
  const { reason, ...others } = metadata;
  return flattenMetadata(reasonOf(metadata) ? others : metadata);
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
