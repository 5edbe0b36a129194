import { describe, expect, it } from "vitest";
import type { Lanes, Work } from "../../src/delivery/lanes.ts";
import type { OnceStep } from "../../src/delivery/step.ts";
import {
  BridgeError,
  NetworkError,
  PayloadError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBench, type LanesBenchFactory } from "./lanes-bench.ts";
import { anyKind, gate, newItem, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
type AnyStep = OnceStep<unknown, unknown>;
type Finding = Awaited<ReturnType<NonNullable<AnyStep["check"]>>>;

const never = () => new Promise<never>(() => {});
const isEmpty = async (lanes: Lanes<Body>) => (await lanes.backlog()).items === 0;

/** What happened, in order: `intent`, `run`, `check`, `done`. */
function createWatch() {
  const seen: string[] = [];
  const step = (more: Partial<AnyStep> = {}): AnyStep => ({
    kind: anyKind,
    intent(earlier) {
      seen.push(earlier === undefined ? "intent" : `intent again ${JSON.stringify(earlier)}`);
      return earlier ?? { number: 1 };
    },
    run(intent, isRepeat) {
      seen.push(`run ${JSON.stringify(intent)}${isRepeat ? " again" : ""}`);
      return Promise.resolve("sent");
    },
    ...more,
  });
  const checked = (finding: Finding): Partial<AnyStep> => ({
    check(intent) {
      seen.push(`check ${JSON.stringify(intent)}`);
      return Promise.resolve(finding);
    },
  });
  return { seen, step, checked };
}

/** An engine that is killed while the step of its only item runs: the intent is on disk, and what came of it is not. */
async function killedWhileRunning(bench: LanesBench, step: AnyStep): Promise<void> {
  const lanes = await bench.engine<Body>();
  const running = gate();
  const run = () => {
    running.open();
    return never();
  };
  await lanes.start(async (work) => void (await work.step("send", { ...step, run })), tellNobody);
  await lanes.append(newItem("a"));
  await running.opened;
  await bench.crash();
}

/** What the next attempt does must not depend on how the one before it ended. */
export function describeSteps(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: the steps of an item`, () => {
    it("run once, and give back what came of them, also after a crash", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      const before = await bench.engine<Body>();
      const [stored, results] = [gate(), [] as unknown[]];
      await before.start(async (work) => {
        results.push(await work.step("send", step()));
        // The next step's intent is stored together with the result, or after it.
        const run = () => {
          stored.open();
          return never();
        };
        await work.step("then", { kind: anyKind, intent: () => null, run });
      }, tellNobody);
      await before.append(newItem("a"));
      await stored.opened;
      await bench.crash();

      const after = await bench.engine<Body>();
      const states: string[] = [];
      await after.start(async (work) => {
        states.push(work.stateOf("send"), work.stateOf("then"), work.stateOf("other"));
        results.push(await work.step("send", step()));
        expect(work.names()).toEqual(["send", "then"]);
        expect(work.intentOf("send", anyKind)).toEqual({ number: 1 });
        expect(work.resultOf("send", anyKind)).toBe("sent");
      }, tellNobody);
      await expect.poll(() => isEmpty(after)).toBe(true);
      expect(results).toEqual(["sent", "sent"]);
      expect(states).toEqual(["done", "begun", "new"]);
      expect(seen).toEqual(["intent", 'run {"number":1}']);
    });

    it("are no progress where none of them was done", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>();
      const progress: boolean[] = [];
      await lanes.start(async (work) => {
        progress.push(work.item.hasProgress);
        const run = () => Promise.reject(new NetworkError("never sent"));
        if (progress.length === 1) await work.step("send", createWatch().step({ run }));
      }, tellNobody);
      await lanes.append(newItem("a"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(progress).toEqual([false, false]);
    });

    it("are stored by nothing that an attempt has left behind: not over what the next one stores", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      const [late, running] = [gate(), gate()];
      let leftBehind: Promise<unknown> | undefined;
      await before.start(async (work) => {
        if (!leftBehind) {
          const run = () => late.opened.then(() => "late");
          leftBehind = work.step("late", { kind: anyKind, run }).catch(() => "refused");
          throw new NetworkError("refused");
        }
        const run = async () => {
          late.open();
          await leftBehind;
          running.open();
          return never();
        };
        await work.step("send", { kind: anyKind, intent: () => 1, run });
      }, tellNobody);
      await before.append(newItem("a"));
      await running.opened;
      expect(await leftBehind).toBe("refused");
      await bench.crash();

      const after = await bench.engine<Body>();
      const states: string[][] = [];
      await after.start(async ({ stateOf }) => {
        states.push([stateOf("send"), stateOf("late")]);
      }, tellNobody);
      await expect.poll(() => states).toEqual([["begun", "new"]]);
    });

    it("that may be done twice are done until their result is on disk, and not again", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      const runs: number[] = [];
      const stored = gate();
      const count = { kind: anyKind, run: async () => runs.push(runs.length) };
      await before.start(async (work) => {
        await work.step("count", count);
        stored.open();
        await never();
      }, tellNobody);
      await before.append(newItem("a"));
      await stored.opened;
      await bench.crash();
      const after = await bench.engine<Body>();
      const results: unknown[] = [];
      await after.start(
        async (work) => void results.push(await work.step("count", count)),
        tellNobody,
      );
      await expect.poll(() => results).toEqual([1]);
      expect(runs).toEqual([0]);
    });

    it.each<[string, Finding, string[]]>([
      ["done", { result: "found" }, ['check {"number":1}']],
      [
        "not done",
        "not-done",
        ['check {"number":1}', 'check {"number":1}', "intent", 'run {"number":1}'],
      ],
      [
        "perhaps done, because nobody lets us look",
        "cannot-tell",
        ['check {"number":1}', 'intent again {"number":1}', 'run {"number":1} again'],
      ],
    ])("are looked for after a crash in the middle: %s", async (_, finding, expected) => {
      const bench = await benchForTest(open);
      const { seen, step, checked } = createWatch();
      await killedWhileRunning(bench, { ...step(checked(finding)), intent: () => ({ number: 1 }) });
      const lanes = await bench.engine<Body>();
      const results: unknown[] = [];
      const handler = async (work: Work<Body>) =>
        void results.push(await work.step("send", step(checked(finding))));
      await lanes.start(handler, tellNobody);
      await expect.poll(() => results).toEqual([expected.length === 1 ? "found" : "sent"]);
      expect(seen).toEqual(expected);
    });

    it("are not run again where nobody can look, until people have decided that", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      await killedWhileRunning(bench, step({ intent: () => ({ number: 1 }) }));
      const lanes = await bench.engine<Body>();
      const told: string[] = [];
      const states: string[] = [];
      await lanes.start(async (work) => {
        states.push(work.stateOf("send"));
        await work.step("send", step());
      }, toldTo(told));
      await expect.poll(() => told).toEqual(["a: uncertain"]);
      expect(seen).toEqual([]);
      expect(await lanes.replace(toItemId("a"), "other")).toBe(false);
      await lanes.requeue(toItemId("a"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toEqual(["intent", 'run {"number":1}']);
      expect(states).toEqual(["begun", "new"]);
      expect(await lanes.hasBegun(toItemId("a"))).toBe(true);
    });

    it("are known to be done, where nobody can look, while the handler goes on with something that takes long", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      const lanes = await bench.engine<Body>();
      const [sent, told] = [gate(), [] as string[]];
      await lanes.start(async (work) => {
        await work.step("send", step());
        sent.open();
        await never();
      }, tellNobody);
      await lanes.append(newItem("a"));
      await sent.opened;
      // Its result is given to the store when what runs now has run, and what is asked for after that comes back after it.
      await new Promise(setImmediate);
      for (let look = 0; look < 3; look++) await lanes.backlog();
      await bench.crash();
      const after = await bench.engine<Body>();
      await after.start(async (work) => void (await work.step("send", step())), toldTo(told));
      await expect.poll(() => isEmpty(after)).toBe(true);
      expect(seen).toEqual(["intent", 'run {"number":1}']);
      expect(told).toEqual([]);
    });

    it("are known to be done, where nobody can look, also if that can be stored only when the attempt has failed", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      const lanes = await bench.engine<Body>();
      const told: string[] = [];
      let attempts = 0;
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        attempts += 1;
        const run = async () => {
          await bench.failWrites(true);
          seen.push("run");
          return "sent";
        };
        await work.step("send", step({ run }));
        if (attempts > 1) return;
        // What came of it is given to the store, and comes back.
        await new Promise(setImmediate);
        for (let look = 0; look < 3; look++) await lanes.backlog();
        await bench.failWrites(false);
        throw new NetworkError("refused");
      }, toldTo(told));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toEqual(["intent", "run"]);
      expect([attempts, told]).toEqual([2, []]);
    });

    it.each<[string, Finding, string[]]>([
      ["is there a moment later", { result: "found" }, ["check 1", "check 1"]],
      ["cannot be looked for then", "cannot-tell", ["check 1", "check 1", "intent again 1"]],
    ])(
      "are not done again while their request may still be on its way: what %s",
      async (_, late, expected) => {
        const bench = await benchForTest(open);
        const { seen, step, checked } = createWatch();
        await killedWhileRunning(bench, step({ ...checked("not-done"), intent: () => 1 }));
        const lanes = await bench.engine<Body>();
        const findings: Finding[] = ["not-done", late];
        await lanes.start(async (work) => {
          const check = (intent: unknown) =>
            (checked(findings.shift() ?? "not-done").check as NonNullable<AnyStep["check"]>)(
              intent,
            );
          await work.step("send", { ...step({ run: () => Promise.resolve("sent") }), check });
        }, tellNobody);
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect(seen).toEqual(expected);
      },
    );

    it("are still looked for when the item was requeued", async () => {
      const bench = await benchForTest(open);
      const { seen, step, checked } = createWatch();
      await killedWhileRunning(bench, step({ ...checked("not-done"), intent: () => 1 }));
      const lanes = await bench.engine<Body>();
      let isRefused = true;
      await lanes.start(async (work) => {
        if (isRefused) throw new PayloadError("refused");
        await work.step("send", step(checked({ result: "found" })));
      }, tellNobody);
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      isRefused = false;
      await lanes.requeue(toItemId("a"));
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toEqual(["check 1"]);
    });

    it.each<[string, Error, string]>([
      ["surely failed", new NetworkError("refused"), "intent, run"],
      ["was asked to wait", new RateLimitedError("429", 1), "intent, run"],
      ["got no answer", new UncertainDeliveryError("no answer"), "check, check, intent, run"],
      ["fell over its answer", new TypeError("our own defect"), "check, check, intent, run"],
    ])("that can be looked for are tried again when one %s", async (_, error, again) => {
      const bench = await benchForTest(open);
      const { seen, step, checked } = createWatch();
      const lanes = await bench.engine<Body>();
      const errors = [error];
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        const { run } = step();
        await work.step("send", {
          ...step(checked("not-done")),
          async run(intent, isRepeat) {
            const result = await run(intent, isRepeat);
            const failure = errors.shift();
            if (failure) throw failure;
            return result;
          },
        });
      }, tellNobody);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      const names = seen.map((what) => what.split(" ")[0]).join(", ");
      expect(names).toBe(`intent, run, ${again}`);
    });

    it("that cannot be looked for are not tried again when one got no answer", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      const lanes = await bench.engine<Body>();
      const told: string[] = [];
      const run = () => Promise.reject(new UncertainDeliveryError("no answer"));
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        await work.step("send", { ...step(), run }).catch(() => {});
        // Also within one attempt: another part of the item may have to wait and be tried again.
        await work.step("send", step());
      }, toldTo(told));
      await expect.poll(() => told).toEqual(["a: uncertain"]);
      expect(seen).toEqual(["intent"]);
    });

    it("that perhaps are done stay so when a repeat of them surely fails", async () => {
      const bench = await benchForTest(open);
      const { seen, step, checked } = createWatch();
      await killedWhileRunning(bench, step({ ...checked("cannot-tell"), intent: () => 1 }));
      const lanes = await bench.engine<Body>();
      const findings: Finding[] = ["cannot-tell", { result: "found" }];
      let tries = 0;
      await lanes.start(async (work) => {
        await work.step("send", {
          ...step(checked(findings[tries++] ?? "not-done")),
          run: () => Promise.reject(new NetworkError("refused")),
        });
      }, tellNobody);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toEqual(["check 1", "intent again 1", "check 1"]);
    });

    it("that another item may have done are looked for first", async () => {
      const bench = await benchForTest(open);
      const { seen, step, checked } = createWatch();
      const lanes = await bench.engine<Body>();
      const states: string[] = [];
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        const check = async (intent: unknown) => {
          states.push(work.stateOf("send"));
          return await (checked("not-done").check as NonNullable<AnyStep["check"]>)(intent);
        };
        await work.step("send", { ...step(), check, begun: "theirs" });
      }, tellNobody);
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toEqual(['check "theirs"', 'check "theirs"', "intent", 'run {"number":1}']);
      expect(states).toEqual(["begun", "begun"]);
    });

    it("that have nothing to do any more leave nothing behind", async () => {
      const bench = await benchForTest(open);
      const { seen, step } = createWatch();
      const lanes = await bench.engine<Body>();
      const results: unknown[] = [];
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        results.push(await work.step("send", step({ intent: () => undefined })), work.names());
        if (results.length === 2) throw new NetworkError("refused");
      }, tellNobody);
      await expect.poll(() => results).toEqual([undefined, [], undefined, []]);
      expect(seen).toEqual([]);
    });

    it("can be forgotten, one or all of them, also for the next process", async () => {
      const bench = await benchForTest(open);
      const before = await bench.engine<Body>();
      const left = gate();
      const note = { kind: anyKind, run: async () => 1 };
      const names: (readonly string[])[] = [];
      await before.append(newItem("a"));
      await before.start(async (work) => {
        for (const name of ["x", "y", "z"]) await work.step(name, note);
        await work.forget("y");
        names.push(work.names());
        left.open();
        await never();
      }, tellNobody);
      await left.opened;
      await bench.crash();
      const after = await bench.engine<Body>();
      await after.start(async (work) => {
        names.push(work.names());
        await work.forget();
        if (names.length === 2) throw new NetworkError("refused");
        expect(work.item.hasProgress).toBe(false);
      }, tellNobody);
      await expect.poll(() => isEmpty(after)).toBe(true);
      expect(names).toEqual([["x", "z"], ["x", "z"], []]);
    });

    it("leave the reason of a failure as it is when it cannot be stored that nothing was done", async () => {
      const bench = await benchForTest(open);
      const { step } = createWatch();
      const codes: (string | undefined)[] = [];
      const lanes = await bench.engine<Body>({
        backoff: { firstMs: 20, capMs: 20, maxAgeMs: 60_000 },
        onAttempt: ({ error }) => codes.push(error?.code),
      });
      const refused = new BridgeError("refused", { code: "network", disposition: "dead-letter" });
      await lanes.append(newItem("a"));
      await lanes.start(async (work) => {
        const run = async () => {
          await bench.failWrites(true);
          throw refused;
        };
        await work.step("send", step({ run }));
      }, tellNobody);
      await expect.poll(() => codes).toContain("storage");
      await bench.failWrites(false);
      await expect.poll(() => codes.filter((code) => code !== "storage")).toEqual(["network"]);
      expect((await lanes.backlog()).deadLetters).toBe(1);
    });
  });

  describe(`${engineName}: how long an item has been tried`, () => {
    it("counts the pauses, one that was asked for no more than our own, and begins anew when it is requeued", async () => {
      const bench = await benchForTest(open);
      let steady = 0;
      const lanes = await bench.engine<Body>({
        monotonic: () => steady,
        random: () => 1,
        backoff: { firstMs: 4, capMs: 4, maxAgeMs: 60_000 },
      });
      const errors = [
        new NetworkError("refused"),
        new RateLimitedError("429", 8),
        new NetworkError("refused"),
        new PayloadError("refused for good"),
      ];
      const tried: number[] = [];
      await lanes.append(newItem("a"));
      await lanes.start(async ({ item }) => {
        tried.push(item.triedMs);
        steady += 100;
        const error = errors.shift();
        if (error) throw error;
      }, tellNobody);
      for (const [count, pause] of [4, 8, 4].entries()) {
        await expect.poll(() => tried).toHaveLength(count + 1);
        steady += pause;
      }
      await expect.poll(() => tried).toEqual([0, 4, 8, 12]);
      await expect.poll(async () => (await lanes.backlog()).deadLetters).toBe(1);
      await lanes.requeue(toItemId("a"));
      await expect.poll(() => tried).toEqual([0, 4, 8, 12, 0]);
    });
  });
}
