import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkBlocks, textLength } from "../../fakes/slack/block-limits.ts";
import { checkView } from "../../fakes/slack/view-limits.ts";
import { ANSWERS } from "../../src/app/doctor/samples/every-answer.ts";
import {
  answerFormOf,
  assignFormOf,
  declineFormOf,
  eraseFindOf,
  eraseFormOf,
  formOf,
  homeOf,
  moveFormOf,
} from "../../src/app/doctor/samples/every-form.ts";
import { NOTICES } from "../../src/app/doctor/samples/every-notice.ts";
import { detailsOf, rootOf } from "../../src/app/doctor/samples/every-root.ts";
import { SLACK_LIMITS } from "../../src/convert/to-slack/slack-limits.ts";
import { toThreadSteps } from "../../src/convert/to-slack/thread-steps.ts";
import { type ConversationId, toUserId } from "../../src/ids.ts";
import { LANGUAGES, type Language } from "../../src/language.ts";
import { formatDuration } from "../../src/views/format-duration.ts";
import { formatSize } from "../../src/views/format-size.ts";
import { renderFurtherHandover } from "../../src/views/further-handover.ts";
import { TAKEN_OVER } from "../../src/views/reason.ts";
import { type RootFacts, renderRoot } from "../../src/views/root.ts";
import { textsFor } from "../../src/views/texts/texts-for.ts";
import { mrkdwnIn } from "../support/threads.ts";
import { LINES } from "./every-line.ts";
import { blocksOf, foreignMarkup, foreignMarkupIn, problemsOf } from "./rendered.ts";

type Words = (...values: unknown[]) => string;

/** Every text and function of a language, by its path. */
function entriesOf(value: unknown, path = ""): [string, string | Words][] {
  if (typeof value === "string" || typeof value === "function") {
    return [[path.slice(1), value as string | Words]];
  }
  return Object.entries(value as object).flatMap(([key, item]) =>
    entriesOf(item, `${path}.${key}`),
  );
}

/** Stand for the values of each function, and are found again in what it says. */
const VALUES = ["«1»", "«2»", "«3»"];
const OTHERS: Readonly<Record<string, readonly unknown[]>> = {
  "home.alarm": ["«1»", { name: "store", advice: "«2»" }],
};

const say = (path: string, words: string | Words): string =>
  typeof words === "string" ? words : words(...(OTHERS[path] ?? VALUES));

const saidIn = (language: Language): ReadonlyMap<string, string> =>
  new Map(entriesOf(textsFor(language)).map(([path, words]) => [path, say(path, words)]));

/** What has to be in every language: values, links, commands, settings, signs of emphasis, and lines. */
const marksIn = (text: string): string[] =>
  (text.match(/«\d»|\/parley-owner|npm run [\w -]*|[A-Z]+_[A-Z_]+|files:read|>>|[*_`\n|]/g) ?? [])
    .map((mark) => mark.trim())
    .sort();

const ENGLISH = saidIn("en");

describe.each(LANGUAGES.filter((language) => language !== "en"))("the texts in %s", (language) => {
  const said = saidIn(language);

  it.each([...ENGLISH])("say with the same values and commands: %s", (path, english) => {
    const text = said.get(path) ?? "";
    expect(marksIn(text)).toEqual(marksIn(english));
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    expect(text.trim()).not.toBe("");
  });

  it("are no English but where both languages have the same word", () => {
    const same = [...said].filter(([path, text]) => text === ENGLISH.get(path));
    expect(same.map(([path]) => path)).toEqual(SAME_AS_ENGLISH[language]);
  });

  it("call people and things by one name", () => {
    const other = [...said].filter(([, text]) => OTHER_NAMES[language].test(text));
    expect(other).toEqual([]);
  });

  it("end their sentences as the English ones do", () => {
    const isEnded = (text: string) => /[.?!…][”“]?$/.test(text);
    const other = [...said].filter(
      ([path, text]) => isEnded(ENGLISH.get(path) ?? "") && !isEnded(text),
    );
    expect(other).toEqual([]);
  });
});

/** Of a User, of this program, and of whoever reads it. */
const OTHER_NAMES: Readonly<Record<Language, RegExp>> = {
  en: /^$/,
  nl: /\bUsers?\b|\b[Bb]ridge\b(?!\.yaml)|\b([Uu]|[Uu]w)\b/,
  de: /\bUsers?\b|\b[Bb]ridge\b(?!\.yaml)|\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer)\b/,
};

const SAME_AS_ENGLISH: Readonly<Record<Language, readonly string[]>> = {
  en: [],
  nl: ["number", "bytes", "duration.minutes", "serviceChoice.quoted", "ownerCommand.openThread"],
  de: ["number"],
};

describe.each(LANGUAGES)("what people read in %s", (language) => {
  const texts = textsFor(language);

  it("leaves out what is not known", () => {
    const { root, advice } = texts;
    const said = [
      root.handedBack(undefined, undefined, "«at»"),
      root.takenAway(undefined, "«at»"),
      root.merged(undefined, "«at»"),
      advice.takenAway(undefined, "«user»"),
      advice.handedBack(undefined, "«user»"),
    ];
    for (const text of said) {
      expect(text).not.toContain("undefined");
      expect(text).toMatch(/^[*A-Z].*«(at|user)»/);
    }
  });

  it("fits into Slack's buttons, forms and questions without being cut", () => {
    const { buttons, takeOverConfirmation: question } = texts.reply;
    const most = (labels: readonly string[]) => Math.max(...labels.map(({ length }) => length));
    expect(
      most([...Object.values(buttons), ...Object.values(texts.root.buttons)]),
    ).toBeLessThanOrEqual(SLACK_LIMITS.buttonText);
    expect(question.title.length).toBeLessThanOrEqual(SLACK_LIMITS.confirmTitle);
    expect(question.text.length).toBeLessThanOrEqual(SLACK_LIMITS.confirmText);
    expect(most([question.confirm, question.deny])).toBeLessThanOrEqual(SLACK_LIMITS.confirmButton);
    expect(most([texts.home.nobodyWaits, texts.root.newConversation])).toBeLessThanOrEqual(
      SLACK_LIMITS.header,
    );
  });

  const UNITS = ["&", "<", "word ", "x\n", "👩‍👩‍👧‍👦"];

  it.each(Object.entries({ ...NOTICES, ...ANSWERS }))(
    "is taken by Slack, whatever is in it: %s",
    (_, render) => {
      for (const unit of UNITS) {
        const message = render(unit.repeat(2_000), texts);
        expect(problemsOf(message)).toEqual([]);
        expect(foreignMarkupIn(message)).toEqual([]);
        expect(JSON.stringify(message)).not.toMatch(/undefined|\[object/);
      }
    },
  );

  it.each(["open", "handed-back", "taken-away", "merged"] as const)(
    "is taken by Slack, whatever is in it: a root that is %s",
    (state) => {
      for (const unit of UNITS) {
        const root = rootOf(unit.repeat(2_000), texts, state);
        expect(problemsOf(root)).toEqual([]);
        expect(textLength(blocksOf(root))).toBeLessThan(13_000);
        expect(foreignMarkupIn(root)).toEqual([]);
        expect(JSON.stringify(root)).not.toMatch(/undefined|\[object/);
      }
    },
  );

  it("is taken by Slack, whatever is in it: the details, in both looks", () => {
    for (const unit of UNITS) {
      const { plainBlocks, ...details } = detailsOf(unit.repeat(2_000), texts);
      for (const look of [details, { ...details, blocks: plainBlocks ?? [] }]) {
        expect(problemsOf(look)).toEqual([]);
        expect(textLength(blocksOf(look))).toBeLessThan(13_000);
        expect(foreignMarkupIn(look)).toEqual([]);
        expect(JSON.stringify(look)).not.toMatch(/undefined|\[object/);
      }
    }
  });

  it("is taken by Slack, whatever is in it: App Home, and the forms", () => {
    for (const unit of UNITS) {
      const home = homeOf(unit.repeat(2_000), texts) as { blocks: unknown[] };
      expect(checkBlocks(home.blocks, "home").hints).toEqual([]);
      expect(foreignMarkup(mrkdwnIn(home))).toEqual([]);
      expect(checkView(formOf(unit.repeat(2_000), texts) as never).hints).toEqual([]);
      for (const form of [
        moveFormOf,
        assignFormOf,
        answerFormOf,
        declineFormOf,
        eraseFindOf,
        eraseFormOf,
      ]) {
        expect(checkView(form(unit.repeat(2_000), texts) as never).hints).toEqual([]);
      }
    }
  });

  it.each(Object.entries(LINES))("says in a line of its own: %s", (_, render) => {
    expect(render("«reason»", texts)).toMatch(/\p{L}{3}.*\.$/u);
  });

  it("counts one and many apart", () => {
    const { conversations, handBackForm } = texts;
    const counted = [conversations.more, handBackForm.missing].flatMap((say) => [say(1), say(2)]);
    expect(counted).toEqual(COUNTED_IN[language]);
  });

  it("tells of the bridge's own reason for a handover in its own words", () => {
    const metadata = { reason: TAKEN_OVER, takenOverBy: "Anna" };
    const root = renderRoot({ ...FACTS, metadata }, {}, 0, texts);
    const further = renderFurtherHandover(
      { reason: TAKEN_OVER, hasDetails: true, lines: 0 },
      texts,
    );
    const { takenOver } = texts.root;
    expect(root.text).toContain(takenOver);
    expect(mrkdwnIn(further.blocks).join("")).toContain(takenOver);
  });

  it("has units of its own", () => {
    const durations = [1, 60_000, 3_600_000, 48 * 3_600_000].map((ms) => formatDuration(ms, texts));
    const sizes = [1, 12_345, 9_900_000].map((bytes) => formatSize(bytes, texts));
    expect([...durations, ...sizes, texts.number(12_345)]).toEqual(UNITS_IN[language]);
  });
});

const FACTS: RootFacts = {
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId("11111"),
  user: {},
  state: "open",
  openedAt: 0,
};

const COUNTED_IN: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "… and 1 more",
    "… and 2 more",
    "1 more Service does not fit in here; /parley-owner knows it.",
    "2 more Services do not fit in here; /parley-owner knows them.",
  ],
  nl: [
    "… en nog 1",
    "… en nog 2",
    "Nog 1 Service past hier niet; /parley-owner kent hem.",
    "Nog 2 Services passen hier niet; /parley-owner kent ze.",
  ],
  de: [
    "… und 1 weiteres",
    "… und 2 weitere",
    "1 weiterer Service passt hier nicht hinein; /parley-owner kennt ihn.",
    "2 weitere Services passen hier nicht hinein; /parley-owner kennt sie.",
  ],
};

const UNITS_IN: Readonly<Record<Language, readonly string[]>> = {
  en: ["under a minute", "1 min", "1 h", "2 days", "1 byte", "12.3 kB", "9.9 MB", "12,345"],
  nl: [
    "minder dan een minuut",
    "1 min",
    "1 uur",
    "2 dagen",
    "1 byte",
    "12,3 kB",
    "9,9 MB",
    "12.345",
  ],
  de: [
    "weniger als einer Minute",
    "1 Min.",
    "1 Std.",
    "2 Tagen",
    "1 Byte",
    "12,3 kB",
    "9,9 MB",
    "12.345",
  ],
};

it("makes the same posts of a User's message in every language, so that a later attempt may speak another one", () => {
  const media = { url: "" };
  // Around the length at which a text becomes a file; our words differ by more than a step in length.
  for (let length = 11_910; length < 12_005; length += 5) {
    const message = { typeId: 1, text: "x".repeat(length), media, carousel: [{ media }] };
    const [kinds, ...others] = LANGUAGES.map((language) =>
      toThreadSteps(message, textsFor(language).message).flatMap(Object.keys),
    );
    expect(others).toEqual([kinds, kinds]);
  }
});

it("tries every view in every language", () => {
  const exported = globSync("src/views/*.ts").flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^export (?:const|function) (render\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  const tried = [...globSync("src/app/doctor/samples/*.ts"), "test/unit/every-line.ts"]
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  expect(exported.length).toBeGreaterThan(20);
  expect(exported.filter((name) => !tried.includes(`${name}(`) && !tried.includes(`: ${name},`)))
    // Parts of others, and what has no words.
    .toEqual(["renderConversations", "renderFields", "renderTranscript", "renderOverflow"]);
});
