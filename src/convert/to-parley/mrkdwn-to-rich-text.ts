import { defined } from "../../defined.ts";
import { append } from "../text/append.ts";
import type { RichText } from "../text/rich-text.ts";
import { unescapeText } from "../text/slack-text.ts";
import type { Style } from "../text/styled-text.ts";
import { EMOJI_CODE, isKnownEmoji } from "./to-emoji.ts";

/**
 * Slack's older markup as `rich_text`. Needed only for messages without such blocks; those that people type in Slack's own
 * clients have them.
 * Source: docs.slack.dev/messaging/formatting-message-text, 2026.
 */
export function mrkdwnToRichText(mrkdwn: string): RichText[] {
  const elements: RichText[] = [];
  const parts = mrkdwn.replaceAll(/\r\n?/g, "\n").split("```");
  // A fence that is never closed is plain text.
  if (parts.length % 2 === 0) parts.push(parts.splice(-2).join("```"));
  for (const [index, part] of parts.entries()) {
    // Every second part is inside of a fence.
    if (index % 2 === 1) {
      const code = part.replace(/^\n/, "").replace(/\n$/, "");
      elements.push({ type: "rich_text_preformatted", elements: literalOrLink(code) });
    } else if (part !== "") {
      append(elements, readLines(part));
    }
  }
  return elements;
}

interface Line {
  kind: "text" | "quote" | "bullet";
  indent: number;
  text: string;
}

function readLines(text: string): RichText[] {
  const elements: RichText[] = [];
  let group: Line[] = [];
  const flush = () => {
    if (group.length > 0) elements.push(toElement(group));
    group = [];
  };
  for (const line of text.split("\n").map(readLine)) {
    const last = group.at(-1);
    if (
      last &&
      (last.kind !== line.kind || (line.kind === "bullet" && last.indent !== line.indent))
    )
      flush();
    group.push(line);
  }
  flush();
  return elements;
}

function readLine(text: string): Line {
  const [, quoted] = /^(?:&gt;|>) ?(.*)$/s.exec(text) ?? [];
  if (quoted !== undefined) return { kind: "quote", indent: 0, text: quoted };
  const [, space = "", item] = /^(\s*)(?:[•◦▪]\ufe0e?)\s+(.*)$/s.exec(text) ?? [];
  if (item !== undefined) {
    return {
      kind: "bullet",
      indent: Math.floor(space.replaceAll("\t", "    ").length / 4),
      text: item,
    };
  }
  return { kind: "text", indent: 0, text };
}

function toElement(lines: readonly Line[]): RichText {
  const [first] = lines;
  if (first?.kind === "bullet") {
    return {
      type: "rich_text_list",
      style: "bullet",
      indent: first.indent,
      elements: lines.map(({ text }) => ({
        type: "rich_text_section",
        elements: readInline(text, {}),
      })),
    };
  }
  const text = lines.map((line) => line.text).join("\n");
  return {
    type: first?.kind === "quote" ? "rich_text_quote" : "rich_text_section",
    elements: readInline(text, {}),
  };
}

/** A span: neither end is inside of a word, and no space is next to its ends on the inside. */
const SPAN =
  /(?<![\p{L}\p{N}])(?<sign>[*_~])(?!\s|\k<sign>)(?<inner>(?:(?!\k<sign>)[^\n])*?(?!\k<sign>)\S)\k<sign>(?![\p{L}\p{N}])/u;

const TOKEN = new RegExp(`\`(?<code>[^\`\\n]+)\`|<(?<control>[^<>\\n]+)>|${SPAN.source}`, "gu");

function readInline(text: string, style: Style): RichText[] {
  const elements: RichText[] = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    const { code, control, sign, inner = "" } = found.groups ?? {};
    append(elements, literal(text.slice(end, found.index), style));
    if (code !== undefined) append(elements, literalOrLink(code, { ...style, code: true }));
    else if (control !== undefined) elements.push(readControl(control, style));
    else append(elements, readInline(inner, { ...style, ...STYLES[sign as keyof typeof STYLES] }));
    end = found.index + found[0].length;
  }
  append(elements, literal(text.slice(end), style));
  return elements;
}

const STYLES = { "*": { bold: true }, _: { italic: true }, "~": { strike: true } } as const;

/** Inside of code only links and mentions are markup. */
function literalOrLink(text: string, style: Style = {}): RichText[] {
  const elements: RichText[] = [];
  let end = 0;
  for (const found of text.matchAll(/<([^<>\n]+)>/g)) {
    elements.push(
      ...plain(text.slice(end, found.index), style),
      readControl(found[1] ?? "", style),
    );
    end = found.index + found[0].length;
  }
  return [...elements, ...plain(text.slice(end), style)];
}

const plain = (text: string, style: Style): RichText[] =>
  text === "" ? [] : [{ type: "text", text: unescapeText(text), style }];

function literal(text: string, style: Style): RichText[] {
  const elements: RichText[] = [];
  let end = 0;
  for (const found of text.matchAll(EMOJI_CODE)) {
    const name = found[0].slice(1, -1);
    // Unknown names stay text: `10:30:45` has colons too, and custom emoji are shown as text anyway.
    if (!isKnownEmoji(name)) continue;
    append(elements, plain(text.slice(end, found.index), style));
    elements.push({ type: "emoji", name, style });
    end = found.index + found[0].length;
  }
  return [...elements, ...plain(text.slice(end), style)];
}

/** Parses what is between `<` and `>`: a mention, a date or a link. */
function readControl(control: string, style: Style): RichText {
  const bar = control.indexOf("|");
  const target = bar < 0 ? control : control.slice(0, bar);
  const label = bar < 0 ? "" : unescapeText(control.slice(bar + 1));
  const named = (type: string, key: string, id: string) => ({
    type,
    [key]: id,
    style,
    ...defined({ name: label || undefined }),
  });
  if (target.startsWith("@")) return named("user", "user_id", target.slice(1));
  if (target.startsWith("#")) return named("channel", "channel_id", target.slice(1));
  if (target.startsWith("!subteam^")) return named("usergroup", "usergroup_id", target.slice(9));
  if (target.startsWith("!date^")) {
    const [, timestamp = "", , url] = target.split("^");
    return {
      type: "date",
      timestamp: Number(timestamp),
      fallback: label,
      style,
      ...defined({ url: url || undefined }),
    };
  }
  if (target.startsWith("!")) return { type: "broadcast", range: target.slice(1) };
  return {
    type: "link",
    url: unescapeText(target),
    style,
    ...defined({ text: label || undefined }),
  };
}
