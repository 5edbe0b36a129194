import { describe, expect, it } from "vitest";
import { handoverFacts } from "../../src/bridge/handovers/handover-facts.ts";
import { joinMetadata } from "../../src/bridge/ownership/join-handovers.ts";

it("is all that the metadata say rightly of the User, beside what they say wrongly", () => {
  const user = { name: "Ada", email: [], language: 7, externalId: "customer-7" };
  expect(handoverFacts({}, { user }).user).toEqual({ name: "Ada", externalId: "customer-7" });
  expect(handoverFacts({}, { user: { email: "a@b", externalId: {} } }).user).toEqual({
    email: "a@b",
  });
});

describe("what a handover says", () => {
  const user = { name: "Ada", email: "ada@customer.example", language: "nl", externalId: "7" };

  it("is in its fields, or in its metadata", () => {
    const fields = { user, expiresInSeconds: 60, idempotencyKey: "k" };
    const facts = { user, key: "k", expiresInSeconds: 60 };
    expect(handoverFacts(fields, undefined)).toEqual(facts);
    expect(handoverFacts({}, fields)).toEqual({ ...facts, metadata: fields });
  });

  it("is what the fields say where both say something", () => {
    const metadata = {
      reasonCode: "b",
      summary: "B",
      order: 1,
      user: { name: "Eve", email: "e@e" },
    };
    const told = { reasonCode: "a", summary: "A", language: "fr", user: { name: "Ada" } };
    expect(handoverFacts({ ...told, idempotencyKey: "a" }, metadata)).toEqual({
      user: { name: "Ada", email: "e@e", language: "fr" },
      metadata: { ...metadata, reasonCode: "a", summary: "A" },
      key: "a",
    });
  });

  it.each([
    ["a text", "refund", { reason: "refund", reasonCode: "a" }],
    ["a list", [1, 2], { metadata: [1, 2], reasonCode: "a" }],
    ["nothing", undefined, { reasonCode: "a" }],
  ])("is added to metadata that is %s", (_what, metadata, expected) => {
    expect(handoverFacts({ reasonCode: "a" }, metadata)).toEqual({ user: {}, metadata: expected });
    expect(handoverFacts({ reasonCode: " ", summary: "\u200b" }, metadata).metadata).toBe(metadata);
  });

  it.each([
    [{ user: "Ada" }],
    [{ user: { name: 7 } }],
    [{ user: { name: " ", email: null } }],
    [{ expiresInSeconds: "60", idempotencyKey: ["k"] }],
    [{ expiresInSeconds: -1, idempotencyKey: "ü" }],
    [{ user: null, expiresInSeconds: null, idempotencyKey: null }],
  ])("is nothing that metadata say wrongly: %j", (metadata) => {
    expect(handoverFacts({}, metadata)).toEqual({ user: {}, metadata });
  });
});

it("the first reasonCode stays, with several handovers", () => {
  const first = { reasonCode: "a", order: 1 };
  expect(joinMetadata(first, { reasonCode: "b", reason: "B", order: 2 })).toEqual({
    reasonCode: "a",
    reason: null,
    order: 2,
  });
  expect(joinMetadata(first, { reasonCode: "b" })).toBe(first);
});
