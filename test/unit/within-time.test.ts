import { describe, expect, it } from "vitest";
import { withinTime } from "../../src/within-time.ts";

const never = new Promise<string>(() => undefined);

describe("a wait with a limit", () => {
  it("gives what comes in time", async () => {
    expect(await withinTime(Promise.resolve("answer"), 60_000, undefined)).toBe("answer");
  });

  it("gives something else when it takes longer", async () => {
    expect(await withinTime(never, 1, "late")).toBe("late");
  });

  it("throws what fails in time", async () => {
    const failing = Promise.reject(new Error("refused"));
    await expect(withinTime(failing, 60_000, undefined)).rejects.toThrow("refused");
  });
});
