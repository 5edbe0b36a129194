import { expect, it } from "vitest";
import { typedBlocks } from "../page/typed-blocks.ts";

const text = (words: string, style?: object) => ({
  type: "text",
  text: words,
  ...(style && { style }),
});
const section = (...elements: object[]) => ({ type: "rich_text_section", elements });

it.each<[string, object[]]>([
  ["plain", [section(text("plain"))]],
  [
    "*b* _i_ ~s~ `c`",
    [
      section(
        text("b", { bold: true }),
        text(" "),
        text("i", { italic: true }),
        text(" "),
        text("s", { strike: true }),
        text(" "),
        text("c", { code: true }),
      ),
    ],
  ],
  ["*_both_*", [section(text("both", { bold: true, italic: true }))]],
  ["5*3*2 a_b_c **x** * y *", [section(text("5*3*2 a_b_c **x** * y *"))]],
  [
    "see https://a.example/b_c_d.",
    [section(text("see "), { type: "link", url: "https://a.example/b_c_d" }, text("."))],
  ],
  [
    ":tada: 12:30:45 :nobody:",
    [section({ type: "emoji", name: "tada", unicode: "1f389" }, text(" 12:30:45 :nobody:"))],
  ],
  [
    "one\ntwo\n- a\n- b\n1. c\n> d\n> e",
    [
      section(text("one\ntwo")),
      {
        type: "rich_text_list",
        style: "bullet",
        indent: 0,
        border: 0,
        elements: [section(text("a")), section(text("b"))],
      },
      {
        type: "rich_text_list",
        style: "ordered",
        indent: 0,
        border: 0,
        elements: [section(text("c"))],
      },
      { type: "rich_text_quote", elements: [text("d\ne")] },
    ],
  ],
  [
    "before\n```\n*no* :x:\n```\nafter",
    [
      section(text("before")),
      { type: "rich_text_preformatted", elements: [text("*no* :x:")] },
      section(text("after")),
    ],
  ],
  [">> hello", [section(text(">> hello"))]],
])("becomes what Slack's composer makes of it: %j", (typed, elements) => {
  expect(typedBlocks(typed)).toEqual([{ type: "rich_text", elements }]);
});
