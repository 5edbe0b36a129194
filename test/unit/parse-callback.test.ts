import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toServiceId } from "../../src/ids.ts";
import { isDeeperThan, type Json, MAX_DEPTH } from "../../src/json.ts";
import { accountOf, parseCallback } from "../../src/parley/parse-callback.ts";
import { holds } from "../support/property.ts";

interface Fixture {
  readonly _source: string;
  readonly cases: readonly {
    readonly name: string;
    readonly body: Json;
    readonly event: { readonly kind: string };
  }[];
}

const SELF = toServiceId("SELF");
const FOLDER = new URL("../fixtures/callbacks/", import.meta.url);

describe.each(readdirSync(FOLDER))("callbacks of %s", (file) => {
  const fixture = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Fixture;

  it("names its source", () => {
    expect(fixture._source).toMatch(/^Inferred: \w|^developers\.parley\.io\//);
  });

  it.each(fixture.cases)("reads $name", ({ body, event }) => {
    const parsed = parseCallback(body, SELF);
    if (event.kind === "unknown") expect(parsed.kind).toBe("unknown");
    else expect(parsed).toEqual(event);
  });
});

const nested = (depth: number): Json => {
  let value: Json = "leaf";
  for (let level = 0; level < depth; level++) value = { nested: value };
  return value;
};

describe("parsing callbacks", () => {
  it("names the shape of what it does not understand, but no values", () => {
    const event = parseCallback(
      { type: "surprise", body: { name: "secret name", token: "s3cr3t", user: { id: null } } },
      SELF,
    );
    expect(event).toEqual({
      kind: "unknown",
      shape: "type surprise, keys type,body; body name,token,user",
    });
    const odd = parseCallback({ type: "Ada wrote: help me, please" }, SELF);
    expect(JSON.stringify(odd)).not.toContain("Ada");
  });

  it("understands metadata as deep as it may be, and nothing deeper", () => {
    const handover = (depth: number) =>
      parseCallback({ userId: 1, newOwner: "SELF", metadata: nested(depth) }, SELF).kind;
    expect(handover(MAX_DEPTH - 1)).toBe("handover");
    expect(handover(MAX_DEPTH)).toBe("unknown");
    expect(handover(200_000)).toBe("unknown");
  });

  holds(
    "never throws, whatever comes",
    fc.oneof(
      fc.jsonValue({ maxDepth: 6 }),
      fc.record(
        {
          type: fc.oneof(fc.constantFrom("message", "event", "merge", "handover"), fc.jsonValue()),
          body: fc.record(
            {
              user: fc.oneof(fc.record({ id: fc.jsonValue() }), fc.jsonValue()),
              message: fc.jsonValue(),
              body: fc.jsonValue(),
              metadata: fc.jsonValue(),
              newOwner: fc.jsonValue(),
              from: fc.jsonValue(),
              to: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
    ),
    (body) => {
      const event = parseCallback(body as Json, SELF);
      expect(["message", "handover", "owner-changed", "typing", "merged", "unknown"]).toContain(
        event.kind,
      );
      expect(isDeeperThan(event as unknown as Json, 3 * MAX_DEPTH)).toBe(false);
    },
  );
});

it("takes no name or address of a User that nobody would see", () => {
  const hidden = { name: "\u3164\u2800", fullName: " \u200b", firstName: " Ada ", email: "\u202e" };
  const user = { id: 1, additionalInformation: hidden };
  const event = parseCallback(
    { type: "message", body: { user, message: { message: "Hi" } } },
    SELF,
  );
  expect(event).toMatchObject({ kind: "message", user: { name: "Ada" } });
  expect(event).not.toHaveProperty("user.email");
});

const endless = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`) as Json;

describe("the account of a callback", () => {
  it.each<[string, Json, string | undefined]>([
    ["in body.body", { body: { body: { accountIdentification: "acct" } } }, "acct"],
    ["in body", { body: { accountIdentification: "acct" } }, "acct"],
    ["at the root", { accountIdentification: "acct" }, "acct"],
    ["as a number", { accountIdentification: 7 }, "7"],
    ["null", { accountIdentification: null }, undefined],
    ["missing", { type: "message", body: { accountId: 1 } }, undefined],
    ["in no object", "acct", undefined],
    ["in something without end", { accountIdentification: endless }, "unreadable"],
  ])("is read %s", (_, body, account) => {
    expect(accountOf(body)).toBe(account);
  });
});
