import { describe, expect, it } from "vitest";
import { ConfigError, NetworkError, StorageError } from "../../src/errors.ts";
import type { Check } from "../../src/ops/doctor/check.ts";
import { runChecks } from "../../src/ops/doctor/run-checks.ts";
import { runDoctor } from "../../src/ops/run-doctor.ts";

const ok = (name: string, needs: readonly string[] = []): Check => ({
  name,
  needs,
  run: () => Promise.resolve("fine"),
});
const failing = (name: string, error: unknown): Check => ({
  name,
  run: () => Promise.reject(error),
});
const hanging: Check = { name: "hangs", run: () => new Promise(() => {}) };

const findingsOf = async (checks: readonly Check[], limitMs?: number) =>
  (await Promise.all(runChecks(checks, limitMs))).flat();

describe("the checks of the doctor", () => {
  it("tell in their order, though each needs one behind it", async () => {
    const found = await findingsOf([ok("first", ["second"]), ok("second", ["third"]), ok("third")]);
    expect(found.map(({ check, status }) => [check, status])).toEqual([
      ["first", "ok"],
      ["second", "ok"],
      ["third", "ok"],
    ]);
  });

  it("say once what has failed, and of what needs it that it was not checked", async () => {
    const found = await findingsOf([
      ok("well"),
      failing("broken", new ConfigError(["mend this", "and that"])),
      ok("next", ["well", "broken"]),
      ok("last", ["next"]),
    ]);
    expect(found.slice(1)).toEqual([
      { check: "broken", status: "failed", detail: "mend this" },
      { check: "broken", status: "failed", detail: "and that" },
      { check: "next", status: "skipped", detail: "not checked, because broken failed" },
      { check: "last", status: "skipped", detail: "not checked, because broken failed" },
    ]);
  });

  it("have a time each", async () => {
    const found = await findingsOf([hanging, ok("next", ["hangs"]), ok("other")], 10);
    expect(found.map(({ check, status, canPass }) => [check, status, canPass])).toEqual([
      ["hangs", "failed", true],
      ["next", "skipped", undefined],
      ["other", "ok", undefined],
    ]);
  });

  it("say nothing of a defect but where it is", async () => {
    const [found] = await findingsOf([failing("broken", new TypeError("secret of somebody"))]);
    expect(found?.status).toBe("failed");
    expect(found?.detail).not.toContain("secret of somebody");
  });

  it.each([
    [[ok("a")], 0],
    [[ok("a"), failing("b", new NetworkError("gone"))], 1],
    [[failing("a", new StorageError("full")), failing("b", new NetworkError("gone"))], 1],
    [[failing("a", new NetworkError("gone")), failing("b", new ConfigError(["x"]))], 78],
    [[failing("a", new StorageError("damaged", { canPass: false }))], 78],
  ] as const)("end with a clear exit code: %#", async (checks, code) => {
    const lines: string[] = [];
    expect(
      await runDoctor(
        [],
        () => checks,
        (line) => lines.push(line),
      ),
    ).toBe(code);
    expect(lines.at(-1)).toBe(
      code === 0 ? "All is well." : "Not all is well: see what failed above.",
    );
  });
});
