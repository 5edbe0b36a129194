import { expect, it } from "vitest";
import { defined } from "../../src/defined.ts";

it("leaves out what is undefined, and nothing else", () => {
  const given = { a: 1, b: undefined, c: null, d: "", e: 0, f: false, g: [undefined] };
  const { b: _, ...rest } = given;
  expect(defined(given)).toStrictEqual(rest);
});
