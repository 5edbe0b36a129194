import { Session } from "node:inspector/promises";
import { readBridgeFile } from "../../src/config/bridge-file/read-bridge-file.ts";
import { humanise } from "../../src/convert/text/slack-text.ts";
import { splitMarkdown } from "../../src/convert/text/split-markdown.ts";
import { splitText } from "../../src/convert/text/split-text.ts";
import { toParley } from "../../src/convert/to-parley/agent-reply.ts";
import { NO_NAMES } from "../../src/convert/to-parley/mentions.ts";
import type { ParleyMessage } from "../../src/convert/to-slack/parley-message.ts";
import { toLiteralSteps, toThreadSteps } from "../../src/convert/to-slack/thread-steps.ts";
import { toSlackContext } from "../../src/convert/to-slack/user-message.ts";
import { type ConversationId, toUserId } from "../../src/ids.ts";
import { parseJson } from "../../src/json.ts";
import { renderDetails } from "../../src/views/details.ts";
import { renderOverflow } from "../../src/views/details-parts.ts";
import { type RootFacts, renderRoot } from "../../src/views/root.ts";
import { en } from "../../src/views/texts/en.ts";

/**
 * Counts how many blocks of JavaScript a conversion runs, with V8's precise coverage: the same on every machine.
 * A process of its own, without compiled code, where each block counts: `node --no-opt --no-maglev count-steps.ts SIZES UNITS`.
 */

const facts: RootFacts = {
  id: "c_1" as ConversationId,
  userId: toUserId("1"),
  user: {},
  state: "open",
  openedAt: 0,
};
const root = (given: Partial<RootFacts>) => [
  renderRoot({ ...facts, ...given }, {}, 0, en),
  renderDetails({ ...facts, ...given }, {}, { CRM: "https://crm.example/{userId}" }, en),
];
const steps = (message: Omit<ParleyMessage, "typeId">) =>
  toThreadSteps({ typeId: 1, ...message }, en.message);
const quoted = (text: string) => JSON.stringify(text);

export const CONVERSIONS: Readonly<Record<string, (text: string) => unknown>> = {
  "a User's message": (text) => steps({ text }),
  "a User's title": (text) => steps({ title: text }),
  "a User's cards": (text) => steps({ carousel: eachOf(text, (title) => ({ title })) }),
  "a User's buttons": (text) =>
    steps({ buttons: eachOf(text, (title) => ({ type: "reply", title })) }),
  "a system message": (text) => toSlackContext({ typeId: 3, text }, en.message),
  "a reason": (text) => root({ metadata: { reason: text } }),
  metadata: (text) => [
    root({ metadata: { reason: "r", [text]: eachOf(text, (value) => value) } }),
    toLiteralSteps(renderOverflow({ metadata: text }) ?? "", "metadata.txt", en.message),
  ],
  "a transcript": (text) =>
    root({ transcript: eachOf(text, (line) => ({ from: line, text: line })) }),
  "an agent's old text": (text) => toParley({ text }, NO_NAMES, { mentions: "names" }),
  "an agent's text": (text) => toParley(richText(text), NO_NAMES, { mentions: "names" }),
  "an agent's lines": (text) =>
    toParley(richText(...(text.match(/.{1,3}/gsu) ?? [])), NO_NAMES, { mentions: "hide" }),
  "what is around a hidden mention": (text) =>
    toParley(withMention(`${text}x `, ", yes"), NO_NAMES, { mentions: "hide" }),
  "pieces of a reply": (text) => splitMarkdown(text, 5_000),
  "pieces of a text": (text) => splitText(text, 3_000),
  "a code": humanise,
  JSON: (text) => parseJson(quoted(text)),
  "unknown keys of bridge.yaml": (text) =>
    readBridgeFile(eachOf(text, (_part, index) => `unknown-key-${index}:`).join("\n"), "f", "C0"),
};

const eachOf = <T>(text: string, make: (part: string, index: number) => T): T[] =>
  (text.match(/.{1,4}/gsu) ?? []).map(make);

const richText = (...texts: readonly string[]) => ({
  text: "",
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: texts.map((text, index) => ({
            type: "text",
            text,
            style: { bold: index % 2 > 0 },
          })),
        },
      ],
    },
  ],
});

const withMention = (before: string, after: string) => ({
  text: "",
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: before },
            { type: "user", user_id: "U1" },
            { type: "text", text: after },
          ],
        },
      ],
    },
  ],
});

/** By conversion, unit and size, how many steps the unit's repetitions take. */
async function report(sizes: readonly number[], units: readonly string[]) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  // Once, and before anything has run: blocks of what is compiled already would not be counted.
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

  /** Since the last time. */
  async function countSteps(): Promise<number> {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    return result
      .flatMap(({ functions }) => functions)
      .flatMap(({ ranges }) => ranges)
      .reduce((sum, { count }) => sum + count, 0);
  }

  const counts: Record<string, Record<string, Record<string, number>>> = {};
  for (const [name, convert] of Object.entries(CONVERSIONS)) {
    const ofName: Record<string, Record<string, number>> = {};
    // What is loaded and set up the first time is no part of it.
    for (const unit of units) convert(unit.repeat(20));
    for (const unit of units) {
      const ofUnit: Record<string, number> = {};
      for (const size of sizes) {
        const text = unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
        await countSteps();
        convert(text);
        ofUnit[size] = await countSteps();
      }
      ofName[unit] = ofUnit;
    }
    counts[name] = ofName;
  }
  session.disconnect();
  return counts;
}

if (import.meta.main) {
  const [sizes = "", units = "[]"] = process.argv.slice(2);
  const counts = await report(sizes.split(",").map(Number), JSON.parse(units) as string[]);
  process.stdout.write(JSON.stringify(counts));
}
