import { describe, expect, it } from "vitest";
import { closeDirections } from "../../src/convert/text/close-directions.ts";
import { codeMrkdwn, literalMrkdwn } from "../../src/convert/text/literal-mrkdwn.ts";
import { unescapeText } from "../../src/convert/text/slack-text.ts";
import { actingIn } from "../support/acting-in.ts";
import { anyText, holds } from "../support/property.ts";

describe("foreign text in mrkdwn", () => {
  it.each([
    ["Ada Lovelace", "Ada Lovelace"],
    ["<!channel> & <@U0ANNA>", "&lt;!channel&gt; &amp; &lt;@U0ANNA&gt;"],
    [":white_check_mark: verified", ":\u2060white_check_mark: verified"],
    [":a:b:", ":\u2060a:\u2060b:"],
    ["*verified*", "\u2217verified\u2217"],
    ["_verified_ ~no~ `yes`", "\u02cdverified\u02cd \u223cno\u223c \u02cbyes\u02cb"],
    ["order_id 5*3*2 a~b", "order_id 5*3*2 a~b"],
    ["https://a.example:80/x", "https://a.example:80/x"],
    ["Ada \u202eecalevoL", "Ada \u202eecalevoL\u202c"],
  ])("is shown as it was written: %j", (text, literal) => {
    expect(literalMrkdwn(text)).toBe(literal);
    expect(actingIn(literalMrkdwn(text))).toEqual([]);
    expect(actingIn(`*${literalMrkdwn(text)}*`)).toEqual([`*${literalMrkdwn(text)}*`]);
  });

  holds("never acts, also between signs of ours", anyText(300), (text) => {
    expect(actingIn(literalMrkdwn(text))).toEqual([]);
    expect(literalMrkdwn(text)).not.toMatch(/[<>]/);
  });

  holds("loses nothing but the signs that would act", anyText(300), (text) => {
    const signs = /[*_~`\u2217\u02cd\u223c\u02cb\u2060\u202c\u2069]/g;
    expect(unescapeText(literalMrkdwn(text)).replaceAll(signs, "")).toBe(
      text.replaceAll(signs, ""),
    );
  });

  it("stays code where it is code", () => {
    expect(codeMrkdwn("a`b_c_ *d*")).toBe("`a'b_c_ *d*`");
  });
});

describe("directions", () => {
  it.each([
    ["\u202ea", "\u202ea\u202c"],
    ["\u2067a", "\u2067a\u2069"],
    ["\u202a\u2067a", "\u202a\u2067a\u2069\u202c"],
    // An isolate's end closes what was begun in it; an embedding's end does nothing across an isolate.
    ["\u2067\u202ea\u2069", "\u2067\u202ea\u2069"],
    ["\u202e\u2067\u202ca", "\u202e\u2067\u202ca\u2069\u202c"],
    ["\u202ca\u2069", "\u202ca\u2069"],
  ])("are ended: %j", (text, closed) => {
    expect(closeDirections(text)).toBe(closed);
  });
});
