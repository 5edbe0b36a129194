import type { Block } from "../../fakes/slack/state.ts";
import { SLACK_EMOJI } from "./slack-emoji.ts";

type Style = Readonly<Partial<Record<"bold" | "italic" | "strike" | "code", true>>>;
type Element = Readonly<Record<string, unknown>>;

/** Slack's names of emoji, with their code points as Slack writes them. */
const UNICODE: ReadonlyMap<string, string> = new Map(
  [...SLACK_EMOJI].flatMap(([code, names]) =>
    names.map((name) => [name, code.toLowerCase()] as const),
  ),
);

/**
 * The `rich_text` block that Slack's composer makes of what a member types with its signs: `*bold*`, `_italic_`,
 * `~strike~`, code in backticks, lines that begin with `> `, `- ` or `1. `, addresses and emoji codes.
 */
export function typedBlocks(typed: string): Block[] {
  const parts = typed.split(/```\n?([\s\S]+?)\n?```\n?/);
  const elements = parts.flatMap((part, index) =>
    index % 2 === 1
      ? [{ type: "rich_text_preformatted", elements: [{ type: "text", text: part }] }]
      : toElements(part),
  );
  return [{ type: "rich_text", elements }];
}

const KINDS = [
  { kind: "quote", begins: /^> / },
  { kind: "bullet", begins: /^\s*[-•] / },
  { kind: "ordered", begins: /^\s*\d{1,4}[.)] / },
] as const;
type Kind = (typeof KINDS)[number]["kind"] | "section";

/** Lines of one kind that follow each other belong together. */
function toElements(text: string): Element[] {
  if (text === "") return [];
  const groups: { kind: Kind; lines: string[] }[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const known = KINDS.find(({ begins }) => begins.test(line));
    const kind = known?.kind ?? "section";
    const content = known ? line.replace(known.begins, "") : line;
    const last = groups.at(-1);
    if (last?.kind === kind) last.lines.push(content);
    else groups.push({ kind, lines: [content] });
  }
  return groups.map(({ kind, lines }) => toElement(kind, lines));
}

function toElement(kind: Kind, lines: readonly string[]): Element {
  if (kind === "section" || kind === "quote") {
    return { type: `rich_text_${kind}`, elements: toInline(lines.join("\n")) };
  }
  const elements = lines.map((line) => ({
    type: "rich_text_section",
    elements: toInline(line),
  }));
  return { type: "rich_text_list", style: kind, indent: 0, border: 0, elements };
}

/** A sign acts where no letter stands outside of it and no white space inside, and where it stands alone. */
const INLINE =
  /`(?<code>[^`\n]+)`|(?<link>https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"])|:(?<emoji>[a-z0-9_+'-]+):|(?<![\p{L}\p{N}])(?<sign>[*_~])(?<!\k<sign>{2})(?!\s|\k<sign>)(?<styled>[^\n]*?\S)(?<!\k<sign>)\k<sign>(?![\p{L}\p{N}]|\k<sign>)/gu;
const STYLES = { "*": "bold", _: "italic", "~": "strike" } as const;

function toInline(text: string, style: Style = {}): Element[] {
  const elements: Element[] = [];
  const add = (element: Element, more: Style = {}): void => {
    const all = { ...style, ...more };
    elements.push(Object.keys(all).length > 0 ? { ...element, style: all } : element);
  };
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const { code, link, emoji, sign, styled } = match.groups ?? {};
    const unicode = UNICODE.get(emoji ?? "");
    if (emoji !== undefined && unicode === undefined) continue;
    if (match.index > end) add({ type: "text", text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    if (code !== undefined) add({ type: "text", text: code }, { code: true });
    else if (link !== undefined) add({ type: "link", url: link });
    else if (emoji !== undefined) add({ type: "emoji", name: emoji, unicode });
    else {
      const key = STYLES[sign as keyof typeof STYLES];
      elements.push(...toInline(styled ?? "", { ...style, [key]: true }));
    }
  }
  if (end < text.length) add({ type: "text", text: text.slice(end) });
  return elements;
}
