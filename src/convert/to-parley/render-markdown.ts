import type { Heading, Link, Nodes, Paragraph, Parents, PhrasingContent, Root, Table } from "mdast";
import { type Handlers, type Info, type State, toMarkdown } from "mdast-util-to-markdown";
import { parseMarkdown } from "../text/markdown.ts";
import { readPhrasing } from "../text/read-phrasing.ts";
import { isItsOwnLabel } from "../text/safe-url.ts";
import { plainTextOf } from "../text/styled-text.ts";
import { type EscapeLevel, escapeMarkdown } from "./escape-markdown.ts";
import { isFaithful } from "./is-faithful.ts";

/** The ways to write a paragraph, tried in this order until a reader would see exactly what was meant. */
const ATTEMPTS = [
  { escape: "nothing", bareLinks: true, styles: true },
  { escape: "likely", bareLinks: true, styles: true },
  { escape: "everything", bareLinks: false, styles: true },
  { escape: "everything", bareLinks: false, styles: false },
] as const satisfies readonly Attempt[];

/**
 * How a line break is written. No way is right in all of Parley's clients:
 *
 * - `hard` is two spaces and a line feed. The web client shows a blank line for it, because it keeps the line feed
 *   (`white-space: pre-wrap`) beside the break that it makes of both. Unlike a backslash, the spaces are invisible
 *   where Markdown is shown as text.
 * - `soft` is a lone line feed. Android makes a space of it, and so joins the lines.
 *
 * iOS shows one break for either. `hard` is the default: joined lines lose meaning, a blank line does not.
 */
export type LineBreak = "hard" | "soft";

const BREAKS: Readonly<Record<LineBreak, string>> = { hard: "  \n", soft: "\n" };

interface Attempt {
  escape: EscapeLevel;
  bareLinks: boolean;
  /** Whether bold, italic and strike are written; a few of their combinations cannot be in Markdown. */
  styles: boolean;
}

/**
 * How much of one message is checked, so that the parser never takes long. In UTF-16 units: all of it, one paragraph, and
 * the fixed cost of each check. `signs`: how many emphasis characters or lines a paragraph may have, because the parser
 * compares each with the others. Whatever exceeds this is no prose, and is escaped without a check.
 */
const CHECKED = { total: 30_000, paragraph: 4_000, overhead: 50, signs: 400 } as const;

/** Text in which nothing can be Markdown, so that it needs no check. */
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N} ,;?'"()]*[.!]?$/u;

const textOf = ({ children }: Paragraph): string => plainTextOf(readPhrasing(children));

const countSigns = (text: string): number => text.match(/[*_~\n]/g)?.length ?? 0;

const isPlain = ({ children: [only, ...more] }: Paragraph): boolean =>
  only?.type === "text" && more.length === 0 && PLAIN.test(only.value);

const NUMBERED = /^\d{1,9}[.)](?:\s|$)/m;

/**
 * Whether Markdown that is right by itself may mean something else in its place: a task box or a list inside of a list
 * item, or a part of the numbered list next to it.
 */
function dependsOnPlace(markdown: string, node: Paragraph, parent: Parents | undefined): boolean {
  if (parent?.type === "listItem" && /^\[[ xX]\]/.test(markdown)) return true;
  if (!NUMBERED.test(markdown)) return false;
  const siblings: readonly Nodes[] = parent?.children ?? [];
  const at = siblings.indexOf(node);
  const isNumbered = (sibling: Nodes | undefined) =>
    sibling?.type === "list" ||
    (sibling?.type === "paragraph" && NUMBERED.test(plainTextOf(readPhrasing(sibling.children))));
  return (
    parent?.type === "listItem" || isNumbered(siblings[at - 1]) || isNumbered(siblings[at + 1])
  );
}

/**
 * The tree as Markdown that is also readable as plain text: characters are escaped only if a reader would otherwise see
 * something else, and addresses stay bare.
 */
export function renderMarkdown(root: Root, lineBreak: LineBreak = "hard"): string {
  let attempt: Attempt = ATTEMPTS[0];
  let left: number = CHECKED.total;
  /** False once enough was checked. */
  const mayCheck = (text: string): boolean => {
    left -= text.length + CHECKED.overhead;
    return left >= 0;
  };
  const marked =
    (markerOf: (info: Info) => string, construct: "strong" | "emphasis" | "strikethrough") =>
    (node: Nodes, _parent: Parents | undefined, state: State, info: Info): string => {
      const sign = attempt.styles ? markerOf(info) : "";
      const exit = state.enter(construct as "strong");
      const inside = state.containerPhrasing(node as Paragraph, {
        ...info,
        before: sign || info.before,
        after: sign || info.after,
      });
      exit();
      return `${sign}${inside}${sign}`;
    };
  function writeText(
    node: Paragraph,
    parent: Parents | undefined,
    state: State,
    info: Info,
  ): string {
    const exit = state.enter("paragraph");
    const exitPhrasing = state.enter("phrasing");
    const text = textOf(node);
    const isProse = text.length <= CHECKED.paragraph && countSigns(text) <= CHECKED.signs;
    const isSure = isPlain(node);
    const isChecked = !isSure && isProse && mayCheck(text);
    let markdown = "";
    for (const next of isSure || isChecked ? ATTEMPTS : ATTEMPTS.slice(-2)) {
      attempt = next;
      markdown = state.containerPhrasing(node, info);
      if (!isChecked) break;
      if (isFaithful(markdown, node) && !dependsOnPlace(markdown, node, parent)) break;
    }
    exitPhrasing();
    exit();
    return markdown;
  }
  const handlers: Partial<Handlers> = {
    paragraph: writeText,
    heading(node: Heading, _parent, state, info) {
      const text = writeText(asParagraph(node.children), undefined, state, info);
      // A `#` at the end would count as the heading's end, and a line break would end it.
      const title = onOneLine(text).replace(/(?<!\\)#$/, "\\#");
      return `${"#".repeat(node.depth)} ${title}`;
    },
    table(node: Table, _parent, state, info) {
      const [head = "", ...rows] = node.children.map(({ children }) => {
        const cells = children.map((cell) =>
          toCell(writeText(asParagraph(cell.children), undefined, state, info)),
        );
        return `| ${cells.join(" | ")} |`;
      });
      const rule = `|${" --- |".repeat(node.children[0]?.children.length ?? 0)}`;
      return [head, rule, ...rows].join("\n");
    },
    text(node: { value: string }, _parent, state, info) {
      const { before, after } = info;
      return escapeMarkdown(node.value, attempt.escape, {
        before,
        after,
        inLabel: state.stack.includes("label"),
      });
    },
    break: () => BREAKS[lineBreak],
    strong: withPeek(
      marked(() => "**", "strong"),
      "*",
    ),
    // An underscore means nothing inside of a word.
    emphasis: withPeek(
      marked(({ before, after }) => (isWord(before) || isWord(after) ? "*" : "_"), "emphasis"),
      "_",
    ),
    delete: withPeek(
      marked(() => "~~", "strikethrough"),
      "~",
    ),
    link: withPeek((node: Link, _parent, state, info) => {
      const label = plainTextOf(readPhrasing(node.children));
      if (attempt.bareLinks && mayCheck(label) && isBare(node, label, info)) return label;
      const exit = state.enter("link");
      const exitLabel = state.enter("label");
      const shown = state.containerPhrasing(node, { ...info, before: "[", after: "]" });
      exitLabel();
      exit();
      return `[${shown}](${node.url.replaceAll(/&(?=#?\w+;)|[*_]/g, (sign) => (sign === "&" ? "\\&" : sign))})`;
    }, "["),
  };
  return toMarkdown(root, {
    bullet: "-",
    fences: true,
    listItemIndent: "one",
    rule: "-",
    handlers,
  }).trimEnd();
}

const asParagraph = (children: PhrasingContent[]): Paragraph => ({ type: "paragraph", children });

const onOneLine = (markdown: string): string =>
  markdown
    .split("\n")
    .map((line) => line.trim())
    .join(" ");

/** Escapes what would end a cell: a bar, also in code, and the end of a line. */
const toCell = (markdown: string): string =>
  onOneLine(markdown).replaceAll(/\\.|\|/g, (sign) => (sign === "|" ? "\\|" : sign));

type Handle = Handlers["text"];

/** `peek`: the first character for the neighbour before it. Any punctuation will do, so it may differ from the real one. */
const withPeek = (handle: Handle, peek: string): Handle =>
  Object.assign(handle, { peek: () => peek });

const isWord = (text: string): boolean => /[^\s\p{P}\p{S}]/u.test(text);

/** Whether every client makes the same link of the label alone. */
function isBare({ url, children }: Link, label: string, { before, after }: Info): boolean {
  if (children.some(({ type }) => type !== "text") || !isItsOwnLabel(label, url)) return false;
  if (!/^$|[\s(*_~]$/.test(before) || !/^$|^[\s.,;:!?)*_~]/.test(after)) return false;
  const [block] = parseMarkdown(label).children;
  const [link, ...more] = block?.type === "paragraph" ? block.children : [];
  return link?.type === "link" && more.length === 0 && link.url === url;
}
