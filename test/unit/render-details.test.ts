import { describe, expect, it } from "vitest";
import { textLength } from "../../fakes/slack/block-limits.ts";
import { type ConversationId, toUserId } from "../../src/ids.ts";
import { customerLinks } from "../../src/views/customer-links.ts";
import { renderDetails } from "../../src/views/details.ts";
import { renderOverflow } from "../../src/views/details-parts.ts";
import type { RootFacts } from "../../src/views/root.ts";
import { en } from "../../src/views/texts/en.ts";
import { holds } from "../support/property.ts";
import { textOf } from "../support/threads.ts";
import { hostileFacts } from "./hostile-facts.ts";
import { blocksOf, foreignMarkupIn, problemsOf } from "./rendered.ts";

const FACTS: RootFacts = {
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId("11111"),
  user: {},
  state: "open",
  openedAt: 1_767_225_600_000,
};
const LINK = "https://w.slack.com/archives/C1/p1700000000000100";

type Links = Parameters<typeof renderDetails>[1];

const render = (facts: Partial<RootFacts> = {}, links: Links = {}, templates = {}) =>
  renderDetails({ ...FACTS, ...facts }, links, templates, en);

/** With what Slack folds, and for a Slack that does not. */
function looksAs({ plainBlocks = [], ...rich }: ReturnType<typeof render>) {
  return [rich, { ...rich, blocks: plainBlocks }];
}
const looksOf = (...given: Parameters<typeof render>): string[] =>
  looksAs(render(...given)).map((look) => textOf(look as never));

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

describe("the details below a root", () => {
  it("say who the User is, and that nobody verified it", () => {
    const user = { name: "Ada <Lovelace>", email: "ada@example.com", externalId: "customer-7" };
    for (const text of looksOf({ user })) {
      expect(text).toContain("*Ada <Lovelace>* · ada@example.com · customer `customer-7`");
      expect(text).toContain("given by the user, not verified");
      expect(text).toContain("Parley User `11111`");
    }
    expect(looksOf({})[0]).toContain("*Anonymous*");
    expect(looksOf({})[0]).not.toContain("verified");
  });

  it("show every other field of the metadata, nested ones by their paths", () => {
    const metadata = { reason: "x", order: { lines: [{ sku: "A&B" }] }, vip: true, tags: [] };
    for (const text of looksOf({ metadata })) {
      expect(text).toContain("Reason `x`");
      expect(text).toContain("*order.lines[0].sku:* A&B\n*vip:* true\n*tags:* []");
      expect(text).not.toContain("*reason:*");
    }
    expect(looksOf({ metadata: { reason: 7 } })[0]).toContain("*reason:* 7");
    const keyed = looksOf({ metadata: { vip: true, idempotencyKey: "k-7" } })[0];
    expect(keyed).toContain("*vip:* true");
    expect(keyed).not.toContain("k-7");
    expect(looksOf({ metadata: ["a", "b"] })[0]).toContain("*metadata[0]:* a\n*metadata[1]:* b");
  });

  it("show more fields than three as a table, which is folded when it is long", () => {
    const fields = (count: number) =>
      Object.fromEntries(many(count, (n) => [`field_${n}`, n === 1 ? "" : `value-${n}`]));
    const types = (count: number) =>
      blocksOf(render({ metadata: fields(count) })).map(({ type }) => type);
    expect(types(3)).toEqual(["rich_text", "rich_text"]);
    expect(types(4)).toEqual(["rich_text", "table"]);
    expect(types(11)).toEqual(["rich_text", "container"]);
    const [rich, plain] = looksOf({ metadata: fields(11) });
    expect(rich).toContain("Metadata · 11 fields");
    expect(rich).toContain("*field_0*\nvalue-0\n*field_1*\n–\n*field_2*\nvalue-2");
    expect(plain).toContain("*field_0:* value-0\n*field_1:* \n*field_2:* value-2");
  });

  it("fold the transcript, with the time of each line, oldest first", () => {
    const transcript = [
      { from: "User", text: "Where is\nmy parcel?", time: 1_763_000_000 },
      { from: "Bot", text: "On *its* way" },
    ];
    expect(blocksOf(render({ transcript })).at(-1)).toMatchObject({
      type: "container",
      title: { text: "Before the handover · 2 messages" },
      is_collapsible: true,
      default_collapsed: true,
    });
    const [rich, plain] = looksOf({ transcript });
    expect(rich).toMatch(/<!date\^1763000000\^.*> · \*User:\* Where is my parcel\?\n\*Bot:\* On/);
    expect(plain).toMatch(
      /2025-11-13 02:13 UTC · \*User:\* Where is my parcel\?\n\*Bot:\* On \*its\* way/,
    );
  });

  it("show the end of a long transcript, in order", () => {
    const transcript = many(90, (n) => ({
      from: n % 2 ? "bot" : "user",
      text: `line ${n} ${"x".repeat(80)}`,
    }));
    for (const text of looksOf({ transcript })) {
      expect(text).toContain("line 89");
      expect(text).not.toContain("line 0 ");
      expect(text.indexOf("line 88")).toBeLessThan(text.indexOf("line 89"));
      expect(text).toMatch(/_… \d+ earlier, see below_/);
    }
  });

  it("let nobody make up a line of ours", () => {
    const facts = {
      user: { name: "Ada\nParley User `1`" },
      metadata: { reason: "x\nParley User `1`", "a\nb": "c\nd" },
      transcript: [{ from: "bot\nuser", text: "one\n*bot:* two" }],
    };
    for (const text of looksOf(facts)) {
      expect(text).toContain("*a b:* c d");
      expect(text).toMatch(/^\*bot user:\* one [*∗]bot:[*∗] two/m);
      expect(text.match(/^Parley User/gm)).toHaveLength(1);
    }
  });

  it("keep what a root has no room for", () => {
    const facts = {
      ownerUnverified: true as const,
      metadata: { reason: "a" },
      furtherReasons: [{ reason: "asked_again", at: 0 }],
    };
    const movedFrom = { link: LINK, by: "U0ANNA", team: "Support" };
    for (const text of looksOf(facts, { lost: LINK, previous: LINK, movedFrom })) {
      expect(text).toContain("Parley did not say");
      expect(text).toContain("earlier thread> is not there any more");
      expect(text).toContain("|Earlier conversation with this User>");
      expect(text).toContain("Moved here from Support by <@U0ANNA>");
      expect(text).toMatch(/Then `asked_again` · .*1970/);
    }
  });

  it("link to the pages about the User", () => {
    const templates = {
      CRM: "https://crm.example/{externalId}?mail={email}",
      Shop: "https://shop.example/{userId}",
    };
    const user = { externalId: "a/b?c#d", email: "a&b@example.com" };
    const urls = JSON.stringify(render({ user }, {}, templates).blocks);
    expect(urls).toContain('"url":"https://crm.example/a%2Fb%3Fc%23d?mail=a%26b%40example.com"');
    expect(urls).toContain('"url":"https://shop.example/11111","text":"Shop"');
  });

  it("link to pages in the language that the metadata tell", () => {
    const Help = "https://help.example/{language}";
    const facts = { user: {}, userId: "1", metadata: { language: "nl" } };
    expect(customerLinks({ Help }, facts)).toEqual([
      { name: "Help", url: "https://help.example/nl" },
    ]);
  });

  it.each([
    ["a value that is not known", "https://crm.example/{externalId}", {}],
    ["a placeholder that is none", "https://crm.example/{nothing}", {}],
    ["one that every object has", "https://crm.example/{__proto__}", {}],
    ["no web address", "javascript:alert({userId})", {}],
    ["a value that leads elsewhere", "https://crm.example/{externalId}/x", { externalId: ".." }],
    ["a value that would be the scheme", "{externalId}://x", { externalId: "javascript" }],
  ])("leave out a link with %s", (_, CRM, user) => {
    expect(customerLinks({ CRM }, { user, userId: "1" })).toEqual([]);
  });

  holds(
    "are taken by Slack in both looks, and hold no markup but ours, whatever is in them",
    hostileFacts,
    (facts) => {
      for (const look of looksAs(renderDetails(facts, { previous: LINK }, {}, en))) {
        expect(problemsOf(look)).toEqual([]);
        expect(textLength(blocksOf(look))).toBeLessThan(13_000);
        expect(foreignMarkupIn(look)).toEqual([]);
      }
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
  ])("are taken by Slack with as many %s as can come", (_, unit) => {
    const huge = unit.repeat(20_000);
    const facts = {
      userId: toUserId(huge),
      user: { name: huge, email: huge, externalId: huge },
      metadata: { reason: huge, [huge]: huge, list: many(500, () => huge) },
      transcript: many(500, () => ({ from: huge, text: huge })),
      ownerUnverified: true as const,
    };
    const links = { CRM: "https://crm.example/{externalId}" };
    for (const look of looksAs(render(facts, { previous: LINK }, links))) {
      expect(problemsOf(look)).toEqual([]);
      expect(textLength(blocksOf(look))).toBeLessThan(13_000);
      expect(foreignMarkupIn(look)).toEqual([]);
    }
  });
});

describe("what does not fit into the details", () => {
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

  holds("comes whenever the details say so", hostileFacts, (facts) => {
    for (const look of looksAs(renderDetails(facts, {}, {}, en))) {
      if (/_… \d+ (more|earlier), see below_/.test(textOf(look as never)))
        expect(renderOverflow(facts)).toBeDefined();
    }
  });
});
