import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textLength } from "../../fakes/slack/complete-blocks.ts";
import { defined } from "../../src/defined.ts";
import { type ConversationId, type ServiceId, toUserId } from "../../src/ids.ts";
import type { Json } from "../../src/json.ts";
import { type RootFacts, type RootLinks, renderRoot } from "../../src/views/root.ts";
import { renderOverflow } from "../../src/views/root-details.ts";
import type { EndState } from "../../src/views/root-state.ts";
import { en } from "../../src/views/texts/en.ts";
import { actingIn } from "../support/acting-in.ts";
import { anyText, holds } from "../support/property.ts";
import { textOf } from "../support/threads.ts";
import { blocksOf, foreignMarkupIn, problemsOf } from "./rendered.ts";

const FACTS: RootFacts = {
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId("11111"),
  user: {},
  state: "open",
  openedAt: 1_767_225_600_000,
};
const LINK = "https://w.slack.com/archives/C1/p1700000000000100";
const INTO = { team: "T1", channel: "C1", ts: "1700000000.000100" };

const render = (facts: Partial<RootFacts> = {}, links: RootLinks = {}) =>
  renderRoot({ ...FACTS, ...facts }, links, en);
const to = (name: string) => ({ id: "svc" as ServiceId, name });

/** All that a root shows, as one text. */
const shown = (facts: Partial<RootFacts>, links?: RootLinks) =>
  textOf(render(facts, links) as never);

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText(600),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(anyText(120), tie("value"), { maxKeys: 12 }),
  ),
})).value;

const hostileFacts: fc.Arbitrary<RootFacts> = fc.record(
  {
    id: fc.constant(FACTS.id),
    userId: anyText(300).map((text) => toUserId(text || "1")),
    state: fc.constantFrom("open", "handed-back", "taken-away", "merged"),
    user: fc.record(
      { name: anyText(300), email: anyText(300), externalId: anyText(300) },
      {
        requiredKeys: [],
      },
    ),
    openedAt: fc.integer({ min: 0, max: 4e12 }),
    metadata: fc.oneof(
      json,
      fc.record({ reason: fc.oneof(anyText(4_000), fc.constantFrom("_", "---", "&".repeat(999))) }),
    ),
    transcript: fc.array(fc.record({ from: anyText(100), text: anyText(2_000) }), {
      maxLength: 40,
    }),
    ownerUnverified: fc.constant(true),
    ending: fc.record(
      {
        at: fc.integer({ min: 0, max: 4e12 }),
        to: anyText(300).map(to),
        by: fc.constant("U0ANNA"),
        note: anyText(4_000),
      },
      { requiredKeys: ["at"] },
    ),
  },
  { requiredKeys: ["id", "userId", "user", "state", "openedAt"] },
);

describe("the root of a thread", () => {
  it("shows the reason as the headline, and to the letter", () => {
    const root = render({ metadata: { reason: "question_too_complex" } });
    expect(blocksOf(root)[0]).toMatchObject({
      type: "header",
      text: { text: "Question too complex" },
    });
    expect(textOf(root as never)).toContain("`question_too_complex`");
    expect(root.text).toBe("Question too complex · User 11111");
  });

  it.each<[string, Json | undefined, string]>([
    ["no metadata", undefined, "New conversation"],
    ["no reason", { order: 1 }, "New conversation"],
    ["a blank reason", { reason: "  " }, "New conversation"],
    ["a reason that is no text", { reason: { code: 7 } }, "New conversation"],
    ["metadata that is a text", "angry_customer", "Angry customer"],
  ])("has a headline for %s", (_, metadata, headline) => {
    expect(blocksOf(render(defined({ metadata })))[0]).toMatchObject({
      text: { text: headline },
    });
  });

  it("says who the User is, and that nobody verified it", () => {
    const user = { name: "Ada <Lovelace>", email: "ada@example.com", externalId: "customer-7" };
    const text = shown({ user });
    expect(text).toContain("*Ada <Lovelace>* · ada@example.com · customer `customer-7`");
    expect(text).toContain("given by the user, not verified");
    expect(text).toContain("`11111`");
    expect(render({ user }).text).toBe("New conversation · Ada &lt;Lovelace&gt;");
  });

  it("calls a User without a name anonymous", () => {
    expect(shown({})).toContain("*Anonymous*");
    expect(shown({})).not.toContain("verified");
  });

  it("shows every other field of the metadata, nested ones by their paths", () => {
    const text = shown({
      metadata: { reason: "x", order: { lines: [{ sku: "A&B" }] }, vip: true, tags: [] },
    });
    expect(text).toContain("*order.lines[0].sku:* A&B\n*vip:* true\n*tags:* []");
    expect(text).not.toContain("*reason:*");
    expect(shown({ metadata: { reason: 7 } })).toContain("*reason:* 7");
    expect(shown({ metadata: ["a", "b"] })).toContain("*metadata[0]:* a\n*metadata[1]:* b");
  });

  it("shows the end of a long transcript, in order", () => {
    const transcript = Array.from({ length: 60 }, (_, index) => ({
      from: index % 2 ? "bot" : "user",
      text: `line ${index} ${"x".repeat(80)}`,
    }));
    const text = shown({ transcript });
    expect(text).toContain("line 59");
    expect(text).not.toContain("line 0 ");
    expect(text.indexOf("line 58")).toBeLessThan(text.indexOf("line 59"));
    expect(text).toMatch(/… \d+ earlier, see below/);
  });

  it("lets nobody make up a line of ours", () => {
    const text = shown({
      user: { name: "Ada\n*Open* · verified" },
      metadata: { reason: "x\nParley User `1`", "a\nb": "c\nd" },
      transcript: [{ from: "bot\nuser", text: "one\n*bot:* two" }],
    });
    expect(text).toContain("*Ada *Open* · verified*");
    expect(text).toContain("*a b:* c d");
    expect(text).toContain("*bot user:* one *bot:* two");
    expect(text.match(/^Parley User/gm)).toHaveLength(1);
  });

  it.each<[EndState, NonNullable<RootFacts["ending"]>, RegExp]>([
    [
      "handed-back",
      { at: 0, to: to("Bot <1>"), by: "U0ANNA", note: "a<b" },
      /\*Handed back\* to Bot &lt;1&gt; by <@U0ANNA> · <!date\^0\^.*\nNote: a&lt;b/,
    ],
    ["taken-away", { at: 0 }, /\*Taken over\* by another Service/],
    [
      "merged",
      { at: 0, into: INTO },
      /\*Goes on in <https:\/\/w\.slack\.com\/x\|another thread>\*/,
    ],
  ])("shows how it ended, and offers no hand-back then: %s", (state, ending, words) => {
    expect(shown({ state, ending }, { into: "https://w.slack.com/x" })).toMatch(words);
    const types = (facts: Partial<RootFacts>) => blocksOf(render(facts)).map(({ type }) => type);
    expect(types({})).toContain("actions");
    expect(types({ state, ending })).not.toContain("actions");
    expect(shown({})).toContain("*Open*");
  });

  it("warns when the owner is not known, and links to the thread before", () => {
    expect(shown({ ownerUnverified: true })).toContain("Parley did not say");
    expect(shown({}, { previous: "https://w.slack.com/x" })).toContain(
      "<https://w.slack.com/x|Earlier conversation",
    );
  });

  holds(
    "is taken by Slack, and holds no markup but ours, whatever is in it",
    hostileFacts,
    (facts) => {
      const root = renderRoot(facts, { previous: LINK }, en);
      expect(problemsOf(root)).toEqual([]);
      expect(textLength(blocksOf(root))).toBeLessThan(13_000);
      expect(root.text.length).toBeLessThan(4_000);
      expect(foreignMarkupIn(root)).toEqual([]);
      expect(actingIn(root.text)).toEqual([]);
    },
  );

  it.each([
    ["ampersands", "&"],
    ["angle brackets", "<"],
    ["emoji", "👩‍👩‍👧‍👦"],
    ["letters", "a"],
    ["words", "word "],
    ["line breaks", "x\n"],
    ["backticks", "`"],
  ])("is taken by Slack with as many %s as can come", (_, unit) => {
    const huge = unit.repeat(20_000);
    const facts = {
      userId: toUserId(huge),
      user: { name: huge, email: huge, externalId: huge },
      metadata: { reason: huge, [huge]: huge, list: Array.from({ length: 500 }, () => huge) },
      transcript: Array.from({ length: 500 }, () => ({ from: huge, text: huge })),
      state: "handed-back" as const,
      ending: { at: 0, to: to(huge), by: "U0ANNA", note: huge },
    };
    const root = render({ ...facts, ownerUnverified: true }, { previous: LINK });
    expect(problemsOf(root)).toEqual([]);
    expect(textLength(blocksOf(root))).toBeLessThan(13_000);
    expect(foreignMarkupIn(root)).toEqual([]);
  });
});

describe("what does not fit into the root", () => {
  it("is nothing as long as everything fits", () => {
    expect(
      renderOverflow({
        metadata: { reason: "x", order: { id: 42 } },
        transcript: [{ from: "bot", text: "Hi" }],
      }),
    ).toBeUndefined();
    expect(renderOverflow({})).toBeUndefined();
  });

  it("comes whole", () => {
    const long = "x".repeat(301);
    const metadata = { reason: "y".repeat(500), order: { note: long } };
    const transcript = [{ from: "bot", text: long }];
    expect(renderOverflow({ metadata })).toBe(JSON.stringify(metadata, null, 2));
    expect(renderOverflow({ metadata: "z".repeat(500) })).toBe("z".repeat(500));
    expect(renderOverflow({ metadata: { a: 1 }, transcript })).toBe(`bot: ${long}`);
    expect(renderOverflow({ metadata, transcript })).toBe(
      `${JSON.stringify(metadata, null, 2)}\nbot: ${long}`,
    );
  });

  holds("comes whenever the root says so, or cut something", hostileFacts, (facts) => {
    const texts = textOf(renderRoot({ ...facts, state: "open" }, {}, en) as never);
    if (/_… \d+ (more|earlier), see below_/.test(texts))
      expect(renderOverflow(facts)).toBeDefined();
  });
});

it("takes no reason for the headline that nobody would see", () => {
  const { blocks } = render({ metadata: { reason: "\u200b\u3164" } });
  expect(blocks?.[0]).toMatchObject({ text: { text: "New conversation" } });
});
