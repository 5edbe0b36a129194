import { defined } from "../../defined.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { append } from "../text/append.ts";
import { childrenOf, type RichText, stringIn } from "../text/rich-text.ts";
import type { Style, StyledText } from "../text/styled-text.ts";
import type { Mentions, SlackNames } from "./mentions.ts";
import { toEmoji } from "./to-emoji.ts";

/** What is needed to read a text besides the text itself. */
export interface Reading {
  names: SlackNames;
  mentions: Mentions;
}

/** Stands for something that is left out, until {@link readInline} removes it together with superfluous white space. */
const LEFT_OUT = "\uFFFC";

/** The text inside of a section, quote, list item, code block or whatever else holds some, as a User reads it. */
export function readInline(parent: RichText, reading: Reading): StyledText[] {
  const texts: StyledText[] = [];
  for (const element of leavesOf(parent)) {
    const style = styleOf(element.style);
    const url = element.type === "link" ? stringIn(element.url) : "";
    const text = textOf(element, reading).replaceAll(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD");
    if (text !== "") texts.push({ ...style, text, ...(url !== "" && { url }) });
  }
  return closeGaps(texts);
}

const isFrame = ({ elements }: RichText): boolean => Array.isArray(elements);

/** The innermost elements of an element. Elements in between begin a line of their own. */
function leavesOf(element: RichText): RichText[] {
  if (!isFrame(element)) return [element];
  const leaves: RichText[] = [];
  let isAfterFrame = false;
  for (const child of childrenOf(element)) {
    const isOwnLine = isFrame(child) || isAfterFrame;
    if (isOwnLine && leaves.length > 0) leaves.push({ type: "text", text: "\n" });
    append(leaves, leavesOf(child));
    isAfterFrame = isFrame(child);
  }
  return leaves;
}

function textOf(element: RichText, { names, mentions }: Reading): string {
  const fallback = stringIn(element.fallback) || stringIn(element.text);
  const mention = (
    sign: string,
    known: ReadonlyMap<string, string>,
    id: Json | undefined,
    unknown: string,
  ) => {
    if (mentions === "hide") return LEFT_OUT;
    // An id means nothing to a User; the name in the message will do if none was looked up.
    const name = known.get(stringIn(id)) || stringIn(element.name);
    return `${sign}${(name || unknown).replace(/^[@#]/, "")}`;
  };
  switch (element.type) {
    case "text":
      return stringIn(element.text).replaceAll(LEFT_OUT, "");
    case "link":
      return stringIn(element.text) || stringIn(element.url);
    case "emoji":
      return toEmoji({
        name: stringIn(element.name),
        ...defined({
          unicode: stringIn(element.unicode) || undefined,
          skinTone: typeof element.skin_tone === "number" ? element.skin_tone : undefined,
        }),
      });
    case "user":
      return mention("@", names.users, element.user_id, "someone");
    case "usergroup":
      return mention("@", names.usergroups, element.usergroup_id, "group");
    case "channel":
      return mention("#", names.channels, element.channel_id, "channel");
    // `@here` and the like concern colleagues, not the User.
    case "broadcast":
    case "team":
      return LEFT_OUT;
    case "date":
      return fallback || dateOf(element.timestamp);
    case "color":
      return stringIn(element.value) || fallback;
    default:
      return fallback;
  }
}

function styleOf(style: Json | undefined): Style {
  if (!isJsonObject(style)) return {};
  const { bold, italic, strike, code } = style;
  const given = Object.entries({ bold, italic, strike, code });
  return Object.fromEntries(given.filter(([, value]) => value === true));
}

/** `2026-11-22 17:06 UTC`, for a date that has no text of its own. */
function dateOf(timestamp: Json | undefined): string {
  const at = new Date(Number(timestamp) * 1000);
  if (typeof timestamp !== "number" || Number.isNaN(at.getTime())) return "";
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Removes what `/[^\S\n]+$/` would match, but in linear time. */
function withoutSpaceAtEnd(text: string): string {
  const trimmed = text.trimEnd();
  const lineEnd = text.lastIndexOf("\n") + 1;
  return text.slice(0, Math.max(trimmed.length, lineEnd));
}

/** Removes the placeholders of what was left out, and beside each the space that is superfluous now. */
function closeGaps(texts: readonly StyledText[]): StyledText[] {
  if (!texts.some(({ text }) => text === LEFT_OUT)) return [...texts];
  const closed: StyledText[] = [];
  let afterGap = false;
  for (const piece of texts) {
    if (piece.text === LEFT_OUT) {
      afterGap = true;
      continue;
    }
    let { text } = piece;
    const before = closed.at(-1);
    if (afterGap && (!before || /\s$/.test(before.text))) {
      text = text.replace(
        before && !before.text.endsWith("\n") ? /^[^\S\n]+/ : /^[,:;]?[^\S\n]+/,
        "",
      );
      if (before && /^(?:[,.!?;:)]|\n|$)/.test(text) && /[^\S\n]$/.test(before.text)) {
        closed[closed.length - 1] = { ...before, text: withoutSpaceAtEnd(before.text) };
      }
    }
    if (text !== "") {
      closed.push({ ...piece, text });
      afterGap = false;
    }
  }
  return closed;
}
