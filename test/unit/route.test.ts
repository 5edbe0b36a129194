import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCondition } from "../../src/config/bridge-file/parse-condition.ts";
import { readBridgeFile } from "../../src/config/bridge-file/read-bridge-file.ts";
import { toTeams } from "../../src/config/bridge-file/to-teams.ts";
import type { TeamConfig } from "../../src/config/team-config.ts";
import { fitsCondition } from "../../src/desk/fits-condition.ts";
import { fitsPattern } from "../../src/desk/fits-pattern.ts";
import { type Handover, route } from "../../src/desk/route.ts";
import { valuesAt } from "../../src/desk/values-at.ts";
import { type Json, parseJson } from "../../src/json.ts";
import { anyText, holds } from "../support/property.ts";

/** The teams of a file. */
function teamsOf(source: string): readonly [TeamConfig, ...TeamConfig[]] {
  const { file, problems } = readBridgeFile(source, "f", "C0DEFAULT");
  if (!file) throw new Error(problems.join("\n"));
  return toTeams(file, "C0DEFAULT");
}

/** Which team gets it, and by which rule, of a file with `Others` first. */
function routeBy(teams: string, { user = {}, ...rest }: Partial<Handover>): string {
  const indented = teams.replaceAll(/^/gm, "  ");
  const { team, rule } = route(teamsOf(`teams:\n  - name: Others\n${indented}`), { user, ...rest });
  return rule === undefined ? team.name : `${team.name} ${rule}`;
}

const TWO_RULES = `
- name: Billing
  channel: C0B
  when:
    - reason: [refund*, invoice*]
      language: nl
    - metadata: { order.total: ">500" }
- name: Refunds
  channel: C0R
  when:
    - reason: "*refund*"
    - metadata: { vip: true }
`;

describe("the route of a handover", () => {
  it.each<[string, Partial<Handover>]>([
    ["Billing 0", { user: { language: "nl" }, metadata: { reason: "Refund of an order" } }],
    ["Billing 0", { metadata: { reason: "INVOICE 12", language: "nl-BE" } }],
    // The first team goes before one that fits as well.
    ["Billing 1", { metadata: { reason: "refund", order: { total: 501 } } }],
    // Not all that the first rule says fits.
    ["Refunds 0", { user: { language: "de" }, metadata: { reason: "Refund of an order" } }],
    ["Refunds 1", { metadata: { vip: true, order: { total: 500 } } }],
    ["Others", { metadata: { reason: "something else" } }],
    ["Others", { metadata: null }],
    ["Others", {}],
    ["Refunds 0", { metadata: "I want a refund, please" }],
  ])("leads to %s: %j", (expected, handover) => {
    expect(routeBy(TWO_RULES, handover)).toBe(expected);
  });

  it("leads to the only team, whatever is in it", () => {
    const [team] = teamsOf("audit-days: 1");
    expect(route([team], { user: {}, metadata: { reason: "x" } })).toEqual({
      team,
      rule: undefined,
    });
  });

  it("goes by the reasonCode, and by the reason only where there is none", () => {
    const rule = "\n- { name: A, channel: C0A, when: [{ reason: refund }] }";
    const by = (metadata: Json) => routeBy(rule, { metadata });
    expect(by({ reasonCode: "refund", reason: "Where is my money?" })).toBe("A 0");
    expect(by({ reasonCode: "other", reason: "refund" })).toBe("Others");
    expect(by({ reasonCode: " ", reason: "refund" })).toBe("A 0");
    expect(by({ reasonCode: null, reason: "refund" })).toBe("A 0");
    expect(by({ reason: ["refund"] })).toBe("Others");
    expect(
      routeBy("\n- { name: A, channel: C0A, when: [{ reason: '404' }] }", {
        metadata: { reason: 404 },
      }),
    ).toBe("A 0");
  });

  it("goes by the first thousand entries of a list", () => {
    const rule = "\n- { name: A, channel: C0A, when: [{ metadata: { tags: vip } }] }";
    const by = (before: number) =>
      routeBy(rule, { metadata: { tags: [...Array<string>(before).fill("x"), "vip"] } });
    expect([by(999), by(1_000)]).toEqual(["A 0", "Others"]);
  });

  it("goes by the language that the handover tells of the User, before that in its metadata", () => {
    const rule = "\n- { name: NL, channel: C0N, when: [{ language: [nl, fy] }] }";
    const by = (handover: Partial<Handover>) => routeBy(rule, handover);
    expect(by({ user: { language: "nl" } })).toBe("NL 0");
    expect(by({ user: { language: "NL_be" } })).toBe("NL 0");
    expect(by({ metadata: { language: "fy" } })).toBe("NL 0");
    expect(by({ user: { language: "de" }, metadata: { language: "nl" } })).toBe("Others");
    expect(by({ user: { language: "nld" } })).toBe("Others");
    expect(
      routeBy("\n- { name: BE, channel: C0N, when: [{ language: nl-BE }] }", {
        user: { language: "nl" },
      }),
    ).toBe("Others");
  });
});

describe("a pattern", () => {
  it.each([
    ["refund", "refund"],
    ["refund", " Refund\n"],
    ["refund*", "REFUND of order 5/6 [urgent]\nplease 🙏"],
    ["*", ""],
    ["*/[urgent]*", "a/b/[urgent]"],
    ["*🙏", "please 🙏"],
    ["caf\u00e9*", "CAFE\u0301 au lait"],
    ["re*nd*r", "refund for an order"],
    ["2\\*2", "2*2"],
    ["!!*", "!!! now"],
    ["\\!", "!"],
    ["(a|b)+?.$", "(A|B)+?.$"],
  ])("%j fits %j", (pattern, text) => {
    expect(fitsPattern(text, [pattern])).toBe(true);
  });

  it.each([
    ["refund", "refunds"],
    ["refund*", "a refund"],
    ["2\\*2", "2 and 2"],
    ["r?fund", "refund"],
    ["[abc]", "a"],
    ["{a,b}", "a"],
    ["!a", "b"],
    ["*a*b*c*", "cba"],
  ])("%j does not fit %j", (pattern, text) => {
    expect(fitsPattern(text, [pattern])).toBe(false);
  });

  it("is compared with the beginning of a text that is longer than anybody writes", () => {
    expect(fitsPattern(`${"a".repeat(9_999)}b${"c".repeat(1_000_000)}`, ["*b"])).toBe(true);
    expect(fitsPattern(`${"a".repeat(10_000)}b`, ["*b"])).toBe(false);
  });

  it("is looked for in one pass, however long and hostile the text is", () => {
    // What goes back for each star would take years.
    expect(fitsPattern("a".repeat(1_000_000), [`${"*a".repeat(99)}*b`])).toBe(false);
  });
});

describe("a value of metadata", () => {
  const metadata = parseJson(`{
    "order": { "total": 612.5, "text": "612.50", "lines": [{ "sku": "A-1" }, { "sku": "B-2" }] },
    "order.total": "also",
    "a": { "b.c": { "d": 1 }, "b": { "c": { "e": 2 } } },
    "tags": ["vip", ["new"], null, ""],
    "nothing": null, "empty": "", "none": [], "no": false, "zero": 0,
    "__proto__": { "x": 1 }, "constructor": { "name": "c" }, "x[0]": "y"
  }`);

  it.each<[string, Json[]]>([
    ["order.total", [612.5, "also"]],
    ["order.lines.sku", ["A-1", "B-2"]],
    ["order.lines[1].sku", ["B-2"]],
    ["order.lines[2].sku", []],
    ["a.b.c.d", [1]],
    ["a.b.c.e", [2]],
    ["tags", ["vip", "new"]],
    ["tags[0]", ["vip"]],
    ["nothing", []],
    ["empty", []],
    ["none", []],
    ["no", [false]],
    ["zero", [0]],
    ["order.text.length", []],
    ["toString", []],
    ["a.constructor.name", []],
    ["constructor.name", ["c"]],
    ["__proto__.x", [1]],
    ["a.__proto__.x", []],
    ["x[0]", ["y"]],
    ["order..total", []],
    [".order", []],
  ])("stands at %s: %j", (place, values) => {
    expect([...valuesAt(metadata, place)]).toEqual(values);
  });

  it.each<[string | number | boolean, Json[]]>([
    [">500", [501]],
    [">500", ["500.01"]],
    [">= 500", [500]],
    ["<0", [-1]],
    ["<=1e3", ["1000"]],
    [">500", [3, "many", 900]],
    [500, ["500.00"]],
    [500, [500]],
    ["500", [500]],
    ["= 500", ["500"]],
    [true, [true]],
    [true, ["true"]],
    ["true", [true]],
    ["gold", ["Gold"]],
    ["gold*", ["silver", "golden"]],
    ["=gold*", ["gold*"]],
    ["!=gold", ["silver"]],
    ["!=gold", []],
    ["!=500", [501]],
    ["exists", [false]],
    ["exists", [{}]],
    ["missing", []],
    ["=exists", ["exists"]],
  ])("fits %j: %j", (written, values) => {
    expect(fitsCondition(values, conditionOf(written))).toBe(true);
  });

  it.each<[string | number | boolean, Json[]]>([
    [">500", [500]],
    [">500", ["500,01"]],
    [">500", ["0x1F5"]],
    [">0", [""]],
    [">0", [" "]],
    [">0", [true]],
    [">=0", [{}]],
    [">500", []],
    [500, ["five hundred"]],
    [0, [""]],
    [0, [false]],
    [true, [1]],
    ["gold", ["golden"]],
    ["=gold", ["Gold"]],
    ["=gold*", ["golden"]],
    ["!=gold*", ["silver", "golden"]],
    ["!=500", ["500.00"]],
    ["*", []],
    ["*", [{}]],
    ["exists", []],
    ["missing", [0]],
  ])("does not fit %j: %j", (written, values) => {
    expect(fitsCondition(values, conditionOf(written))).toBe(false);
  });
});

function conditionOf(written: string | number | boolean) {
  const condition = parseCondition(written);
  if (typeof condition === "string") throw new Error(condition);
  return condition;
}

const PLACES = [
  "reason",
  "order.total",
  "a.b[0].c",
  "__proto__.x",
  "constructor",
  "tags",
  "..",
  "[0]",
];

const pattern = fc.oneof(
  fc.constantFrom("*", "refund*", "*a*a*", "\\*", "x"),
  anyText(40).filter((text) => /^\s*[^!\s]/.test(text)),
);
const anyCondition = fc.oneof(
  fc.constantFrom("exists", "missing", ">500", "<= -1", "!=x", "=x", "!=5"),
  fc.constantFrom(0, 5, -1.5, true, false),
  anyText(20).filter((text) => typeof parseCondition(text) === "object"),
);
const anyRule = fc
  .record(
    {
      reason: fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 })),
      metadata: fc.dictionary(
        fc
          .oneof(fc.constantFrom(...PLACES), anyText(20))
          .filter((key) => /\S/.test(key) && key !== "__proto__"),
        anyCondition,
        { minKeys: 1, maxKeys: 3 },
      ),
      language: fc.constantFrom("nl", "nl-BE", ["de", "en_GB"]),
    },
    { requiredKeys: [] },
  )
  .filter((rule) => Object.keys(rule).length > 0);

/** Files with up to five teams, of which the one without rules stands anywhere. */
const anyFile = fc
  .record({
    rules: fc.array(fc.array(anyRule, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    rest: fc.nat(4),
  })
  .map(({ rules, rest }) => {
    const teams = rules.map((when, index) => ({ name: `T${index}`, channel: `C0T${index}`, when }));
    return { teams: teams.toSpliced(rest, 0, { name: "Rest" } as (typeof teams)[number]) };
  });

const anyValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText(20),
    fc.constantFrom<Json>(null, true, 0, 501, -1.5, "501", "nl", "refund me"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          "reason",
          "reasonCode",
          "language",
          "order",
          "total",
          "a",
          "b",
          "__proto__",
          "order.total",
          "tags",
        ),
        anyText(8),
      ),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
})).value;

describe("whatever a file and a handover say", () => {
  holds(
    "exactly one team gets it: the first of which a rule fits, or the one without rules",
    fc.record({
      file: anyFile,
      metadata: anyValue,
      language: fc.option(anyText(8), { nil: undefined }),
    }),
    ({ file, metadata, language }) => {
      const teams = teamsOf(JSON.stringify(file));
      const handover = { user: language === undefined ? {} : { language }, metadata };
      const { team, rule } = route(teams, handover);
      expect(teams.filter((one) => one === team)).toHaveLength(1);
      // Alone with one that has no rules, each team shows whether a rule of it fits.
      const rest = teams.find(({ when }) => when === undefined);
      if (!rest) throw new Error("no team is without rules");
      const fitting = teams.filter(
        (one) => one !== rest && route([rest, one], handover).team === one,
      );
      expect(team).toBe(fitting[0] ?? rest);
      expect(rule === undefined).toBe(team === rest);
      expect(route(teams, structuredClone(handover))).toEqual({ team, rule });
    },
    { runs: 200 },
  );
});
