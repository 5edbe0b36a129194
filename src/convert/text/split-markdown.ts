import { bestCut } from "./split-text.ts";

/** A code fence that is open at a place: what is needed to close it there and to open it again. */
interface Fence {
  /** `> ` where the fence stands in a quote. */
  prefix: string;
  marker: string;
  language: string;
  /** Where its opening line begins, and where its code begins. */
  start: number;
  codeStart: number;
}

/** The `>` of nested quotes may have four spaces between them, because one belongs to the `>` before. */
const LINE = /^((?: {0,3}>(?: {0,4}>)* ?)?) {0,3}(`{3,}|~{3,})([^\n]*)$/;

/** How far beyond the limit the text is examined for spans that must not be cut, in UTF-16 units. */
const LOOKAHEAD = 2_000;

/** A longer word behind a fence is no language, and is not repeated when the fence is opened again. */
const LANGUAGE_LIMIT = 40;

/**
 * Cuts Markdown into pieces of at most `limit` UTF-16 units: after a paragraph, a line, a sentence, a word, else between
 * two graphemes, and not inside of a link, a code span, an emphasis or an escape. A code fence that must be cut is closed,
 * and opened again with its language in the next piece. A table that is cut between rows has its head again in the next
 * piece. Apart from such lines `pieces.join("")` is the text.
 */
export function splitMarkdown(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let at = 0;
  // Lines to repeat in front of the next piece: the opening of a fence, or the head of a table.
  let opening = "";
  while (opening.length + text.length - at > limit) {
    const { piece, end, reopened } = cut(opening + text.slice(at, at + limit + LOOKAHEAD), limit);
    pieces.push(piece);
    at += Math.max(0, end - opening.length);
    opening = reopened + opening.slice(end);
  }
  const rest = opening + text.slice(at);
  if (rest !== "" || pieces.length === 0) pieces.push(rest);
  return pieces;
}

/** The first piece, where in the text it ends, and the lines to repeat in front of the next one. */
interface Cut {
  piece: string;
  end: number;
  reopened: string;
}

/** `text`: the rest of the text, as far as {@link LOOKAHEAD} beyond the limit. */
function cut(text: string, limit: number): Cut {
  const cutAt = (end: number) => ({ piece: text.slice(0, end), end, reopened: "" });
  const plainEnd = bestCut(text, limit, isBetweenSpans(text));
  const fence = openFence(text, plainEnd);
  if (!fence) return cutTable(text, plainEnd, limit) ?? cutAt(plainEnd);
  // Cut before the fence, unless the piece would be too short. A fence cannot be cut within its first line anyway.
  if (fence.start > limit / 2 || (fence.start > 0 && plainEnd <= fence.codeStart)) {
    return cutAt(fence.start);
  }
  const opening = `${fence.prefix}${fence.marker}${fence.language}\n`;
  const closing = `${fence.prefix}${fence.marker}`;
  const room = limit - closing.length - 1;
  // No room for the lines that close and open the fence: it is cut like any other text.
  if (room <= 0 || opening.length + closing.length + 1 > limit / 2 || room <= fence.codeStart) {
    return cutAt(plainEnd);
  }
  let end = bestCut(text, room);
  if (end <= fence.codeStart) end = room;
  const lineStart = text.lastIndexOf("\n", end - 1) + 1;
  const lineEnd = text.indexOf("\n", lineStart);
  // The cut would be inside of the line that closes the fence: cut before that line.
  if (
    lineStart > fence.codeStart &&
    closes(text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd), fence)
  ) {
    end = lineStart;
  }
  const code = text.slice(0, end);
  const piece = `${code}${code.endsWith("\n") ? "" : "\n"}${closing}`;
  const remaining = text.slice(end);
  const firstLineEnd = remaining.indexOf("\n");
  const firstLine = firstLineEnd < 0 ? remaining : remaining.slice(0, firstLineEnd);
  // The fence ends at the cut anyway, so it is not opened again.
  if (code.endsWith("\n") && closes(firstLine, fence)) {
    const next = firstLineEnd < 0 ? text.length : end + firstLineEnd + 1;
    return { piece, end: next, reopened: "" };
  }
  const prefix = code.endsWith("\n") ? "" : fence.prefix;
  return { piece, end, reopened: `${opening}${prefix}` };
}

/** A row of a table, and the line below the table's head, as {@link renderMarkdown} writes them; perhaps in a quote. */
const ROW = /^(?:> ?){0,9}\|/;
const RULE = /^(?:> ?){0,9}\|(?: *:?-+:? *\|)+ *$/;

/** The cut at `end` if that is between two rows of a table: the next piece then repeats the table's head. */
function cutTable(text: string, end: number, limit: number): Cut | undefined {
  if (text[end - 1] !== "\n" || !ROW.test(text.slice(end, end + LOOKAHEAD))) return undefined;
  let start = end;
  while (start > 0) {
    const before = text.lastIndexOf("\n", start - 2) + 1;
    if (!ROW.test(text.slice(before, start))) break;
    start = before;
  }
  const [head = "", rule = ""] = text.slice(start, end + LOOKAHEAD).split("\n", 2);
  const reopened = `${head}\n${rule}\n`;
  if (!RULE.test(rule) || reopened.length > limit / 2) return undefined;
  const isBehindHead = end <= start + reopened.length;
  // A piece must not end with the head alone: cut before the table.
  if (isBehindHead && start > 0) return { piece: text.slice(0, start), end: start, reopened: "" };
  return isBehindHead ? undefined : { piece: text.slice(0, end), end, reopened };
}

/** The fence that is open at `end`, as CommonMark sees it in the lines that begin before. */
function openFence(text: string, end: number): Fence | undefined {
  let open: Fence | undefined;
  let start = 0;
  while (start < end) {
    const newline = text.indexOf("\n", start);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = text.slice(start, lineEnd).replace(/\r$/, "");
    if (open && open.prefix !== "" && !line.trimStart().startsWith(">")) open = undefined;
    if (open) {
      // A closing line counts only if all of it is before the cut.
      if (closes(line, open) && lineEnd <= end) open = undefined;
    } else {
      const [, prefix = "", marker = "", info = ""] = LINE.exec(line) ?? [];
      if (marker !== "" && !(marker.startsWith("`") && info.includes("`"))) {
        const language = info.trim().split(/\s/, 1)[0] ?? "";
        open = {
          prefix,
          marker,
          language: language.length > LANGUAGE_LIMIT ? "" : language,
          start,
          codeStart: Math.min(lineEnd + 1, text.length),
        };
      }
    }
    start = lineEnd + 1;
  }
  return open;
}

function closes(line: string, { marker }: Fence): boolean {
  const [, , found = "", info = ""] = LINE.exec(line.replace(/\r$/, "")) ?? [];
  return found.startsWith(marker) && info.trim() === "";
}

const SPANS =
  /\[[^[\]\n]{0,500}\]\([^()\s]{0,2000}\)|(?<!`)(`+)(?!`)[^`\n]{1,500}\1(?!`)|(\*\*|~~)[^*~\n]{1,500}\2|(?:https?|mailto|tel):[^\s<>]{1,2000}|&#?\w{1,31};|\\./gu;

/** Whether a place is outside of all spans, such as links, code and emphasis. */
function isBetweenSpans(text: string): (index: number) => boolean {
  const inside = new Set<number>();
  for (const { index, 0: found } of text.matchAll(SPANS)) {
    for (let at = index + 1; at < index + found.length; at++) inside.add(at);
  }
  return (index) => !inside.has(index);
}
