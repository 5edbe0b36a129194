import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createShutDown } from "../../src/shut-down.ts";
import { captureLog } from "../support/captured-log.ts";

/** A shut-down of an app that stops when it is told to; with timers that the test moves. */
function shutDownForTest() {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const log = captureLog();
  const exits: number[] = [];
  let stops = 0;
  let end = { resolve: () => {}, reject: (_: Error) => {} };
  const stopped = new Promise<void>((resolve, reject) => {
    end = { resolve, reject };
  });
  const app = Promise.resolve({
    stop() {
      stops += 1;
      return stopped;
    },
  });
  const exit = (code: number) => {
    exits.push(code);
  };
  const shutDown = createShutDown({
    app,
    starting: new AbortController(),
    deadlineMs: 9_000,
    log,
    exit,
    now: () => Date.now(),
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { ...shutDown, log, exits, end, pass, stops: () => stops };
}

describe("shutting down", () => {
  it("takes several signals within two seconds for one", async () => {
    const { onSignal, exits, end, pass, stops } = shutDownForTest();

    onSignal();
    onSignal();
    await pass(2_000);
    onSignal();

    expect([stops(), exits]).toEqual([1, []]);
    end.resolve();
    await pass(0);
    expect(exits).toEqual([0]);
  });

  it("ends at once at a later second signal", async () => {
    const { onSignal, exits, pass } = shutDownForTest();

    onSignal();
    await pass(2_001);
    onSignal();

    expect(exits).toEqual([1]);
  });

  it("is cut off at its deadline", async () => {
    const { onSignal, exits, log, pass } = shutDownForTest();

    onSignal();
    await pass(8_999);
    expect(exits).toEqual([]);
    await pass(1);

    expect(exits).toEqual([0]);
    expect(log.lines.map(({ event }) => event)).toEqual(["app.stop-cut-off"]);
  });

  it("stops in order after a crash, says what it was, and exits with 1", async () => {
    const { onCrash, onSignal, exits, log, end, pass, stops } = shutDownForTest();

    onCrash(new TypeError("no such thing"), "unhandledRejection");
    onCrash(undefined, "unhandledRejection");
    onSignal();
    await pass(0);
    expect([stops(), exits]).toEqual([1, []]);
    end.resolve();
    await pass(0);

    expect(exits).toEqual([1]);
    const fields = {
      origin: "unhandledRejection",
      error: "no such thing",
      error_name: "TypeError",
    };
    expect(log.lines[0]).toMatchObject({ level: "error", event: "process.crashed", fields });
  });

  it("exits with 1 at the deadline too, after a crash during a stop", async () => {
    const { onCrash, onSignal, exits, pass } = shutDownForTest();

    onSignal();
    onCrash(new Error("late"), "uncaughtException");
    await pass(9_000);

    expect(exits).toEqual([1]);
  });

  it("exits with 1 when the stop itself fails", async () => {
    const { onSignal, exits, log, end, pass } = shutDownForTest();

    onSignal();
    end.reject(new Error("disk gone"));
    await pass(0);

    expect(exits).toEqual([1]);
    expect(log.lines.map(({ event }) => event)).toEqual(["app.stop-failed"]);
  });
});
