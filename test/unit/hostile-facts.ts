import fc from "fast-check";
import { type ConversationId, type ServiceId, toUserId } from "../../src/ids.ts";
import type { Json } from "../../src/json.ts";
import type { RootFacts } from "../../src/views/root.ts";
import { anyText } from "../support/property.ts";

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText(600),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(anyText(120), tie("value"), { maxKeys: 12 }),
  ),
})).value;

/** A conversation of which everything may be meant badly. */
export const hostileFacts: fc.Arbitrary<RootFacts> = fc.record(
  {
    id: fc.constant("c_0123456789abcdef01234567" as ConversationId),
    userId: anyText(300).map((text) => toUserId(text || "1")),
    state: fc.constantFrom("open", "handed-back", "taken-away", "merged"),
    user: fc.record(
      { name: anyText(300), email: anyText(300), externalId: anyText(300) },
      { requiredKeys: [] },
    ),
    openedAt: fc.integer({ min: 0, max: 4e12 }),
    claim: fc.constant({ by: "U0ANNA", since: 0 }),
    waitingSince: fc.integer({ min: 0, max: 4e12 }),
    metadata: fc.oneof(
      json,
      fc.record({
        reason: fc.oneof(anyText(4_000), fc.constantFrom("_", "---", "&".repeat(999))),
        summary: anyText(4_000),
        language: anyText(300),
      }),
    ),
    furtherReasons: fc.array(fc.record({ reason: anyText(500), at: fc.constant(0) }), {
      maxLength: 10,
    }),
    transcript: fc.array(fc.record({ from: anyText(100), text: anyText(2_000) }), {
      maxLength: 40,
    }),
    ownerUnverified: fc.constant(true),
    ending: fc.record(
      {
        at: fc.integer({ min: 0, max: 4e12 }),
        to: anyText(300).map((name) => ({ id: "svc" as ServiceId, name })),
        by: fc.constant("U0ANNA"),
        note: anyText(4_000),
        outcome: anyText(300),
      },
      { requiredKeys: ["at"] },
    ),
  },
  { requiredKeys: ["id", "userId", "user", "state", "openedAt"] },
);
