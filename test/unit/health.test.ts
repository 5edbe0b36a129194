import { expect, it, onTestFinished, vi } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { systemClock } from "../../src/clock.ts";
import { createHealth } from "../../src/ops/health.ts";
import { captureLog } from "../support/captured-log.ts";

const MINUTE_MS = 60_000;
const IDENTITY = { version: "1.0.0", bridge: "0123456789abcdef" };

it.each([1, -1])(
  "asks again after a few seconds, though the clock is set by %s h",
  async (hours) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const check = vi.fn(() => Promise.resolve());
    const { routes } = createHealth({
      intake: { store: check },
      rest: {},
      identity: IDENTITY,
      alarms: createAlarms(captureLog()),
      onChecked: () => {},
      monotonic: systemClock.monotonic,
    });
    const ask = async () => {
      const response = { writeHead: () => response, end: () => response };
      const route = routes.find(({ path }) => path === "/readyz/intake");
      await route?.handle({} as never, response as never);
    };
    await ask();

    vi.setSystemTime(Date.now() + hours * 60 * MINUTE_MS);
    await ask();
    expect(check).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(6_000);
    await ask();

    expect(check).toHaveBeenCalledTimes(2);
  },
);

it("looks once a minute whether all is well, though nobody asks, until it stops", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const check = vi.fn(() => Promise.resolve());
  const health = createHealth({
    intake: { store: check },
    rest: { slack: check },
    identity: IDENTITY,
    alarms: createAlarms(captureLog()),
    onChecked: () => {},
    monotonic: systemClock.monotonic,
  });

  health.start();
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(check).toHaveBeenCalledTimes(2 * 3);
  health.stop();
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);

  expect(check).toHaveBeenCalledTimes(2 * 3);
});
