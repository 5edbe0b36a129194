import { parseChatMarkdown } from "../text/markdown.ts";
import type { RichText } from "../text/rich-text.ts";
import { splitMarkdown } from "../text/split-markdown.ts";
import { splitText } from "../text/split-text.ts";
import { describeButton, describeMedia } from "./describe-card.ts";
import { inertElements, inertText } from "./inert-rich-text.ts";
import { mdastToRichText } from "./mdast-to-rich-text.ts";
import type { ParleyButton, ParleyCard, ParleyMessage } from "./parley-message.ts";

/** Something that belongs into one message: the same as literal text and as inert `rich_text`. */
export interface MessagePart {
  readonly text: string;
  readonly elements: readonly RichText[];
  /** What separates its text from the part before it. */
  readonly gap: "\n\n" | "\n" | " ";
  /** Goes on where the last message had to end. */
  readonly startsMessage: boolean;
}

/** In UTF-16 units; leaves room for a title and a file in the same message. */
const PART_LIMIT = 2_800;

/** All that a message says, in the order in which Parley's clients show it. */
export function toParts(message: ParleyMessage): MessagePart[] {
  const replies = (message.quickReplies ?? []).flatMap((reply, index) =>
    literal(describeButton({ title: reply }), index === 0 ? "\n" : " "),
  );
  const cards = (message.carousel ?? []).flatMap((card) => cardParts(card, "\n\n"));
  return [...cardParts(message, "\n"), ...cards, ...replies];
}

function cardParts(card: ParleyCard, gap: "\n\n" | "\n"): MessagePart[] {
  const { title, text, media, buttons = [] } = card;
  const parts = [
    ...(title
      ? literal(title, "\n", (piece) => [sectionOf(inertText(piece, { bold: true }))])
      : []),
    ...(text ? pieces(splitMarkdown(text, PART_LIMIT), "\n", showMarkdown) : []),
    ...(media ? literal(`${CLIP} ${describeMedia(media)}`, "\n", showFile) : []),
    ...buttons.flatMap((button, index) => buttonParts(button, index === 0 ? "\n" : " ")),
  ];
  const [first, ...rest] = parts;
  return first ? [{ ...first, gap }, ...rest] : [];
}

const sectionOf = (elements: readonly RichText[]): RichText => ({
  type: "rich_text_section",
  elements,
});

const showLiteral = (text: string): RichText[] => [sectionOf(inertText(text))];

/** Quotes in lists in quotes: nobody means it, and it takes a parser very long. */
const DEEP = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*){40}/m;

/** A parser pairs each of these with the others, which takes the square of their number; prose has a few dozens. */
const MOST_SIGNS = 400;

const hasTooManySigns = (markdown: string): boolean =>
  (markdown.match(/[*_~]/g)?.length ?? 0) > MOST_SIGNS;

/** What means nothing as Markdown, such as a lone `#`, is shown as it is. */
function showMarkdown(markdown: string): RichText[] {
  if (DEEP.test(markdown) || hasTooManySigns(markdown)) return showLiteral(markdown);
  const elements = mdastToRichText(parseChatMarkdown(markdown));
  return elements.length > 0 ? elements : showLiteral(markdown);
}

/** Not by its code: in a notification a code would be anybody's. */
const CLIP = "📎";

const showFile = (text: string): RichText[] => [
  sectionOf(
    text.startsWith(CLIP)
      ? [{ type: "emoji", name: "paperclip" }, ...inertText(text.slice(CLIP.length))]
      : inertText(text),
  ),
];

/** Long texts in several parts; each but the first begins a message. What nobody would see is not posted. */
const pieces = (
  texts: readonly string[],
  gap: MessagePart["gap"],
  show: (text: string) => RichText[],
): MessagePart[] =>
  texts
    .filter((text) => /[^\s\p{Cc}\p{Cf}]/u.test(text))
    .map((text, index) => ({ text, gap, startsMessage: index > 0, elements: show(text) }));

const literal = (text: string, gap: MessagePart["gap"], show = showLiteral): MessagePart[] =>
  pieces(splitText(text, PART_LIMIT), gap, show);

/** Parley gives a button no limit; longer ones are text like any other. */
const TARGET_LIMIT = 1_000;

/** `• [Open app] https://…`: what the User can click, and where that leads or what it says. */
function buttonParts(button: ParleyButton, gap: MessagePart["gap"]): MessagePart[] {
  const { title = "", payload = "", type } = button;
  const name = describeButton(button);
  const target =
    payload === title || name === `[${payload}]` ? "" : payload.replace(/^tel:\/\//i, "tel:");
  if (name.length + target.length > TARGET_LIMIT) return literal(`${name} ${target}`.trim(), gap);
  const leads = type === "webUrl" || type === "phoneNumber";
  const shown =
    target === "" ? [] : inertElements([{ text: target, ...(leads && { url: target }) }]);
  const elements = [...inertText(target === "" ? name : `${name} `), ...shown];
  return [{ text: name, gap, startsMessage: false, elements: [bullet(elements)] }];
}

const bullet = (elements: readonly RichText[]): RichText => ({
  type: "rich_text_list",
  style: "bullet",
  indent: 0,
  elements: [sectionOf(elements)],
});
