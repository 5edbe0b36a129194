import { expect, it, onTestFinished, vi } from "vitest";
import { createRefusalLog } from "../../src/http/refusal-log.ts";
import { captureLog, type Line } from "../support/captured-log.ts";

const MINUTE_MS = 60_000;

function open() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: Line[] = [];
  const onRefused = vi.fn();
  const refuse = createRefusalLog(captureLog({}, lines), "door.refused", onRefused);
  const told = () => lines.splice(0).map(({ fields }) => fields);
  return { refuse, onRefused, told };
}

it("tells the first of a kind at once, and of a flood one line a minute with how many there were", async () => {
  const { refuse, onRefused, told } = open();
  const refusal = { status: 401, advice: "look at THE_VARIABLE" };

  for (let n = 0; n < 1_000; n++) refuse({ ...refusal });
  expect(told()).toEqual([refusal]);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(told()).toEqual([{ ...refusal, count: 999 }]);
  refuse(refusal);
  expect(told()).toEqual([]);
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(told()).toEqual([{ ...refusal, count: 1 }]);

  expect(onRefused).toHaveBeenCalledTimes(1_001);
});

it("tells one that comes after a quiet minute at once again", async () => {
  const { refuse, told } = open();

  refuse({ status: 401 });
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(told()).toEqual([{ status: 401 }]);
  refuse({ status: 401 });

  expect(told()).toEqual([{ status: 401 }]);
});

it("lets a flood of one kind hide no other kind", () => {
  const { refuse, told } = open();

  for (let n = 0; n < 10; n++) refuse({ path: "/a", status: 401 });
  refuse({ path: "/a", status: 413 });
  refuse({ path: "/b", status: 401 });

  expect(told()).toEqual([
    { path: "/a", status: 401 },
    { path: "/a", status: 413 },
    { path: "/b", status: 401 },
  ]);
});
