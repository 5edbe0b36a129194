import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defined } from "../../src/defined.ts";
import { toConversationId, toItemId, toUserId } from "../../src/ids.ts";
import { AUDIT_FORMATS } from "../../src/ops/audit-formats.ts";
import type { StoredAuditRecord } from "../../src/state/audit-records.ts";
import { anyText, holds } from "../support/property.ts";

const RECORD: StoredAuditRecord = {
  id: toItemId("d_1"),
  at: Date.UTC(2026, 10, 30, 9),
  what: "hand-back",
  by: "U0ANNA",
  byName: "Anna",
  userId: toUserId("42"),
  conversation: toConversationId("c_1"),
  from: "agents",
  to: "bot",
  result: "failed",
  why: "network",
};

function printed(name: string, records: readonly StoredAuditRecord[]): string[] {
  const format = AUDIT_FORMATS[name];
  if (!format) throw new Error(name);
  const lines = records.map((record, index) => format.line(record, index === 0));
  return [...format.before, ...lines, ...format.after(records.length)];
}

/** The rows of a CSV text, as a spreadsheet reads them that takes this sign for the end of a cell. */
function readCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at] ?? "\n";
    if (isQuoted && sign === '"' && text[at + 1] === '"') cell += text[++at];
    else if (sign === '"' && (isQuoted || cell === "")) isQuoted = !isQuoted;
    else if (isQuoted || (sign !== separator && sign !== "\n")) cell += sign;
    else {
      row.push(cell);
      cell = "";
      if (sign === separator) continue;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/;

const hostile = fc
  .tuple(
    fc.constantFrom(
      "",
      "=",
      "+",
      "-",
      "@",
      "\t",
      "\r",
      "\n=",
      ";=",
      ",=",
      '"=',
      '";=',
      '",=',
      "＝",
    ),
    fc.oneof(anyText(20), fc.constantFrom('HYPERLINK("http://evil")', "1+1", ' ";@SUM(A1)')),
  )
  .map((parts) => parts.join(""));

describe("records in CSV", () => {
  it("have a line with the names of the columns, and a line each", () => {
    const bare = { id: toItemId("d_2"), at: 0, what: "move", result: "done" };
    expect(printed("csv", [RECORD, bare])).toEqual([
      "time,what,result,why,by,name,user,conversation,from,to,id",
      "2026-11-30T09:00:00.000Z,hand-back,failed,network,U0ANNA,Anna,42,c_1,agents,bot,d_1",
      "1970-01-01T00:00:00.000Z,move,done,,,,,,,,d_2",
    ]);
  });

  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", `"'\tx"`],
    ["\rx", `"'\rx"`],
    [' =1"', `"' =1"""`],
    ["a,b", '"a,b"'],
    ["a;=1", `"a;'=1"`],
    ["Jean-Luc", "Jean-Luc"],
  ])("show %j without acting on it", (name, cell) => {
    const [, line] = printed("csv", [{ ...RECORD, byName: name }]);
    expect(line).toContain(`,U0ANNA,${cell},42,`);
  });

  holds(
    "hold nothing that a spreadsheet takes for a formula, wherever it takes a cell to end",
    fc.record({ byName: hostile, from: hostile, to: hostile, why: hostile }),
    (texts) => {
      const text = printed("csv", [{ ...RECORD, ...texts }]).join("\n");
      for (const separator of [",", ";", "\t"]) {
        const cells = readCsv(text, separator).flat();
        expect(cells.filter((cell) => FORMULA.test(cell))).toEqual([]);
      }
      const [, row = []] = readCsv(text, ",");
      const shown = [row[3], row[5], row[8], row[9]].map((cell) => cell?.replaceAll("'", ""));
      const given = [texts.why, texts.byName, texts.from, texts.to];
      expect(shown).toEqual(given.map((each) => each.replaceAll("'", "")));
    },
    { runs: 200 },
  );
});

describe("records in JSON", () => {
  it.each([0, 1, 3])("are one list: %i", (count) => {
    const records = Array.from({ length: count }, () => RECORD);
    const { at: _at, byName: name, userId: user, ...rest } = RECORD;
    const fields = { ...rest, time: "2026-11-30T09:00:00.000Z", name, user };
    expect(JSON.parse(printed("json", records).join("\n"))).toEqual(records.map(() => fields));
  });

  holds("say what is stored, whatever it is", hostile, (byName) => {
    const [found] = JSON.parse(printed("json", [{ ...RECORD, byName }]).join("\n")) as {
      name: string;
    }[];
    expect(found?.name).toBe(byName);
  });
});

describe("records for people", () => {
  it("are a line each, and their number", () => {
    expect(printed("table", [RECORD])).toEqual([
      "2026-11-30T09:00:00.000Z  hand-back     User 42         Anna (U0ANNA)  agents → bot  failed: network",
      "1 record",
    ]);
    const { by: _by, byName: _name, from: _from, why: _why, ...rest } = RECORD;
    expect(printed("table", [{ ...rest, what: "taken-away" }])[0]).toBe(
      "2026-11-30T09:00:00.000Z  taken-away    User 42         → bot  failed",
    );
    expect(printed("table", [])).toEqual(["0 records"]);
  });

  holds("stay on their line, and let no name turn it around", hostile, (text) => {
    const texts = { byName: text, from: text, to: text };
    const [line = ""] = printed("table", [{ ...RECORD, ...defined(texts) }]);
    expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
  });
});
