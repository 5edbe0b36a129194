import fc from "fast-check";
import { describe, expect } from "vitest";
import { defined } from "../../src/defined.ts";
import type { Work } from "../../src/delivery/lanes.ts";
import type { OnceStep } from "../../src/delivery/step.ts";
import {
  BridgeError,
  NetworkError,
  PayloadError,
  StorageError,
  UncertainDeliveryError,
} from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { holds } from "../support/property.ts";
import type { Engine, LanesBench, LanesBenchFactory } from "./lanes-bench.ts";
import { anyKind } from "./lanes-suite.ts";

type End = "done" | "retry" | "refuse";

/** What handling an item is like. */
interface Manner {
  readonly goesAhead: boolean;
  /** Its step: `looked`: one that can be looked for · `blind`: one that nobody can look for. */
  readonly step: "none" | "looked" | "blind";
  /** Where its first attempt fails. */
  readonly falters: "nowhere" | "at once" | "when it is to confirm";
}

/** What happens to the lanes; the sender does `append` and `repeat`, the other side decides `finish`. */
type Step =
  | {
      readonly do: "append";
      readonly lane: number;
      readonly sort: number | undefined;
      readonly manner: Manner;
    }
  | { readonly do: "repeat"; readonly which: number }
  | { readonly do: "finish"; readonly which: number; readonly how: End }
  | { readonly do: "take"; readonly which: number; readonly limit: number }
  /** From now on people can, or cannot, be told. */
  | { readonly do: "hush"; readonly quiet: boolean }
  /** From now on things can, or cannot, be stored: `items`, or what goes with the end of one. */
  | { readonly do: "break"; readonly what: "items" | "records"; readonly isBroken: boolean }
  /** Every sender gets its answer, and what can be handed out is. */
  | { readonly do: "settle" }
  /** The event loop goes round, so that what is under way gets on a bit. */
  | { readonly do: "breathe"; readonly turns: number }
  | { readonly do: "crash" }
  /** The process ends in order, and the next one begins. */
  | { readonly do: "stop" };

interface Sent {
  readonly name: string;
  readonly lane: string;
  readonly sort: string | undefined;
  readonly manner: Manner;
  /** Names of the items of this lane that were surely stored before this one was sent. */
  readonly after: readonly string[];
  acknowledged: boolean;
}

/** A handler that has not returned. */
interface Begun {
  readonly name: string;
  readonly lane: string;
  isHead: boolean;
  hasConfirmed: boolean;
  /** Of its step it has done what can be seen. */
  hasRun: boolean;
}

interface Held {
  readonly work: Work<string>;
  readonly names: string[];
  readonly finish: (how: End | "stop") => void;
}

const manner: fc.Arbitrary<Manner> = fc.record({
  goesAhead: fc.constantFrom(true, true, false),
  step: fc.constantFrom("looked" as const, "blind" as const, "none" as const),
  falters: fc.oneof(
    { weight: 6, arbitrary: fc.constant("nowhere" as const) },
    { weight: 1, arbitrary: fc.constant("at once" as const) },
    { weight: 1, arbitrary: fc.constant("when it is to confirm" as const) },
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      lane: fc.nat(1),
      sort: fc.option(fc.nat(2), { nil: undefined, freq: 3 }),
      manner,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat" as const), which: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("finish" as const),
      which: fc.nat(1),
      how: fc.constantFrom<End>("done", "done", "retry", "refuse"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hush" as const), quiet: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("break" as const),
      what: fc.constantFrom("items" as const, "records" as const),
      isBroken: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("take" as const),
      which: fc.nat(1),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("breathe" as const),
      turns: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: "settle" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "stop" as const }) },
);

const PLAIN: Manner = { goesAhead: false, step: "none", falters: "nowhere" };
const append = (sort: number | undefined): Step => ({ do: "append", lane: 0, sort, manner: PLAIN });
const done: Step = { do: "finish", which: 0, how: "done" };
const settle: Step = { do: "settle" };

/** What keeps its place behind an item without a sort key must keep it when that item is long done. */
const CRASH_BEHIND_A_BARRIER: readonly Step[] = [
  ...[append(undefined), append(0), append(1), settle, done, settle],
  ...[{ do: "crash" } as const, settle, append(2), settle, done, settle, done, settle],
];

/** Plays steps against a real engine and notes what it does, complaining as soon as it breaks a promise. */
class Play {
  readonly #bench: LanesBench;
  readonly #sent = new Map<string, Sent>();
  /** Handlers of this life that have not returned. */
  readonly #begun = new Set<Begun>();
  /** Items whose first attempt has failed where it was to. */
  readonly #faltered = new Set<string>();
  /** The first life in which the intent of an item's step may have been stored. */
  readonly #intended = new Map<string, number>();
  /** Items whose step was done. */
  readonly #ran = new Set<string>();
  /** Handed out now, by the name of the head. */
  readonly #held = new Map<string, Held>();
  /** The handler succeeded, in that life of the process. */
  readonly #succeeded = new Map<string, number>();
  /** The engine said that the success is stored. */
  readonly #settled = new Set<string>();
  /** What went together with the head of that name. */
  readonly #groups = new Map<string, readonly string[]>();
  /** Refused, and the engine said that it is a dead letter. */
  readonly #aside = new Set<string>();
  /** In which lives people were told of dead letters. */
  readonly #told = new Map<string, number[]>();
  #quiet = false;
  #isBroken = { items: false, records: false };
  /** The last life of the process in which something could not be stored. */
  #brokenIn = 0;
  /** What went with the end of an item is stored, in that life of the process. */
  readonly #recorded = new Map<string, number>();
  /** Promises that were broken in the handler, where the engine would take them for a failure to try again. */
  readonly #broken: unknown[] = [];
  #lanes: Engine<string> | undefined;
  #life = 0;
  /** Engines that have stopped, by the life of the process. */
  readonly #stopped = new Set<number>();
  #appending: Promise<void>[] = [];

  constructor(bench: LanesBench) {
    this.#bench = bench;
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#startEngine();
    for (const each of steps) await this.#play(each);
    await this.#finishAll();
    this.#check();
    for (const { name } of this.#sent.values())
      expect([...this.#succeeded.keys()], name).toContain(name);
    expect(new Set(this.#told.keys()), "told of").toEqual(this.#aside);
    expect(await this.#lanes?.backlog()).toMatchObject({ deadLetters: this.#aside.size });
  }

  async #startEngine(): Promise<void> {
    const life = ++this.#life;
    if (this.#isBroken.records) this.#brokenIn = life;
    this.#lanes = await this.#bench.engine<string>({
      backoff: { firstMs: 1, capMs: 1, maxAgeMs: 60_000 },
      onAttempt: ({ item, outcome }) => {
        if (this.#stopped.has(life)) this.#broken.push(new Error(`${item} is ${outcome} too late`));
        if (life !== this.#life) return;
        if (outcome === "done") this.#settle(item ?? "");
        else if (outcome === "dead") this.#settle(item ?? "", this.#aside);
        else if (outcome !== "deferred" && outcome !== "interrupted")
          this.#broken.push(new Error(`${item} is ${outcome}`));
      },
    });
    await this.#lanes.start(
      (work) =>
        this.#handle(work, life).catch((error: unknown) => {
          if (!(error instanceof BridgeError) && error !== work.signal.reason)
            this.#broken.push(error);
          throw error;
        }),
      {
        prepare: ({ body }) => Promise.resolve(body),
        tell: (item, name: string) => this.#say(item, name, life),
      },
      { goesAhead: ({ body }) => this.#mannerOf(body).goesAhead },
    );
    this.#appendAgain();
  }

  #check(): void {
    if (this.#broken.length > 0) throw this.#broken[0];
  }

  async #play(each: Step): Promise<void> {
    this.#check();
    const held = "which" in each ? [...this.#held.values()][each.which] : undefined;
    switch (each.do) {
      case "append":
        return this.#send(`user-${each.lane}`, each.sort?.toString(), each.manner);
      case "repeat": {
        const sent = [...this.#sent.keys()][each.which];
        if (sent) this.#append(sent);
        return;
      }
      case "finish":
        return held?.finish(each.how);
      case "take": {
        const following = await held?.work.takeFollowing(() => true, each.limit);
        for (const { body } of following ?? []) {
          this.#checkHandedOut(body, held?.names ?? []);
          held?.names.push(body);
        }
        return;
      }
      case "hush":
        this.#quiet = each.quiet;
        return;
      case "settle":
        await Promise.all(this.#appending);
        for (let look = 0; look < 3; look++) await this.#lanes?.backlog();
        return;
      case "breathe":
        for (let turn = 0; turn < each.turns; turn++) await new Promise(setImmediate);
        return;
      case "break":
        return this.#break(each.what, each.isBroken);
      case "crash":
        // From now on nothing that the dead process does counts.
        this.#life += 1;
        await this.#bench.crash();
        // What it was that could not be stored must not keep the next process from starting.
        await this.#break("items", false);
        this.#held.clear();
        this.#begun.clear();
        this.#appending = [];
        return await this.#startEngine();
      case "stop":
        return await this.#stop();
    }
  }

  async #stop(): Promise<void> {
    const life = this.#life;
    await Promise.all(this.#appending);
    await this.#lanes?.stop();
    this.#stopped.add(life);
    expect([...this.#begun], "still handled after the stop").toEqual([]);
    if (this.#brokenIn !== life) {
      for (const [name, succeededIn] of this.#succeeded) {
        if (succeededIn === life)
          expect([...this.#settled], "stored before the stop").toContain(name);
      }
    }
    await this.#break("items", false);
    await this.#startEngine();
  }

  async #break(what: "items" | "records", isBroken: boolean): Promise<void> {
    this.#isBroken[what] = isBroken;
    if (isBroken) this.#brokenIn = this.#life;
    if (what !== "items") return;
    await this.#bench.failWrites(isBroken);
    // A sender that got no answer sends again.
    if (!isBroken) this.#appendAgain();
  }

  #appendAgain(): void {
    for (const { name, acknowledged } of this.#sent.values()) if (!acknowledged) this.#append(name);
  }

  #mannerOf(name: string): Manner {
    return this.#sent.get(name)?.manner ?? PLAIN;
  }

  #send(lane: string, sort: string | undefined, how: Manner): void {
    const name = `item ${this.#sent.size} of ${lane}${sort === undefined ? "" : ` at ${sort}`}`;
    const stored = [...this.#sent.values()].filter(
      (item) => item.lane === lane && item.acknowledged,
    );
    const after = stored
      // A late arrival may overtake what has a later sort key.
      .filter((item) => sort === undefined || item.sort === undefined || item.sort <= sort)
      .map((item) => item.name);
    this.#sent.set(name, { name, lane, sort, manner: how, after, acknowledged: false });
    this.#append(name);
  }

  #append(name: string): void {
    const sent = this.#sent.get(name);
    if (!sent || !this.#lanes) return;
    const { lane, sort, acknowledged } = sent;
    const append = this.#lanes.append({
      lane,
      id: toItemId(name),
      ...defined({ sort }),
      body: name,
    });
    this.#appending.push(
      append.then(
        (result) => {
          if (acknowledged) expect(result, `${name}, sent again`).toBe("duplicate");
          sent.acknowledged = true;
        },
        (error: unknown) => {
          // It got no answer, and sends again later.
          if (!(error instanceof StorageError)) throw error;
        },
      ),
    );
  }

  async #say(item: string, name: string, life: number): Promise<void> {
    await this.#whileAlive(life);
    if (this.#quiet) throw new StorageError("nobody can be told");
    const lives = this.#told.get(name) ?? [];
    try {
      expect(item, "the words of another").toBe(name);
      // Where it could not be stored that it was told, it is told again.
      if (this.#brokenIn !== life) {
        expect(lives, `${name} is told of twice in one life`).not.toContain(life);
      }
      expect((await this.#lanes?.find(toItemId(name)))?.state, `${name} is told of`).toBe("dead");
      // It is a dead letter, also if the crash came before the engine could say so.
      this.#aside.add(name);
      this.#told.set(name, [...lives, life]);
    } catch (error) {
      this.#broken.push(error);
    }
  }

  async #handle(work: Work<string>, life: number): Promise<void> {
    const { body: name, lane } = work.item;
    const begun = { name, lane, isHead: false, hasConfirmed: false, hasRun: false };
    this.#checkBegins(begun);
    this.#begun.add(begun);
    try {
      if (this.#falters(name, "at once")) throw new NetworkError("refused at once");
      await this.#doStep(work, begun, life);
      await work.untilHead();
      await this.#whileAlive(life);
      this.#checkIsHead(begun);
      await this.#hold(work, life);
    } finally {
      this.#begun.delete(begun);
    }
  }

  /** A process that is dead does nothing more. */
  async #whileAlive(life: number): Promise<void> {
    if (life !== this.#life) await new Promise(() => {});
  }

  #falters(name: string, where: Manner["falters"]): boolean {
    if (this.#mannerOf(name).falters !== where || this.#faltered.has(name)) return false;
    this.#faltered.add(name);
    return true;
  }

  /** Only behind a head whose step is under way, or was, and only where the item allows that. */
  #checkBegins({ name, lane }: Begun): void {
    for (const other of this.#begun) {
      if (other.lane !== lane) continue;
      expect(other.name, "two attempts at one item").not.toBe(name);
      const mayBegin = other.isHead && other.hasRun && this.#mannerOf(name).goesAhead;
      expect(mayBegin, `${name} may begin while ${other.name} is handled`).toBe(true);
    }
  }

  #checkIsHead(begun: Begun): void {
    if (begun.isHead) return;
    for (const other of this.#begun) {
      if (other.lane === begun.lane && other.isHead)
        expect(other.name, "two heads at once in one lane").toBe(begun.name);
    }
    this.#checkHandedOut(begun.name, []);
    begun.isHead = true;
  }

  async #doStep(work: Work<string>, begun: Begun, life: number): Promise<void> {
    const { name } = begun;
    if (this.#mannerOf(name).step === "none") return;
    this.#checkState(name, work.stateOf("send"), life);
    try {
      await work.step("send", this.#stepOf(begun, life));
    } catch (error) {
      if (!(error instanceof UncertainDeliveryError)) throw error;
      this.#checkIsHead(begun);
      expect(this.#mayBeBegun(name, life), `${name} is uncertain`).toBe(true);
      this.#succeed(name, [name], life);
      throw error;
    }
  }

  #stepOf(begun: Begun, life: number): OnceStep<unknown, unknown> {
    const { name } = begun;
    /** What a step throws counts as its failure, so a broken promise is noted here. */
    const asHead = async (check: () => void): Promise<void> => {
      await this.#whileAlive(life);
      try {
        this.#checkIsHead(begun);
        check();
      } catch (error) {
        this.#broken.push(error);
      }
    };
    const check = async () => {
      await asHead(() => expect(this.#mayBeBegun(name, life), `${name} looks`).toBe(true));
      return this.#ran.has(name) ? { result: name } : ("not-done" as const);
    };
    return {
      kind: anyKind,
      intent: () => {
        if (!this.#intended.has(name)) this.#intended.set(name, life);
        return name;
      },
      confirm: async () => {
        await asHead(() => {
          begun.hasConfirmed = true;
        });
        if (this.#falters(name, "when it is to confirm")) throw new NetworkError("not now");
      },
      run: async () => {
        await asHead(() => {
          expect(begun.hasConfirmed, `${name} was confirmed`).toBe(true);
          expect([...this.#ran], "done twice").not.toContain(name);
        });
        this.#ran.add(name);
        begun.hasRun = true;
        return name;
      },
      ...(this.#mannerOf(name).step === "looked" && { check }),
    };
  }

  /** That nothing was done is forgotten by no crash, and that something was by none but that of the moment after. */
  #checkState(name: string, state: "new" | "begun" | "done", life: number): void {
    if (state === "begun") expect(this.#mayBeBegun(name, life), `${name} has begun`).toBe(true);
    else
      expect(this.#ran.has(name), `the step of ${name} is ${state}, was done`).toBe(
        state === "done",
      );
  }

  #mayBeBegun(name: string, life: number): boolean {
    return (this.#intended.get(name) ?? life) < life || this.#brokenIn === life;
  }

  async #hold(work: Work<string>, life: number): Promise<void> {
    const { body: head } = work.item;
    const names = [head];
    const { signal } = work;
    const how = await new Promise<End | "stop">((finish) => {
      this.#held.set(head, { work, names, finish });
      signal.addEventListener("abort", () => finish("stop"));
      if (signal.aborted) finish("stop");
    });
    if (life !== this.#life) await this.#whileAlive(life);
    this.#held.delete(head);
    if (how === "stop") throw signal.reason;
    if (how === "retry") throw new NetworkError("refused");
    work.atEnd(() => this.#record(head, life));
    this.#succeed(head, names, life);
    if (how === "refuse") throw new PayloadError("refused");
  }

  #succeed(head: string, names: readonly string[], life: number): void {
    for (const name of names) {
      expect(this.#succeeded.get(name), `${name} twice in one life`).not.toBe(life);
      this.#succeeded.set(name, life);
    }
    this.#groups.set(head, names);
  }

  async #record(head: string, life: number): Promise<void> {
    await Promise.resolve();
    // A process that is dead records nothing.
    if (life !== this.#life) return await new Promise(() => {});
    if (this.#isBroken.records) throw new StorageError("nothing can be recorded");
    if (this.#recorded.get(head) === life) this.#broken.push(new Error(`${head} recorded twice`));
    this.#recorded.set(head, life);
  }

  #settle(head: string, into?: Set<string>): void {
    if (!into && this.#recorded.get(head) !== this.#life) {
      this.#broken.push(new Error(`${head} is done without its record`));
    }
    for (const name of this.#groups.get(head) ?? []) {
      if (this.#settled.has(name)) this.#broken.push(new Error(`${name} is done twice`));
      this.#settled.add(name);
      into?.add(name);
    }
  }

  /** `before`: what goes together with it, in front of it. */
  #checkHandedOut(name: string, before: readonly string[]): void {
    expect(this.#settled, "handed out after it was done").not.toContain(name);
    const life = this.#succeeded.get(name);
    if (life !== undefined) expect(life, `${name} again without a crash`).toBeLessThan(this.#life);
    for (const earlier of this.#sent.get(name)?.after ?? []) {
      if (before.includes(earlier)) continue;
      expect([...this.#succeeded.keys()], `${earlier} overtaken by ${name}`).toContain(earlier);
    }
  }

  async #finishAll(): Promise<void> {
    await this.#break("items", false);
    await this.#break("records", false);
    await Promise.all(this.#appending);
    this.#quiet = false;
    await expect
      .poll(
        async () => {
          for (const { finish } of this.#held.values()) finish("done");
          // A broken promise ends the wait at once.
          if (this.#broken.length > 0) return 0;
          const backlog = await this.#lanes?.backlog();
          return (backlog?.items ?? 0) + (backlog?.deadLetters ?? 0) - this.#told.size;
        },
        { interval: 1, timeout: 10_000 },
      )
      .toBe(0);
  }
}

/** Any interleaving of append, duplicate, crash, retry and completion. */
export function describeLanesUnderCrashes(engineName: string, open: LanesBenchFactory): void {
  describe(`${engineName}: whatever happens`, () => {
    holds(
      "settles each item once and in order, again only after a crash, and tells of dead letters",
      fc.array(step, { minLength: 5, maxLength: 60, size: "max" }) as fc.Arbitrary<readonly Step[]>,
      async (steps) => {
        const bench = await open();
        try {
          await new Play(bench).run(steps);
        } finally {
          await bench.close();
        }
      },
      { runs: 20, examples: [CRASH_BEHIND_A_BARRIER] },
    );
  });
}
