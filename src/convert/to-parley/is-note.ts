import { childrenOf, countIn, type RichText } from "../text/rich-text.ts";
import { plainTextOf } from "../text/styled-text.ts";
import { NO_NAMES } from "./mentions.ts";
import { readInline } from "./read-inline.ts";
import { readSlackContent } from "./read-slack-content.ts";
import type { SlackContent, SlackText } from "./slack-content.ts";

/**
 * Whether a message begins as a note among colleagues. What looks like a note to its writer must be one. So it is enough
 * that either its blocks or its text begin like one, and everything that a reader ignores at the beginning is skipped.
 */
export const isNote = (message: SlackText): boolean =>
  beginsAsNote(leadOf(message)) || beginsAsNote(leadOf({ text: message.text }));

/** The writer's own text before the first quote, code block, table or forwarded message, without mentions. */
export function leadOf(message: SlackText): string {
  const lead: string[] = [];
  for (const part of readSlackContent(message)) {
    for (const words of wordsOf(part)) {
      if (words === undefined) return lead.join("\n");
      lead.push(words);
    }
  }
  return lead.join("\n");
}

/** `undefined`: from here on the message shows something, such as a quote, instead of the writer's own text. */
type Lead = string | undefined;

function wordsOf(part: SlackContent): Lead[] {
  switch (part.kind) {
    case "rich":
      return part.elements.flatMap(wordsOfElement);
    case "markdown":
      return [SHOWS.test(part.markdown) ? undefined : part.markdown];
    case "heading":
      return [part.text];
    case "table":
    case "forward":
      return [undefined];
    default:
      return [];
  }
}

/** Markdown that begins with a quote or a code block. */
const SHOWS = /^\s*(?:>|```|~~~)/;

function wordsOfElement(element: RichText): Lead[] {
  const { type, border } = element;
  if (type === "rich_text_quote" || type === "rich_text_preformatted" || countIn(border) > 0) {
    return [undefined];
  }
  if (type === "rich_text_list") return childrenOf(element).flatMap(wordsOfElement);
  return [plainTextOf(readInline(element, { names: NO_NAMES, mentions: "hide" }))];
}

/** Invisible characters. White space is not among them. */
const INVISIBLE = /\ufeff|(?!\s)[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Co}\u2800]/gu;

/**
 * The marker of a note, in each language that a team may read, whichever it is: who reads "Notitie" writes it. Sticky, as those
 * below: each is tried at one position. Full-width characters are plain ones by then.
 */
const MARKER =
  /[/\u2044\u2215\u29f8]{2}|not(?:e|itie|iz)\s*[:\u2236\ua789]|[\u{1f512}\u{1f510}\u{1f50f}]|:(?:note|lock|lock_with_ink_pen|closed_lock_with_key):/iuy;
/** What is skipped in front of a note's marker: a custom emoji, the number of a list's item, punctuation, white space. */
const FILLER = /:[\w+'-]+:|\d{1,9}[.)]\s|[^\p{L}\p{N}]/uy;
/** A mention that Slack did not recognise, or of somebody outside of the workspace. */
const MENTION = /[@#][\p{L}\p{N}][\p{L}\p{N}._'’-]*[,:;]?/uy;
const FURTHER_NAME = /\p{Lu}[\p{L}\p{N}._'’-]*[,:;]?/uy;
const FURTHER_NAMES = 3;

function beginsAsNote(lead: string): boolean {
  const text = lead.normalize("NFKC").replaceAll(INVISIBLE, "");
  let at = 0;
  const passes = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (let names = 0; ; ) {
    if (passes(MARKER)) return true;
    if (passes(MENTION)) names = FURTHER_NAMES;
    else if (!passes(FILLER) && (names-- <= 0 || !passes(FURTHER_NAME))) return false;
  }
}
