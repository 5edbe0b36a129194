import { describe, expect, it } from "vitest";
import { createCleanPrint } from "../../src/ops/create-clean-print.ts";

const SECRET = 's3cr3t "/+ \\ value';

function printed(line: string): string {
  const lines: string[] = [];
  createCleanPrint([SECRET, "short"], (each) => lines.push(each))(line);
  return lines.join("\n");
}

describe("a clean print", () => {
  it.each([
    ["as it is", SECRET],
    ["in an address", encodeURIComponent(SECRET)],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in JSON", JSON.stringify(SECRET).slice(1, -1)],
  ])("shows no secret %s", (_, form) => {
    expect(printed(`before ${form}, ${form} after`)).toBe("before [redacted], [redacted] after");
  });

  it("leaves alone what is too short to be told from a word", () => {
    expect(printed("a short word")).toBe("a short word");
  });

  it("shows signs that a terminal obeys, and those that turn the text round, as none", () => {
    expect(printed("a\u001b[2J\nb\u202ec\u2028d")).toBe("a\uFFFD[2J\uFFFDb\uFFFDc\uFFFDd");
  });

  it("leaves JSON what it is", () => {
    const line = JSON.stringify({ detail: `a ${SECRET}\nb` });
    expect(JSON.parse(printed(line))).toEqual({ detail: "a [redacted]\nb" });
  });
});
