import { defined } from "../../defined.ts";
import type { Json } from "../../json.ts";
import { shorten } from "../text/slack-text.ts";
import { SLACK_LIMITS } from "./slack-limits.ts";

/** Blocks of Slack's Block Kit, as plain data. Foreign text in `mrkdwn` arguments must be made literal before. */

export const header = (text: string): Json => ({
  type: "header",
  text: plainText(text, SLACK_LIMITS.header),
});

export const section = (mrkdwn: string): Json => ({
  type: "section",
  text: toMrkdwn(mrkdwn),
});

export const context = (mrkdwn: string): Json => ({
  type: "context",
  elements: [toMrkdwn(mrkdwn)],
});

/** As many sections as the lines need; each line stays whole. */
export function sections(lines: readonly string[]): Json[] {
  const texts: string[] = [];
  for (const line of lines) {
    const longer = [...texts.slice(-1), line].join("\n");
    if (texts.length > 0 && longer.length <= SLACK_LIMITS.section) texts[texts.length - 1] = longer;
    else texts.push(line);
  }
  return texts.map(section);
}

/** A foreign `:x:` stays as it was written, and nothing turns a label around: what had to be closed might not fit. */
const plainText = (text: string, limit: number): Json => ({
  type: "plain_text",
  text: shorten(text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, ""), limit),
  emoji: false,
});

/** `verbatim`: Slack finds no names, channels or addresses in it, only the markup that is written out. */
const toMrkdwn = (text: string): Json => ({ type: "mrkdwn", text: clip(text), verbatim: true });

export const preformatted = (text: string): Json => ({
  type: "rich_text",
  elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
});

export const actions = (...elements: readonly Json[]): Json => ({ type: "actions", elements });

export function button(given: {
  text: string;
  actionId: string;
  value: string;
  style?: "primary" | "danger";
  /** Asked before the press counts. */
  confirm?: {
    title: string;
    text: string;
    confirm: string;
    deny: string;
  };
}): Json {
  return {
    type: "button",
    text: plainText(given.text, SLACK_LIMITS.buttonText),
    action_id: given.actionId,
    value: given.value,
    ...defined({ style: given.style }),
    ...(given.confirm && {
      confirm: {
        title: plainText(given.confirm.title, SLACK_LIMITS.confirmTitle),
        text: plainText(given.confirm.text, SLACK_LIMITS.confirmText),
        confirm: plainText(given.confirm.confirm, SLACK_LIMITS.confirmButton),
        deny: plainText(given.confirm.deny, SLACK_LIMITS.confirmButton),
      },
    }),
  };
}

interface Option {
  text: string;
  value: string;
}
/** Blocks that Slack folds under a title. Children that it takes for certain: sections, contexts, dividers and tables. */
export const container = (title: string, blocks: readonly Json[]): Json => ({
  type: "container",
  title: plainText(title, SLACK_LIMITS.containerTitle),
  child_blocks: blocks.slice(0, SLACK_LIMITS.containerChildren),
  is_collapsible: true,
  default_collapsed: true,
});

/** Cells of `rich_text` elements; the first row is the head. Slack refuses a second table in a message, and empty cells. */
export const table = (rows: readonly (readonly (readonly Json[])[])[]): Json => ({
  type: "table",
  column_settings: [{ is_wrapped: true }, { is_wrapped: true }],
  rows: rows.map((row) => row.map(cell)),
});

const cell = (elements: readonly Json[]): Json => ({
  type: "rich_text",
  elements: [
    {
      type: "rich_text_section",
      elements: elements.length > 0 ? elements : [{ type: "text", text: "–" }],
    },
  ],
});

/** Several texts in grey, one behind the other: mrkdwn, or foreign text as it is. */
export const contextOf = (...parts: readonly ({ mrkdwn: string } | { plain: string })[]): Json => ({
  type: "context",
  elements: parts.map((part) =>
    "plain" in part ? plainText(part.plain, SLACK_LIMITS.section) : toMrkdwn(part.mrkdwn),
  ),
});

/** A menu behind three dots. */
export const overflow = (given: { actionId: string; options: readonly Option[] }): Json => ({
  type: "overflow",
  action_id: given.actionId,
  options: given.options.map(toOption),
});

/** A menu that shows what was chosen last. */
export const select = (given: {
  actionId: string;
  options: readonly Option[];
  initial: Option | undefined;
}): Json => ({
  type: "static_select",
  action_id: given.actionId,
  options: given.options.map(toOption),
  ...(given.initial && { initial_option: toOption(given.initial) }),
});

const toOption = ({ text, value }: Option): Json => ({
  text: plainText(text, SLACK_LIMITS.optionText),
  value,
});

/** Escaping makes text up to five times as long. The end is cut without leaving half an entity or half a link. */
function clip(mrkdwn: string): string {
  if (mrkdwn.length <= SLACK_LIMITS.section) return mrkdwn;
  const kept = shorten(mrkdwn, SLACK_LIMITS.section).slice(0, -1);
  return `${kept.replace(/(?:&[a-z]{0,3}|<[^<>]*)$/, "")}…`;
}
