import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeeperThan, type Json, MAX_DEPTH, parseJson, wellFormed } from "../../src/json.ts";

describe("parseJson", () => {
  it.each([
    ['"cut here \\ud83d"', "cut here \uFFFD"],
    ['"cut here \\uD83D"', "cut here \uFFFD"],
    ['"\\ud83dneighbour"', "\uFFFDneighbour"],
    ['"\\ud83d\\ud83d\\ude00"', "\uFFFD😀"],
    ['"\\ude00\\ud83d"', "\uFFFD\uFFFD"],
    ['"\\ud83d\\ude00"', "😀"],
    ['"\\ud83d\\n\\ude00"', "\uFFFD\n\uFFFD"],
    ['"\ud83d"', "\uFFFD"],
    ['"\\\\ud83d"', "\\ud83d"],
    ['"\\\\\\ud83d"', "\\\uFFFD"],
    ['"\\ud83d\\\\ude00"', "\uFFFD\\ude00"],
  ])("makes %s well-formed", (source, text) => {
    expect(parseJson(source)).toBe(text);
    expect(parseJson(`[{${source}:[${source}]}]`)).toEqual([{ [text]: [text] }]);
  });

  it.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", "9007199254740992"],
    ["9007199254740993", "9007199254740993"],
    ["-9007199254740993", "-9007199254740993"],
    ["90071992547409931234", "90071992547409931234"],
    ["9007199254740991.4", "9007199254740991.4"],
    ["1e400", "1e400"],
    ["1e21", "1e21"],
    ["1e3", 1000],
    ["-0.5e-3", -0.0005],
    ["0.1", 0.1],
    ["0.30000000000000004", 0.30000000000000004],
    ["0.300000000000000041", "0.300000000000000041"],
  ])("keeps what the number %s says", (source, value) => {
    expect(parseJson(`{"id":${source}}`)).toEqual({ id: value });
    // Nothing in a text is a number, whatever stands in front of it.
    expect(parseJson(`["\\"${source}", ${source}]`)).toEqual([`"${source}`, value]);
  });

  it("says that something is no JSON", () => {
    for (const source of ["", "{", "undefined", '"\\ud83d', "1e400,", "00000000000000000"]) {
      expect(parseJson(source)).toBeUndefined();
    }
    expect(parseJson("null")).toBeNull();
  });

  it("reads any depth", () => {
    const source = `${"[".repeat(200_000)}"\\ud83d"${"]".repeat(200_000)}`;
    expect(isDeeperThan(parseJson(source) ?? null, MAX_DEPTH)).toBe(true);
  });

  it("reads what is sound as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.json(), (source) => {
        expect(JSON.stringify(parseJson(source))).toBe(JSON.stringify(readWhole(source)));
      }),
    );
  });

  it("gives well-formed texts whatever comes", () => {
    const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    const text = fc.array(fc.oneof(unit, fc.constantFrom("\ud83d", "\ude00", "\\", '"')));
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const value = texts.map((units) => units.join(""));
        expect(parseJson(JSON.stringify(value))).toEqual(value.map((item) => item.toWellFormed()));
      }),
    );
  });
});

/** Numbers that are not held exactly are texts in ours. */
const readWhole = (source: string): unknown =>
  JSON.parse(source, (_, value: unknown) =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? String(value)
      : value,
  );

describe("wellFormed", () => {
  it("mends texts and keys at any place", () => {
    expect(wellFormed({ "a\ud83d": ["b\ude00", { c: "😀", d: null, e: 1, f: true }] })).toEqual({
      "a\uFFFD": ["b\uFFFD", { c: "😀", d: null, e: 1, f: true }],
    });
  });

  it("leaves out what is nested too deep to be meant", () => {
    let deep: Json = "end";
    for (let level = 0; level < 200_000; level++) deep = [deep];
    expect(isDeeperThan(wellFormed(deep), MAX_DEPTH)).toBe(false);
  });
});
