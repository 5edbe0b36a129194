import { escapeText } from "../../src/convert/text/slack-text.ts";
import type { ParleyMessage } from "../../src/convert/to-slack/parley-message.ts";
import { toSlack } from "../../src/convert/to-slack/user-message.ts";
import { isJsonObject, type Json } from "../../src/json.ts";
import { en } from "../../src/views/texts/en.ts";
import { FROM_PARLEY } from "../fixtures/conversion/parley-to-slack.ts";
import { FROM_CONTENT } from "../fixtures/conversion/slack-content.ts";
import { FROM_SLACK, LITERAL_TEXTS } from "../fixtures/conversion/slack-to-parley.ts";

/** The page about formatting, made from the tests' own data. */
export const makeFormattingPage = (): string => `# Formatting

What people write arrives as they meant it. This page is made from the data of the tests: run \`npm run docs:formatting\`
after you change them.

In the Slack columns, \`*bold*\`, \`_italic_\`, \`~strike~\`, \`<address|label>\` and \`:emoji:\` stand for what Slack shows
formatted.

## From Slack to Parley

Slack tells what agents write as \`rich_text\`; Parley's clients show Markdown. Clients cannot follow other
links than those to the web, so mail addresses and telephone numbers go out as text, which they find by themselves.

A line break is two spaces and a line feed, or with \`PARLEY_LINE_BREAK=soft\` a line feed alone. Neither is right in all
of Parley's clients, and joined lines lose more than a blank line does:

| | web client | Android | iOS |
| --- | --- | --- | --- |
| \`hard\` (the default, shown below) | **a blank line** | a line break | a line break |
| \`soft\` | a line break | **the lines are joined** | a line break |

${table(
  ["Construct", "In Slack", "Markdown for the User", "With hidden mentions"],
  FROM_SLACK.map(({ construct, slack, markdown, hidden }) => [
    construct,
    verbatim(draw(slack)),
    verbatim(markdown),
    hidden === undefined ? "the same" : verbatim(hidden),
  ]),
)}

### More than text

Forwarded messages, tables, pictures and blocks of Markdown go, too. Previews of links do not.

${table(
  ["Construct", "Markdown for the User", "With hidden mentions"],
  FROM_CONTENT.map(({ construct, markdown, hidden }) => [
    construct,
    verbatim(markdown),
    hidden === undefined ? "the same" : verbatim(hidden),
  ]),
)}

### Typed as it is

Characters that mean something in Markdown are escaped only where the User would see something else without it.

${table(
  ["Typed in Slack", "Markdown for the User"],
  LITERAL_TEXTS.map(([typed, markdown]) => [verbatim(typed), verbatim(markdown)]),
)}

## From Parley to Slack

Nothing that a User writes can ping anybody, look like a line of the bridge, or hide where a link leads.

${table(
  ["Construct", "From Parley", "In Slack"],
  FROM_PARLEY.map(({ construct, parley }) => [
    construct,
    verbatim(describe(parley)),
    verbatim(
      toSlack({ typeId: 1, ...parley }, en.message)
        .map(({ blocks = [] }) => drawBlocks(blocks))
        .join("\n"),
    ),
  ]),
)}
`;

/** A User's own text as it is; what only bots and apps send, as JSON. */
const describe = (message: Omit<ParleyMessage, "typeId">): string =>
  Object.keys(message).join() === "text" ? (message.text ?? "") : JSON.stringify(message, null, 1);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Text in a cell, character by character. */
const verbatim = (text: string): string =>
  text === ""
    ? "nothing"
    : `<code>${escapeText(text)
        .replaceAll(/[\\`*_~|[\]():@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
        .replaceAll(/ (?=\n|$)| (?= )|^ /gm, "&nbsp;")
        .replaceAll("\n", "<br>")}</code>`;

const drawBlocks = (blocks: readonly Json[]): string =>
  blocks.map((block) => (isJsonObject(block) ? draw(list(block.elements)) : "")).join("\n");

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** `rich_text` as somebody would write it in a letter. */
function draw(elements: readonly Json[]): string {
  return elements
    .filter(isJsonObject)
    .map((element) => {
      const children = list(element.elements);
      const edge = element.border ? "> " : "";
      if (element.type === "rich_text_list") {
        const first = Number(element.offset ?? 0) + 1;
        const indent = "    ".repeat(Number(element.indent ?? 0));
        return children
          .map(
            (item, index) =>
              `${edge}${indent}${element.style === "ordered" ? `${first + index}.` : "•"} ${draw([item])}`,
          )
          .join("\n");
      }
      const text = children.filter(isJsonObject).map(drawInline).join("");
      if (element.type === "rich_text_quote") return text.replaceAll(/^/gm, "> ");
      if (element.type === "rich_text_preformatted")
        return `\`\`\`\n${text}\n\`\`\``.replaceAll(/^/gm, edge);
      return text.replace(/\n$/, "");
    })
    .join("\n");
}

function drawInline(element: { readonly [key: string]: Json }): string {
  const style = isJsonObject(element.style) ? element.style : {};
  const marks = [
    style.bold && "*",
    style.italic && "_",
    style.strike && "~",
    style.code && "`",
  ].filter(Boolean);
  return [...marks, drawLeaf(element), ...marks.toReversed()].join("");
}

function drawLeaf({ type, text, url, ...more }: { readonly [key: string]: Json }): string {
  switch (type) {
    case "text":
      return String(text);
    case "link":
      return text === undefined ? String(url) : `<${String(url)}|${String(text)}>`;
    case "emoji":
      return `:${String(more.name)}${more.skin_tone === undefined ? "" : `::skin-tone-${String(more.skin_tone)}`}:`;
    case "user":
    case "usergroup":
    case "channel":
      return `<${type} ${String(more.user_id ?? more.usergroup_id ?? more.channel_id)}>`;
    case "broadcast":
      return `@${String(more.range)}`;
    default:
      return `<${String(type)}>`;
  }
}
