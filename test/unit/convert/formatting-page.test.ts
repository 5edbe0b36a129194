import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FROM_PARLEY } from "../../fixtures/conversion/parley-to-slack.ts";
import { FROM_SLACK } from "../../fixtures/conversion/slack-to-parley.ts";
import { makeFormattingPage } from "../../support/formatting-page.ts";

it("the page about formatting is the one that `npm run docs:formatting` makes of the tests' data", () => {
  const page = readFileSync("docs/formatting.md", "utf8");
  expect(page).toBe(makeFormattingPage());
  for (const { construct } of [...FROM_SLACK, ...FROM_PARLEY])
    expect(page).toContain(`| ${construct} |`);
});
