import { parseChatMarkdown } from "../text/markdown.ts";
import type { RichText } from "../text/rich-text.ts";
import { splitMarkdown } from "../text/split-markdown.ts";
import { splitText } from "../text/split-text.ts";
import { describeButton, describeMedia } from "./describe-card.ts";
import { inertElements, inertText } from "./inert-rich-text.ts";
import { mdastToRichText } from "./mdast-to-rich-text.ts";
import type { MessageWords } from "./message-words.ts";
import type { ParleyButton, ParleyCard, ParleyMessage } from "./parley-message.ts";

/** A part of a message that is not cut further, as literal text and as inert `rich_text`. */
export interface MessagePart {
  text: string;
  elements: readonly RichText[];
  /** What separates it from the part before it. */
  gap: "\n\n" | "\n" | " ";
  /** It continues a text that had to be cut, so it begins a new message. */
  startsMessage: boolean;
}

/** In UTF-16 units; leaves room for a title and a file in the same message. */
const PART_LIMIT = 2_800;

/** The parts of a message in the order in which Parley's clients show them. */
export function toParts(
  message: ParleyMessage,
  words: Pick<MessageWords, "namelessFile">,
): MessagePart[] {
  const replies = (message.quickReplies ?? []).flatMap((reply, index) =>
    literal(describeButton({ title: reply }), index === 0 ? "\n" : " "),
  );
  const cards = (message.carousel ?? []).flatMap((card) => cardParts(card, "\n\n", words));
  return [...cardParts(message, "\n", words), ...cards, ...replies];
}

function cardParts(
  card: ParleyCard,
  gap: "\n\n" | "\n",
  words: Pick<MessageWords, "namelessFile">,
): MessagePart[] {
  const { title, text, media, buttons = [] } = card;
  const parts = [
    ...(title
      ? literal(title, "\n", (piece) => [sectionOf(inertText(piece, { bold: true }))])
      : []),
    ...(text ? pieces(splitMarkdown(text, PART_LIMIT), "\n", showMarkdown) : []),
    ...(media ? literal(`${CLIP} ${describeMedia(media, words)}`, "\n", showFile) : []),
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

/** Quotes and lists nested so deep that nobody means it, and that parsing would take very long. */
const DEEP = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*){40}/m;

/** The parser compares each of these characters with the others, which takes quadratic time; prose has a few dozens. */
const MOST_SIGNS = 400;

const hasTooManySigns = (markdown: string): boolean =>
  (markdown.match(/[*_~]/g)?.length ?? 0) > MOST_SIGNS;

/** Markdown as `rich_text`. If nothing of it would be shown, such as of a lone `#`, the text is shown as it is. */
function showMarkdown(markdown: string): RichText[] {
  if (DEEP.test(markdown) || hasTooManySigns(markdown)) return showLiteral(markdown);
  const elements = mdastToRichText(parseChatMarkdown(markdown));
  return elements.length > 0 ? elements : showLiteral(markdown);
}

/** The character itself, because an emoji code would not stand out from codes that a User writes. */
const CLIP = "📎";

const showFile = (text: string): RichText[] => [
  sectionOf(
    text.startsWith(CLIP)
      ? [{ type: "emoji", name: "paperclip" }, ...inertText(text.slice(CLIP.length))]
      : inertText(text),
  ),
];

/** A long text as several parts, of which each but the first begins a message. Parts that would show nothing are left out. */
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

/** Parley has no limit for a button's target; longer ones are cut into parts like any other text. */
const TARGET_LIMIT = 1_000;

/** `• [Open app] https://…`: a button that the User sees, and its target or the text that it sends. */
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
