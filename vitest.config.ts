import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "sandbox/test/**/*.test.ts"],
    // Half of a test file is waiting: two fit on a machine with two cores, where vitest would run one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
