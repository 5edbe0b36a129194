import { describe, expect, it } from "vitest";
import type { Handler, Lanes, StartOptions, Work } from "../../src/delivery/lanes.ts";
import type { OnceStep } from "../../src/delivery/step.ts";
import {
  BridgeError,
  ConversationClosedError,
  NetworkError,
  PayloadError,
  StorageError,
  UncertainDeliveryError,
} from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { benchForTest, type LanesBench, type LanesBenchFactory } from "./lanes-bench.ts";
import { anyKind, gate, newItem, tellNobody, toldTo } from "./lanes-suite.ts";

type Body = string;
type AnyStep = OnceStep<unknown, unknown>;
type EngineOptions = NonNullable<Parameters<LanesBench["engine"]>[0]>;

const id = (name: string) => toItemId(name);
const at = (sort: string) => newItem(sort, { sort });
const isEmpty = async (lanes: Lanes<Body>) => (await lanes.backlog()).items === 0;

/** What is under way gets on as far as it can. */
async function rounds(lanes: Lanes<Body>): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await lanes.backlog();
    await new Promise(setImmediate);
  }
}

/** Of a step that can be looked for, and was not done. */
const notDone = () => Promise.resolve("not-done" as const);

/** Sends the item in a step. */
type Send = (work: Work<Body>, more?: Partial<AnyStep>) => Promise<void>;

interface StageOptions extends Pick<StartOptions<Body>, "goesAhead"> {
  readonly engine?: EngineOptions;
  /** What the handlers of these items do instead of sending. */
  readonly behave?: Readonly<Record<Body, (work: Work<Body>, send: Send) => Promise<void>>>;
}

/** An engine whose handlers send their items in a step, and what they did, in order. */
async function onStage(bench: LanesBench, { goesAhead, engine, behave = {} }: StageOptions = {}) {
  const [seen, outcomes, told] = [[] as string[], [] as string[], [] as string[]];
  const held = new Map<Body, PromiseWithResolvers<void>>();
  const lanes = await bench.engine<Body>({
    ...engine,
    onAttempt: ({ item, outcome }) => outcomes.push(`${item} ${outcome}`),
  });

  /** The other side answers the request of this item when the test says so. */
  function hold(body: Body) {
    const answer = Promise.withResolvers<void>();
    held.set(body, answer);
    return answer;
  }

  const send: Send = async (work, more = {}) => {
    const { body } = work.item;
    await work.step("send", {
      kind: anyKind,
      intent: () => body,
      async run() {
        seen.push(`${body} runs`);
        await held.get(body)?.promise;
        return body;
      },
      ...more,
    });
  };

  const start = () =>
    lanes.start(
      async (work) => {
        const { body } = work.item;
        seen.push(`${body} begins`);
        try {
          await (behave[body] ?? send)(work, send);
          seen.push(`${body} ends`);
        } catch (error) {
          seen.push(`${body} is ${error instanceof BridgeError ? error.code : "stopped"}`);
          throw error;
        }
      },
      toldTo(told),
      { goesAhead: goesAhead ?? (() => true) },
    );

  return { lanes, seen, outcomes, told, hold, start };
}

/** While the head waits for an answer, the attempt at the item behind it may begin. */
export function describeBeginningAhead(engineName: string, open: LanesBenchFactory): void {
  /** The request of the first item has left, and the second one has begun. */
  async function ahead(items: readonly string[], options: StageOptions = {}) {
    const bench = await benchForTest(open);
    const stage = await onStage(bench, options);
    const [first = "", second = ""] = items;
    const answer = stage.hold(first);
    for (const item of items) await stage.lanes.append(at(item));
    await stage.start();
    await expect.poll(() => stage.seen).toContain(`${second} begins`);
    return { bench, ...stage, answer };
  }

  /** Handlers that send in a step that can be looked for. */
  const looked =
    (more: Partial<AnyStep> = {}): Handler<Body> =>
    async (work) =>
      void (await work.step("send", {
        kind: anyKind,
        intent: () => work.item.body,
        run: () => Promise.resolve("sent"),
        check: notDone,
        ...more,
      }));

  describe(`${engineName}: beginning ahead`, () => {
    it("comes when the request of the one before has left, and not before; nor does the one after that", async () => {
      const bench = await benchForTest(open);
      const goOn = gate();
      const stage = await onStage(bench, {
        behave: {
          async a(work, send) {
            await goOn.opened;
            await send(work);
          },
        },
      });
      const { lanes, seen, hold, start } = stage;
      const answer = hold("a");
      for (const item of ["a", "b", "c"]) await lanes.append(newItem(item));
      await start();
      await expect.poll(() => seen).toEqual(["a begins"]);
      await rounds(lanes);
      expect(seen).toEqual(["a begins"]);
      goOn.open();
      await expect.poll(() => seen).toContain("b begins");
      await rounds(lanes);
      expect(seen).toEqual(["a begins", "a runs", "b begins"]);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen.filter((what) => what.endsWith("runs"))).toEqual(["a runs", "b runs", "c runs"]);
      expect(stage.outcomes).toEqual(["a done", "b done", "c done"]);
    });

    it("comes with a later step of the one before, if it arrives during the first", async () => {
      const bench = await benchForTest(open);
      const [first, second] = [gate(), gate()];
      const { lanes, seen, outcomes, start } = await onStage(bench, {
        behave: {
          async a(work) {
            for (const [name, answer] of Object.entries({ first, second })) {
              await work.step(name, {
                kind: anyKind,
                intent: () => null,
                async run() {
                  seen.push(`a runs ${name}`);
                  await answer.opened;
                  return null;
                },
              });
            }
          },
        },
      });
      await lanes.append(newItem("a"));
      await start();
      await expect.poll(() => seen).toContain("a runs first");
      await lanes.append(newItem("b"));
      first.open();
      await expect.poll(() => seen).toContain("b begins");
      await rounds(lanes);
      // Where the journal is asked what has arrived, it may come before that already.
      expect(seen.filter((what) => what !== "b begins")).toEqual([
        "a begins",
        "a runs first",
        "a runs second",
      ]);
      second.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(outcomes).toEqual(["a done", "b done"]);
    });

    it("comes only where the item says so", async () => {
      const bench = await benchForTest(open);
      const { lanes, seen, hold, start } = await onStage(bench, { goesAhead: () => false });
      const answer = hold("a");
      for (const item of ["a", "b"]) await lanes.append(newItem(item));
      await start();
      await expect.poll(() => seen).toContain("a runs");
      await rounds(lanes);
      expect(seen).toEqual(["a begins", "a runs"]);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen.slice(2)).toEqual(["a ends", "b begins", "b runs", "b ends"]);
    });

    it("stores the intent of a step that can be looked for, so that the next process looks", async () => {
      const { bench, lanes, seen } = await ahead(["a", "b"], { behave: { b: looked() } });
      await expect.poll(() => lanes.hasBegun(id("b"))).toBe(true);
      expect(seen).toEqual(["a begins", "a runs", "b begins"]);
      await bench.crash();
      const checked: unknown[] = [];
      const check = (intent: unknown) => {
        checked.push(intent);
        return notDone();
      };
      const next = await onStage(bench, { behave: { a: async () => {}, b: looked({ check }) } });
      await next.start();
      await expect.poll(() => isEmpty(next.lanes)).toBe(true);
      expect(checked).toEqual(["b", "b"]);
      expect(next.outcomes).toEqual(["a done", "b done"]);
    });

    it("stores nothing of a step that nobody can look for", async () => {
      const { bench, lanes } = await ahead(["a", "b"]);
      await rounds(lanes);
      expect(await lanes.hasBegun(id("b"))).toBe(false);
      await bench.crash();
      const next = await onStage(bench, { behave: { a: async () => {} } });
      await next.start();
      await expect.poll(() => isEmpty(next.lanes)).toBe(true);
      expect(next.seen).toContain("b runs");
      expect(next.told).toEqual([]);
    });

    it("does nothing that can be seen before the item is the head, nor before its intent is stored", async () => {
      const goOn = gate();
      const runs: string[] = [];
      const { bench, lanes, seen, outcomes, answer } = await ahead(["a", "b"], {
        behave: {
          b: looked({
            async intent() {
              await goOn.opened;
              return "b";
            },
            run: async () => runs.push("b"),
          }),
        },
      });
      await bench.failWrites(true);
      goOn.open();
      await expect.poll(() => seen).toContain("b is storage");
      await rounds(lanes);
      expect([runs, outcomes]).toEqual([[], []]);
      await bench.failWrites(false);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(runs).toEqual(["b"]);
      expect(outcomes).toEqual(["a done", "b deferred", "b done"]);
    });

    it.each([
      ["may be done twice", false],
      ["takes others along", true],
    ] as const)("does not do before that either what %s", async (_, takes) => {
      const along: string[] = [];
      const { lanes, seen, answer } = await ahead(["a", "b", "c"], {
        behave: {
          async b(work) {
            if (takes) {
              for (const { body } of await work.takeFollowing(() => true, 5)) along.push(body);
            } else
              await work.step("note", { kind: anyKind, run: async () => seen.push("b notes") });
          },
        },
      });
      await rounds(lanes);
      expect([seen, along]).toEqual([["a begins", "a runs", "b begins"], []]);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(along).toEqual(takes ? ["c"] : []);
    });

    it("fails in its turn, and only then is anything made of it", async () => {
      const failures = [new NetworkError("refused")];
      const { lanes, seen, outcomes, answer } = await ahead(["a", "b", "c"], {
        behave: {
          async b() {
            const failure = failures.shift();
            if (failure) throw failure;
          },
        },
      });
      await expect.poll(() => seen).toContain("b is network");
      await rounds(lanes);
      expect(outcomes).toEqual([]);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(outcomes).toEqual(["a done", "b deferred", "b done", "c done"]);
    });

    it("makes a dead letter of what cannot be read in its turn", async () => {
      const bench = await benchForTest(open);
      const { lanes, seen, outcomes, told, hold, start } = await onStage(bench, {
        engine: { refuses: (body) => body.includes("b") },
      });
      const answer = hold("a");
      for (const item of ["a", "b", "c"]) await lanes.append(newItem(item));
      await start();
      await expect.poll(() => seen).toContain("a runs");
      await rounds(lanes);
      expect(outcomes).toEqual([]);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(outcomes).toEqual(["a done", "b dead", "c done"]);
      expect(told).toEqual([]);
    });

    it("has no more handlers at once than twice as many as may run", async () => {
      const bench = await benchForTest(open);
      const lanes = await bench.engine<Body>({ concurrency: 2 });
      const LANES = 12;
      for (let index = 0; index < 2 * LANES; index++)
        await lanes.append(newItem(`${index}`, { lane: `user-${index % LANES}` }));
      let [now, most] = [0, 0];
      await lanes.start(
        async (work) => {
          most = Math.max(most, ++now);
          try {
            await work.step("send", {
              kind: anyKind,
              intent: () => null,
              // Those behind begin meanwhile.
              run: async () => {
                await rounds(lanes);
                return null;
              },
            });
          } finally {
            now -= 1;
          }
        },
        tellNobody,
        { goesAhead: () => true },
      );
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(most).toBeGreaterThan(2);
      expect(most).toBeLessThanOrEqual(4);
    });
  });

  describe(`${engineName}: an attempt that has begun ahead is let go`, () => {
    it.each([
      ["is tried again", new NetworkError("refused"), "deferred", "a runs, a runs, b runs, c runs"],
      ["becomes a dead letter", new PayloadError("refused"), "dead", "a runs, b runs, c runs"],
      ["is given up", new ConversationClosedError("gone"), undefined, "a runs, b runs, c runs"],
    ] as const)(
      "when the one before it %s, and then comes in its turn",
      async (_, error, outcome, expected) => {
        const { lanes, seen, outcomes, answer, hold } = await ahead(["a", "b", "c"]);
        hold("a").resolve();
        answer.reject(error);
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        const runs = seen.filter((what) => what.endsWith("runs"));
        expect(runs.join(", ")).toBe(expected);
        const letGo = seen.indexOf("b is cancelled");
        expect(letGo).toBeGreaterThan(seen.indexOf("b begins"));
        expect(seen.lastIndexOf("b begins")).toBeGreaterThan(letGo);
        if (outcome) expect(outcomes[0]).toBe(`a ${outcome}`);
        expect(outcomes.filter((each) => each.startsWith("b"))).toEqual(["b done"]);
      },
    );

    it("with what it has stored, and its handler has returned before the next one begins", async () => {
      const [goOn, hasBegun] = [gate(), [] as boolean[]];
      const states: string[] = [];
      const { lanes, seen, answer, hold } = await ahead(["a", "b"], {
        behave: {
          async b(work) {
            states.push(work.stateOf("send"));
            try {
              await looked()(work);
            } finally {
              if (states.length === 1) {
                hasBegun.push(await lanes.hasBegun(id("b")));
                await goOn.opened;
              }
            }
          },
        },
      });
      await expect.poll(() => lanes.hasBegun(id("b"))).toBe(true);
      hold("a").resolve();
      answer.reject(new NetworkError("refused"));
      await expect.poll(() => hasBegun).toEqual([false]);
      await rounds(lanes);
      expect(seen.slice(2)).toEqual(["b begins", "a is network"]);
      goOn.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(states).toEqual(["new", "new"]);
      expect(seen.indexOf("b is cancelled")).toBeLessThan(seen.lastIndexOf("a begins"));
    });

    it("when another arrives in front of it", async () => {
      const { lanes, seen, answer } = await ahead(["1", "5", "9"]);
      await lanes.append(at("3"));
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen.filter((what) => what.endsWith("runs"))).toEqual([
        "1 runs",
        "3 runs",
        "5 runs",
        "9 runs",
      ]);
      expect(seen.indexOf("5 is cancelled")).toBeLessThan(seen.indexOf("3 begins"));
    });

    it("when something that arrives in front of it has to wait", async () => {
      const { lanes, seen, answer } = await ahead(["1", "5"]);
      await lanes.append({ ...at("3"), notBefore: Date.now() + 3_600_000 });
      answer.resolve();
      await expect.poll(() => seen).toContain("5 is cancelled");
      expect(await lanes.cancel(id("3"))).toBe(true);
    });

    it.each([[["a", "b", "c"]], [["a", "b"]]])("when it is taken out; of %j", async (items) => {
      const { lanes, seen, answer, outcomes } = await ahead(items);
      expect(await lanes.cancel(id("b"))).toBe(true);
      answer.resolve();
      await expect.poll(() => seen).toContain("b is cancelled");
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).not.toContain("b runs");
      await expect
        .poll(() => outcomes)
        .toEqual(items.filter((item) => item !== "b").map((item) => `${item} done`));
    });

    it("when it gets another body, and comes with that", async () => {
      const { lanes, seen, answer } = await ahead(["a", "b", "c"]);
      expect(await lanes.replace(id("b"), "new b")).toBe(true);
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen.filter((what) => what.endsWith("runs"))).toEqual([
        "a runs",
        "new b runs",
        "c runs",
      ]);
      expect(seen.indexOf("b is cancelled")).toBeLessThan(seen.indexOf("new b begins"));
    });

    it("when people send again what comes before it, and nothing of it is left behind", async () => {
      const states: string[] = [];
      const refusals = [new PayloadError("refused")];
      const bench = await benchForTest(open);
      const { lanes, seen, outcomes, hold, start } = await onStage(bench, {
        behave: {
          async "1"() {
            const refusal = refusals.shift();
            if (refusal) throw refusal;
          },
          async "3"(work) {
            states.push(work.stateOf("send"));
            await looked()(work);
          },
        },
      });
      const answer = hold("2");
      for (const item of ["1", "2", "3"]) await lanes.append(at(item));
      await start();
      await expect.poll(() => lanes.hasBegun(id("3"))).toBe(true);
      await lanes.requeue(id("1"));
      answer.resolve();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(outcomes).toEqual(["1 dead", "2 done", "1 done", "3 done"]);
      expect(states).toEqual(["new", "new"]);
      expect(seen.indexOf("3 is cancelled")).toBeLessThan(seen.lastIndexOf("1 begins"));
    });

    it.each([
      ["takeFollowing", ["a", "b"]],
      ["takeFollowing", ["a", "b", "c"]],
      ["take", ["a", "b"]],
      ["take", ["a", "b", "c"]],
    ] as const)("when the one before it takes it along: %s, of %j", async (how, items) => {
      const goOn = gate();
      const along: string[] = [];
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        behave: {
          async a(work, send) {
            await send(work);
            await goOn.opened;
            const taken = how === "take" ? work.take([id("b")]) : work.takeFollowing(() => true, 1);
            for (const { body } of await taken) along.push(body);
          },
        },
      });
      const { lanes, seen, outcomes } = stage;
      for (const item of items) await lanes.append(at(item));
      await stage.start();
      await expect.poll(() => seen).toContain("b begins");
      goOn.open();
      await expect.poll(() => seen).toContain("b is cancelled");
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(along).toEqual(["b"]);
      await expect
        .poll(() => outcomes)
        .toEqual(items.length > 2 ? ["a done", "c done"] : ["a done"]);
      expect(seen.filter((what) => what === "b begins")).toEqual(["b begins"]);
    });

    it("when the one before it takes it along with the last that has just arrived", async () => {
      const goOn = gate();
      const along: string[] = [];
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        behave: {
          async a(work, send) {
            await send(work);
            await goOn.opened;
            const appending = lanes.append(at("c"));
            while (along.length < 2) {
              for (const { body } of await work.takeFollowing(() => true, 2)) along.push(body);
            }
            await appending;
            await rounds(lanes);
          },
        },
      });
      const { lanes, seen, outcomes } = stage;
      for (const item of ["a", "b"]) await lanes.append(at(item));
      await stage.start();
      await expect.poll(() => seen).toContain("b begins");
      goOn.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      await expect.poll(() => seen).toContain("b is cancelled");
      expect(along).toEqual(["b", "c"]);
      await expect.poll(() => outcomes).toEqual(["a done"]);
    });

    it("when the lane has to wait until an end can be stored", async () => {
      const first = gate();
      const HOUR = 3_600_000;
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        engine: { backoff: { firstMs: HOUR, capMs: HOUR, maxAgeMs: 2 * HOUR }, random: () => 1 },
        behave: {
          async a(work, send) {
            await send(work);
            work.atEnd(async () => {
              await first.opened;
              throw new StorageError("nothing can be recorded");
            });
          },
        },
      });
      const { lanes, seen, outcomes, start } = stage;
      const answer = stage.hold("b");
      for (const item of ["a", "b", "c"]) await lanes.append(at(item));
      await start();
      await expect.poll(() => seen).toContain("c begins");
      first.open();
      await expect.poll(() => outcomes).toEqual(["a deferred"]);
      answer.resolve();
      await expect.poll(() => seen).toContain("c is cancelled");
      expect(seen).not.toContain("c runs");
    });

    it("when the engine stops, which waits for its handler; nothing is said of it, and nothing is lost", async () => {
      const goOn = gate();
      let hasStopped = false;
      const { bench, lanes, seen, outcomes, answer } = await ahead(["a", "b"], {
        behave: {
          async b(work) {
            try {
              await looked()(work);
            } finally {
              await goOn.opened;
            }
          },
        },
      });
      await expect.poll(() => lanes.hasBegun(id("b"))).toBe(true);
      const stopped = lanes.stop().then(() => {
        hasStopped = true;
      });
      answer.reject(new NetworkError("refused"));
      await rounds(lanes);
      expect(hasStopped).toBe(false);
      goOn.open();
      await stopped;
      expect(seen.at(-1)).toBe("b is cancelled");
      expect(outcomes).toEqual(["a deferred"]);
      expect(await lanes.hasBegun(id("b"))).toBe(false);
      const next = await onStage(bench, {});
      await next.start();
      await expect.poll(() => isEmpty(next.lanes)).toBe(true);
      expect(next.outcomes).toEqual(["a done", "b done"]);
    });

    it("when the engine stops after the one before it is done", async () => {
      const bench = await benchForTest(open);
      const { lanes, seen, outcomes, hold, start } = await onStage(bench, {});
      const answer = hold("a");
      for (const item of ["a", "b"]) await lanes.append(newItem(item));
      await start();
      await expect.poll(() => seen).toContain("b begins");
      const stopped = lanes.stop();
      answer.resolve();
      await stopped;
      expect(seen.slice(3)).toEqual(["a ends", "b is cancelled"]);
      expect(outcomes).toEqual(["a done"]);
      expect(await lanes.backlog()).toMatchObject({ items: 1 });
    });
  });

  describe(`${engineName}: what has to be confirmed right before a step`, () => {
    /** Runs "a", held until `answer`, and "b" behind it, whose step has to be confirmed. */
    async function confirming(kind: "looked" | "blind", confirm: () => Promise<void>) {
      const asked: string[] = [];
      const runs: string[] = [];
      const states: string[] = [];
      const checks: unknown[] = [];
      const check = (intent: unknown) => {
        checks.push(intent);
        return notDone();
      };
      const stage = await ahead(["a", "b"], {
        behave: {
          async b(work, send) {
            states.push(work.stateOf("send"));
            try {
              await send(work, {
                confirm: async () => {
                  asked.push("b");
                  await confirm();
                },
                run: async () => runs.push("b"),
                ...(kind === "looked" && { check }),
              });
            } catch (error) {
              states.push(work.stateOf("send"));
              throw error;
            }
          },
        },
      });
      return { ...stage, asked, runs, states, checks };
    }

    it.each([["looked"], ["blind"]] as const)(
      "is asked when the item is the head, while the intent is stored that goes with the end before it: %s",
      async (kind) => {
        const goOn = gate();
        const { lanes, answer, asked, runs } = await confirming(kind, () => goOn.opened);
        if (kind === "looked") await expect.poll(() => lanes.hasBegun(id("b"))).toBe(true);
        await rounds(lanes);
        expect(asked).toEqual([]);
        answer.resolve();
        await expect.poll(() => asked).toEqual(["b"]);
        await expect.poll(() => lanes.hasBegun(id("b"))).toBe(true);
        await rounds(lanes);
        expect(runs).toEqual([]);
        goOn.open();
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect([asked, runs]).toEqual([["b"], ["b"]]);
      },
    );

    it.each([
      ["before the intent is stored, where nobody can look", undefined, false],
      ["while the intent is stored, where it can be looked for", notDone, true],
    ])("is asked, where no end is under way, %s", async (_, check, isMeanwhile) => {
      const [asked, goOn] = [gate(), gate()];
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        behave: {
          a: (work, send) =>
            send(work, {
              confirm: async () => {
                asked.open();
                await goOn.opened;
              },
              ...(check && { check }),
            }),
        },
      });
      const { lanes, seen } = stage;
      await lanes.append(newItem("a"));
      await stage.start();
      await asked.opened;
      if (isMeanwhile) await expect.poll(() => lanes.hasBegun(id("a"))).toBe(true);
      else {
        await rounds(lanes);
        expect(await lanes.hasBegun(id("a"))).toBe(false);
      }
      expect(seen).not.toContain("a runs");
      goOn.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect(seen).toContain("a runs");
    });

    it.each([
      ["looked", "network", new NetworkError("refused")],
      ["looked", "defect", new TypeError("our own defect")],
      ["blind", "network", new NetworkError("refused")],
      ["blind", "defect", new TypeError("our own defect")],
    ] as const)(
      "leaves the step new, in memory and on disk, if it is not: %s, %s",
      async (kind, _, error) => {
        const errors: Error[] = [error];
        const { lanes, answer, states, runs, checks, outcomes } = await confirming(
          kind,
          async () => {
            const failure = errors.shift();
            if (failure) throw failure;
          },
        );
        answer.resolve();
        await expect.poll(() => isEmpty(lanes)).toBe(true);
        expect(states).toEqual(["new", "new", "new"]);
        expect([runs, checks]).toEqual([["b"], []]);
        expect(outcomes).toEqual(["a done", "b deferred", "b done"]);
      },
    );

    it.each([["looked"], ["blind"]] as const)(
      "leaves the step new also if people have to decide then: %s",
      async (kind) => {
        const errors: Error[] = [new UncertainDeliveryError("no answer")];
        const { lanes, answer, states, runs, checks, told } = await confirming(kind, async () => {
          const failure = errors.shift();
          if (failure) throw failure;
        });
        answer.resolve();
        await expect.poll(() => told).toEqual(["b: uncertain"]);
        expect(states).toEqual(["new", "new"]);
        expect(await lanes.hasBegun(id("b"))).toBe(false);
        await lanes.requeue(id("b"));
        await expect.poll(() => runs).toEqual(["b"]);
        expect(checks).toEqual([]);
      },
    );

    it("leaves the reason of a stop as it is", async () => {
      const asked = gate();
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        behave: {
          a: (work, send) =>
            send(work, {
              check: notDone,
              async confirm() {
                asked.open();
                await new Promise((_, reject) =>
                  work.signal.addEventListener("abort", () => reject(work.signal.reason)),
                );
              },
            }),
        },
      });
      await stage.lanes.append(newItem("a"));
      await stage.start();
      await asked.opened;
      await stage.lanes.stop();
      expect(stage.outcomes).toEqual(["a interrupted"]);
      expect(await stage.lanes.hasBegun(id("a"))).toBe(false);
    });

    it("is in vain if the intent cannot be stored meanwhile, and is asked again", async () => {
      const [goOn, mayStore] = [gate(), gate()];
      const asked: number[] = [];
      const runs: string[] = [];
      const bench = await benchForTest(open);
      const stage = await onStage(bench, {
        behave: {
          a: (work, send) =>
            send(work, {
              check: notDone,
              intent: async () => {
                if (asked.length === 0) await bench.failWrites(true);
                else await mayStore.opened;
                return "a";
              },
              async confirm() {
                asked.push(asked.length);
                // Nobody waits for it any more when it fails.
                if (asked.length > 1) return;
                await goOn.opened;
                throw new NetworkError("refused");
              },
              run: async () => runs.push("a"),
            }),
        },
      });
      const { lanes, seen } = stage;
      await lanes.append(newItem("a"));
      await stage.start();
      await expect.poll(() => seen).toContain("a is storage");
      goOn.open();
      await rounds(lanes);
      expect(runs).toEqual([]);
      await bench.failWrites(false);
      mayStore.open();
      await expect.poll(() => isEmpty(lanes)).toBe(true);
      expect([asked, runs]).toEqual([[0, 1], ["a"]]);
    });
  });
}
