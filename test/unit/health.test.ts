import { expect, it, onTestFinished, vi } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { createHealth } from "../../src/ops/health.ts";
import { captureLog } from "../support/captured-log.ts";

const MINUTE_MS = 60_000;

it("looks once a minute whether all is well, though nobody asks, until it stops", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const check = vi.fn(() => Promise.resolve());
  const health = createHealth({
    intake: { store: check },
    rest: { slack: check },
    alarms: createAlarms(captureLog()),
  });

  health.start();
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(check).toHaveBeenCalledTimes(2 * 3);
  health.stop();
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);

  expect(check).toHaveBeenCalledTimes(2 * 3);
});
