import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "../../src/delivery/backoff.ts";
import { holds } from "../support/property.ts";

const POLICY = { firstMs: 500, capMs: 60_000, maxAgeMs: 1 };

describe("backoff", () => {
  it.each([
    [1, 250, 500],
    [2, 500, 1_000],
    [3, 1_000, 2_000],
    [7, 16_000, 32_000],
    [8, 30_000, 60_000],
    [9, 30_000, 60_000],
    [5_000, 30_000, 60_000],
  ])("before attempt %i + 1 pauses from %i to %i ms", (attempt, least, most) => {
    expect(backoffMs(POLICY, attempt, 0)).toBe(least);
    expect(backoffMs(POLICY, attempt, 1)).toBe(most);
  });

  holds(
    "grows with the attempts and never exceeds its cap",
    fc.tuple(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true })),
    ([attempt, random]) => {
      const pause = backoffMs(POLICY, attempt, random);
      expect(pause).toBeGreaterThanOrEqual(POLICY.firstMs / 2);
      expect(pause).toBeLessThanOrEqual(POLICY.capMs);
      expect(backoffMs(POLICY, attempt + 1, random)).toBeGreaterThanOrEqual(pause);
    },
  );
});
