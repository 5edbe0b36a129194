import fc from "fast-check";
import { describe, expect } from "vitest";
import { defined } from "../../src/defined.ts";
import type { Attempt, Lanes, Work } from "../../src/delivery/lanes.ts";
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
import { SHARES, shareOf } from "../support/shared-journal.ts";
import type {
  ClaimingBench,
  ClaimingReplica,
  Engine,
  LanesBench,
  LanesBenchFactory,
  Replica,
  ReplicasBench,
  Stay,
} from "./lanes-bench.ts";
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
      /** Which replica takes it in, if there are several. */
      readonly at: number;
    }
  | { readonly do: "repeat"; readonly which: number; readonly at: number }
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
  /** A process ends in order, and the next one begins. */
  | { readonly do: "stop"; readonly at: number }
  | SharedStep;

/** What happens only among several replicas. */
type SharedStep =
  /** A share is given to that replica, in order; if nobody had it, it is taken. */
  | { readonly do: "move"; readonly share: number; readonly at: number }
  /** A replica loses its session, and with it all of its shares. */
  | { readonly do: "lose"; readonly at: number; readonly isKnown: boolean }
  /** A replica looks whether it has missed a change. */
  | { readonly do: "poll"; readonly at: number }
  /** From now on a replica that claims by itself can, or cannot, deliver. */
  | { readonly do: "reach"; readonly at: number; readonly isAble: boolean };

interface Sent {
  readonly name: string;
  readonly lane: string;
  readonly sort: string | undefined;
  readonly manner: Manner;
  /** Names of the items of this lane that were surely stored before this one was sent. */
  readonly after: readonly string[];
  acknowledged: boolean;
}

/** In whose name something runs. */
interface Here {
  readonly lanes: AnyEngine;
  readonly stay: Stay;
}

/** A handler that has not returned. */
interface Begun extends Here {
  readonly name: string;
  readonly lane: string;
  isHead: boolean;
  hasConfirmed: boolean;
  /** Of its step it has done what can be seen. */
  hasRun: boolean;
}

interface Held extends Here {
  readonly work: Work<string>;
  readonly names: string[];
  /** It is handed out no longer. */
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

const REPLICAS = 3;
const replica = fc.nat(REPLICAS - 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      lane: fc.nat(1),
      sort: fc.option(fc.nat(2), { nil: undefined, freq: 3 }),
      manner,
      at: replica,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("repeat" as const), which: fc.nat(20), at: replica }),
  },
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop" as const), at: replica }) },
);

const lose: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("lose" as const),
  at: replica,
  isKnown: fc.boolean(),
});

const sharedStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 36, arbitrary: step },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      share: fc.nat(SHARES - 1),
      at: replica,
    }),
  },
  { weight: 3, arbitrary: lose },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("poll" as const), at: replica }) },
);

const claimingStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 36, arbitrary: step },
  { weight: 3, arbitrary: lose },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("reach" as const),
      at: replica,
      isAble: fc.boolean(),
    }),
  },
);

const PLAIN: Manner = { goesAhead: false, step: "none", falters: "nowhere" };
const append = (sort: number | undefined): Step => ({
  do: "append",
  lane: 0,
  sort,
  manner: PLAIN,
  at: 0,
});
const done: Step = { do: "finish", which: 0, how: "done" };
const settle: Step = { do: "settle" };

/** What keeps its place behind an item without a sort key must keep it when that item is long done. */
const CRASH_BEHIND_A_BARRIER: readonly Step[] = [
  ...[append(undefined), append(0), append(1), settle, done, settle],
  ...[{ do: "crash" } as const, settle, append(2), settle, done, settle, done, settle],
];

const appendAt = (...replicas: readonly number[]): readonly Step[] =>
  replicas.map((at) => ({ do: "append", lane: 0, sort: undefined, manner: PLAIN, at }));

/** What all of them take in for one lane at once, and again when one has lost its session and another has ended. */
const BY_ALL_AT_ONCE: readonly Step[] = [
  ...[...appendAt(0, 1, 2, 0, 1, 2), settle, done, settle, done, settle],
  ...[{ do: "lose", at: 0, isKnown: false } as const, ...appendAt(1, 2, 0), settle, done],
  ...[{ do: "stop", at: 1 } as const, ...appendAt(0, 1, 2), settle, done, settle],
];

type AnyEngine = Engine<string> | Replica<string> | ClaimingReplica<string>;

const isReplica = (lanes: AnyEngine): lanes is Replica<string> => "cutOff" in lanes;
const claimsItself = (lanes: AnyEngine): lanes is ClaimingReplica<string> => "endSession" in lanes;

/** Plays steps against real engines and notes what they do, complaining as soon as one breaks a promise. */
class Play {
  readonly #bench: LanesBench;
  readonly #sent = new Map<string, Sent>();
  /** Handlers of processes that live, which have not returned. */
  readonly #begun = new Set<Begun>();
  /** Items whose first attempt has failed where it was to. */
  readonly #faltered = new Set<string>();
  /** The first stay in which the intent of an item's step may have been stored. */
  readonly #intended = new Map<string, number>();
  /** Items whose step was done. */
  readonly #ran = new Set<string>();
  /** Handed out now. */
  readonly #held = new Set<Held>();
  /** The handler succeeded, in that stay. */
  readonly #succeeded = new Map<string, Here>();
  /** The engine said that the success is stored. */
  readonly #settled = new Set<string>();
  /** What went together with the head of that name. */
  readonly #groups = new Map<string, readonly string[]>();
  /** Refused, and the engine said that it is a dead letter. */
  readonly #aside = new Set<string>();
  /** In which stays people were told of dead letters. */
  readonly #told = new Map<string, number[]>();
  #quiet = false;
  #isBroken = { items: false, records: false };
  readonly #stays = new Set<Stay>();
  /** The stays in which something could not be stored. */
  readonly #brokenIn = new Set<Stay>();
  /** What went with the end of an item is stored, in that stay. */
  readonly #recorded = new Map<string, number>();
  /** Promises that were broken in the handler, where the engine would take them for a failure to try again. */
  readonly #broken: unknown[] = [];
  readonly #engines: AnyEngine[] = [];
  /** Of processes that were killed. */
  readonly #dead = new Set<AnyEngine>();
  readonly #stopped = new Set<AnyEngine>();
  #appending: Promise<void>[] = [];
  /** A replica that has lost its session leaves its lanes. */
  #leaving: Promise<void>[] = [];

  constructor(bench: LanesBench) {
    this.#bench = bench;
  }

  async run(steps: readonly Step[], replicas: number): Promise<void> {
    await this.#startAll(replicas);
    for (const each of steps) await this.#play(each);
    await this.#finishAll();
    this.#check();
    for (const { name } of this.#sent.values())
      expect([...this.#succeeded.keys()], name).toContain(name);
    expect(new Set(this.#told.keys()), "told of").toEqual(this.#aside);
    expect(await this.#at(0).backlog()).toMatchObject({ deadLetters: this.#aside.size });
  }

  #at(index: number): AnyEngine {
    const lanes = this.#engines[index % this.#engines.length];
    if (!lanes) throw new Error("No engine runs");
    return lanes;
  }

  async #startAll(count: number): Promise<void> {
    for (let index = 0; index < count; index++) await this.#startEngine(index);
    await this.#claimFree();
    this.#appendAgain();
  }

  async #startEngine(index: number): Promise<void> {
    const lanes: AnyEngine = await this.#bench.engine<string>({
      backoff: { firstMs: 1, capMs: 1, maxAgeMs: 60_000 },
      onAttempt: (attempt) => this.#hear(attempt, this.#here(lanes)),
    });
    this.#engines[index] = lanes;
    const given: Parameters<Lanes<string>["start"]> = [
      (work) =>
        this.#handle(work, this.#here(lanes)).catch((error: unknown) => {
          if (!(error instanceof BridgeError) && error !== work.signal.reason)
            this.#broken.push(error);
          throw error;
        }),
      {
        prepare: ({ body }) => Promise.resolve(body),
        tell: (item, name) => this.#say(item, String(name), this.#here(lanes)),
      },
      { goesAhead: ({ body }) => this.#mannerOf(body).goesAhead },
    ];
    if (isReplica(lanes)) lanes.begin(...given);
    else await lanes.start(...given);
  }

  #here(lanes: AnyEngine): Here {
    const stay = lanes.stay();
    const { items, records } = this.#isBroken;
    if (!this.#stays.has(stay) && (items || records)) this.#brokenIn.add(stay);
    this.#stays.add(stay);
    return { lanes, stay };
  }

  #hear({ item = toItemId(""), outcome }: Attempt, { lanes, stay }: Here): void {
    if (this.#stopped.has(lanes)) this.#broken.push(new Error(`${item} is ${outcome} too late`));
    if (this.#dead.has(lanes)) return;
    if (stay.isOver()) {
      if (outcome === "done" || outcome === "dead")
        this.#broken.push(new Error(`${item} is ${outcome} in a stay that is over`));
    } else if (outcome === "done") this.#settle(item, stay);
    else if (outcome === "dead") this.#settle(item, stay, this.#aside);
    else if (outcome !== "deferred" && outcome !== "interrupted")
      this.#broken.push(new Error(`${item} is ${outcome}`));
  }

  /** What nobody has is taken by whoever can. */
  async #claimFree(): Promise<void> {
    for (let share = 0; share < SHARES; share++) {
      for (const [index] of this.#engines.entries()) {
        const lanes = this.#at(share + index);
        if (!isReplica(lanes) || lanes.shares().includes(share)) continue;
        if (await lanes.take(share)) break;
      }
    }
  }

  #check(): void {
    if (this.#broken.length > 0) throw this.#broken[0];
  }

  async #play(each: Step): Promise<void> {
    this.#check();
    const held = "which" in each ? [...this.#held][each.which] : undefined;
    switch (each.do) {
      case "append":
        return this.#send(`user-${each.lane}`, each);
      case "repeat": {
        const sent = [...this.#sent.keys()][each.which];
        if (sent) this.#append(sent, each.at);
        return;
      }
      case "finish":
        return held?.finish(each.how);
      case "take":
        return await this.#take(held, each.limit);
      case "hush":
        this.#quiet = each.quiet;
        return;
      case "settle":
        await Promise.all(this.#appending);
        for (let look = 0; look < 3; look++) {
          // Whoever has just learnt that its session is over cannot tell.
          for (const lanes of this.#engines) await lanes.backlog().catch(ignoreStorage);
        }
        return;
      case "breathe":
        for (let turn = 0; turn < each.turns; turn++) await new Promise(setImmediate);
        return;
      case "break":
        return this.#break(each.what, each.isBroken);
      case "crash":
        // From now on nothing that the dead process does counts.
        for (const lanes of this.#engines) this.#dead.add(lanes);
        await this.#bench.crash();
        // What it was that could not be stored must not keep the next process from starting.
        await this.#break("items", false, false);
        this.#held.clear();
        this.#begun.clear();
        this.#appending = [];
        this.#leaving = [];
        return await this.#startAll(this.#engines.length);
      case "stop":
        return await this.#stop(each.at % this.#engines.length);
      case "move":
        return await this.#move(each.share, this.#at(each.at));
      case "lose":
        return await this.#lose(this.#at(each.at), each.isKnown);
      case "reach": {
        const lanes = this.#at(each.at);
        if (claimsItself(lanes)) lanes.setAble(each.isAble);
        return;
      }
      case "poll": {
        const lanes = this.#at(each.at);
        if (isReplica(lanes)) await lanes.poll();
        return;
      }
    }
  }

  async #lose(lanes: AnyEngine, isKnown: boolean): Promise<void> {
    // Nothing is about to happen in this turn of the event loop.
    await new Promise(setImmediate);
    if (claimsItself(lanes)) {
      const ended = lanes.endSession();
      if (isKnown) await ended;
      else this.#leaving.push(ended);
    } else if (isReplica(lanes)) {
      if (isKnown) this.#leaving.push(lanes.lose());
      else lanes.cutOff();
    }
  }

  async #take(held: Held | undefined, limit: number): Promise<void> {
    if (!held) return;
    const { work, names, stay } = held;
    const following = await work.takeFollowing(() => true, limit).catch(ignoreStorage);
    for (const { body } of following ?? []) {
      this.#checkHandedOut(body, names, stay);
      names.push(body);
    }
  }

  async #stop(index: number): Promise<void> {
    const lanes = this.#at(index);
    await Promise.all(this.#appending);
    await Promise.all(this.#leaving);
    await lanes.stop();
    this.#stopped.add(lanes);
    const begun = [...this.#begun].filter((each) => each.lanes === lanes);
    expect(
      begun.map(({ name }) => name),
      "still handled after the stop",
    ).toEqual([]);
    this.#checkStored((here) => here.lanes === lanes);
    await this.#break("items", false, false);
    await this.#startEngine(index);
    await this.#claimFree();
    this.#appendAgain();
  }

  async #move(share: number, to: AnyEngine): Promise<void> {
    const from = this.#engines.find((lanes) => isReplica(lanes) && lanes.shares().includes(share));
    if (from === to || !isReplica(to)) return;
    if (from && isReplica(from)) {
      const isTheirs = ({ lane, lanes }: Begun) => lanes === from && shareOf(lane) === share;
      const stays = new Set([...this.#begun].filter(isTheirs).map(({ stay }) => stay));
      await from.giveBack(share);
      const begun = [...this.#begun].filter(({ stay }) => stays.has(stay));
      expect(
        begun.map(({ name }) => name),
        "still handled after it was given back",
      ).toEqual([]);
      this.#checkStored(({ stay }) => stays.has(stay));
    }
    await to.take(share);
  }

  /** What succeeded there is stored, as everything could be. */
  #checkStored(isThere: (here: Here) => boolean): void {
    for (const [name, here] of this.#succeeded) {
      if (!isThere(here) || this.#brokenIn.has(here.stay) || here.stay.isOver()) continue;
      expect([...this.#settled], "stored before it was left").toContain(name);
    }
  }

  async #break(what: "items" | "records", isBroken: boolean, again = !isBroken): Promise<void> {
    this.#isBroken[what] = isBroken;
    if (isBroken) for (const stay of this.#stays) this.#brokenIn.add(stay);
    if (what !== "items") return;
    await this.#bench.failWrites(isBroken);
    // A sender that got no answer sends again.
    if (again) this.#appendAgain();
  }

  #appendAgain(): void {
    for (const [index, { name, acknowledged }] of [...this.#sent.values()].entries())
      if (!acknowledged) this.#append(name, index);
  }

  #mannerOf(name: string): Manner {
    return this.#sent.get(name)?.manner ?? PLAIN;
  }

  #send(lane: string, given: Step & { do: "append" }): void {
    const sort = given.sort?.toString();
    const name = `item ${this.#sent.size} of ${lane}${sort === undefined ? "" : ` at ${sort}`}`;
    const stored = [...this.#sent.values()].filter(
      (item) => item.lane === lane && item.acknowledged,
    );
    const after = stored
      // A late arrival may overtake what has a later sort key.
      .filter((item) => sort === undefined || item.sort === undefined || item.sort <= sort)
      .map((item) => item.name);
    const { manner: how } = given;
    this.#sent.set(name, { name, lane, sort, manner: how, after, acknowledged: false });
    this.#append(name, given.at);
  }

  #append(name: string, at: number): void {
    const sent = this.#sent.get(name);
    if (!sent) return;
    const { lane, sort, acknowledged } = sent;
    const append = this.#at(at).append({
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

  async #say(item: string, name: string, here: Here): Promise<void> {
    const { lanes, stay } = here;
    await this.#whileAlive(here);
    if (this.#quiet || stay.isOver()) throw new StorageError("nobody can be told");
    const lives = this.#told.get(name) ?? [];
    try {
      expect(item, "the words of another").toBe(name);
      // Where it could not be stored that it was told, it is told again.
      if (!this.#brokenIn.has(stay)) {
        expect(lives, `${name} is told of twice in one life`).not.toContain(stay.id);
      }
      expect((await lanes.find(toItemId(name)))?.state, `${name} is told of`).toBe("dead");
      // It is a dead letter, also if the crash came before the engine could say so.
      this.#aside.add(name);
      this.#told.set(name, [...lives, stay.id]);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      this.#broken.push(error);
    }
  }

  async #handle(work: Work<string>, here: Here): Promise<void> {
    const { body: name, lane } = work.item;
    const begun = { ...here, name, lane, isHead: false, hasConfirmed: false, hasRun: false };
    this.#checkBegins(begun);
    this.#begun.add(begun);
    try {
      if (this.#falters(name, "at once")) throw new NetworkError("refused at once");
      await this.#doStep(work, begun);
      await work.untilHead();
      await this.#whileAlive(here);
      this.#checkIsHead(begun);
      await this.#hold(work, here);
    } finally {
      this.#begun.delete(begun);
    }
  }

  /** A process that is dead does nothing more. */
  async #whileAlive({ lanes }: Here): Promise<void> {
    if (this.#dead.has(lanes)) await new Promise(() => {});
  }

  #falters(name: string, where: Manner["falters"]): boolean {
    if (this.#mannerOf(name).falters !== where || this.#faltered.has(name)) return false;
    this.#faltered.add(name);
    return true;
  }

  /** Only behind a head whose step is under way, or was, and only where the item allows that. */
  #checkBegins({ name, lane, stay }: Begun): void {
    // What is over may not know it yet.
    if (stay.isOver()) return;
    for (const other of this.#begun) {
      if (other.lane !== lane || other.stay.isOver()) continue;
      expect(other.name, "two attempts at one item").not.toBe(name);
      const mayBegin = other.isHead && other.hasRun && this.#mannerOf(name).goesAhead;
      expect(mayBegin, `${name} may begin while ${other.name} is handled`).toBe(true);
    }
  }

  #checkIsHead(begun: Begun): void {
    if (begun.isHead || begun.stay.isOver()) return;
    for (const other of this.#begun) {
      if (other.lane === begun.lane && other.isHead && !other.stay.isOver())
        expect(other.name, "two heads at once in one lane").toBe(begun.name);
    }
    this.#checkHandedOut(begun.name, [], begun.stay);
    begun.isHead = true;
  }

  async #doStep(work: Work<string>, begun: Begun): Promise<void> {
    const { name, stay } = begun;
    if (this.#mannerOf(name).step === "none") return;
    this.#checkState(name, work.stateOf("send"), stay);
    try {
      await work.step("send", this.#stepOf(begun));
    } catch (error) {
      if (!(error instanceof UncertainDeliveryError)) throw error;
      this.#checkIsHead(begun);
      expect(this.#mayBeBegun(name, stay), `${name} is uncertain`).toBe(true);
      this.#succeed(name, [name], begun);
      throw error;
    }
  }

  #stepOf(begun: Begun): OnceStep<unknown, unknown> {
    const { name, stay } = begun;
    /** What a step throws counts as its failure, so a broken promise is noted here. */
    const asHead = async (check: () => void): Promise<void> => {
      // Asked again without a pause: it may die in the moment of one.
      if (this.#dead.has(begun.lanes)) await this.#whileAlive(begun);
      try {
        this.#checkIsHead(begun);
        check();
      } catch (error) {
        this.#broken.push(error);
      }
    };
    const check = async () => {
      await asHead(() => expect(this.#mayBeBegun(name, stay), `${name} looks`).toBe(true));
      return this.#ran.has(name) ? { result: name } : ("not-done" as const);
    };
    return {
      kind: anyKind,
      intent: () => {
        if (!this.#intended.has(name)) this.#intended.set(name, stay.id);
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
          expect(stay.isOver(), `${name} is done although its lane is not ours`).toBe(false);
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
  #checkState(name: string, state: "new" | "begun" | "done", stay: Stay): void {
    if (stay.isOver()) return;
    if (state === "begun") expect(this.#mayBeBegun(name, stay), `${name} has begun`).toBe(true);
    else
      expect(this.#ran.has(name), `the step of ${name} is ${state}, was done`).toBe(
        state === "done",
      );
  }

  #mayBeBegun(name: string, stay: Stay): boolean {
    return (this.#intended.get(name) ?? stay.id) < stay.id || this.#brokenIn.has(stay);
  }

  async #hold(work: Work<string>, here: Here): Promise<void> {
    const { body: head } = work.item;
    const names = [head];
    const { signal } = work;
    const { promise, resolve } = Promise.withResolvers<End | "stop">();
    const finish = (how: End | "stop") => {
      this.#held.delete(held);
      resolve(how);
    };
    const held: Held = { ...here, work, names, finish };
    this.#held.add(held);
    signal.addEventListener("abort", () => finish("stop"));
    if (signal.aborted) finish("stop");
    const how = await promise;
    await this.#whileAlive(here);
    if (how === "stop") throw signal.reason;
    if (how === "retry") throw new NetworkError("refused");
    work.atEnd(() => this.#record(head, here));
    this.#succeed(head, names, here);
    if (how === "refuse") throw new PayloadError("refused");
  }

  #succeed(head: string, names: readonly string[], here: Here): void {
    // It has no effect.
    if (here.stay.isOver()) return;
    for (const name of names) {
      expect(this.#succeeded.get(name)?.stay, `${name} twice in one life`).not.toBe(here.stay);
      this.#succeeded.set(name, here);
    }
    this.#groups.set(head, names);
  }

  async #record(head: string, here: Here): Promise<void> {
    await this.#whileAlive(here);
    const { stay } = here;
    if (this.#isBroken.records || stay.isOver()) throw new StorageError("nothing can be recorded");
    if (this.#recorded.get(head) === stay.id)
      this.#broken.push(new Error(`${head} recorded twice`));
    this.#recorded.set(head, stay.id);
  }

  #settle(head: string, stay: Stay, into?: Set<string>): void {
    if (!into && this.#recorded.get(head) !== stay.id) {
      this.#broken.push(new Error(`${head} is done without its record`));
    }
    for (const name of this.#groups.get(head) ?? []) {
      if (this.#settled.has(name)) this.#broken.push(new Error(`${name} is done twice`));
      this.#settled.add(name);
      into?.add(name);
    }
  }

  /** `before`: what goes together with it, in front of it. */
  #checkHandedOut(name: string, before: readonly string[], stay: Stay): void {
    if (stay.isOver()) return;
    expect(this.#settled, "handed out after it was done").not.toContain(name);
    const last = this.#succeeded.get(name)?.stay;
    if (last) expect(last.id, `${name} again without a crash`).toBeLessThan(stay.id);
    for (const earlier of this.#sent.get(name)?.after ?? []) {
      if (before.includes(earlier)) continue;
      expect([...this.#succeeded.keys()], `${earlier} overtaken by ${name}`).toContain(earlier);
    }
  }

  async #finishAll(): Promise<void> {
    await this.#break("items", false);
    await this.#break("records", false);
    this.#quiet = false;
    await expect
      .poll(
        async () => {
          for (const { finish } of this.#held) finish("done");
          // A broken promise ends the wait at once.
          if (this.#broken.length > 0) return 0;
          await Promise.all([...this.#appending, ...this.#leaving]);
          this.#appendAgain();
          await this.#claimFree();
          for (const lanes of this.#engines) if (isReplica(lanes)) await lanes.poll();
          const unknown = [...this.#sent.values()].filter(({ acknowledged }) => !acknowledged);
          const backlog = await this.#at(0).backlog().catch(ignoreStorage);
          if (!backlog) return 1;
          return unknown.length + backlog.items + backlog.deadLetters - this.#told.size;
        },
        { interval: 1, timeout: 20_000 },
      )
      .toBe(0);
  }
}

/** Whoever has just learnt that its session is over gets no answer. */
function ignoreStorage(error: unknown): undefined {
  if (!(error instanceof BridgeError)) throw error;
}

/** Opens a bench; `random` gives numbers in [0, 1), the same ones each time that the same steps are played. */
type OpenReplicas = (random: () => number) => Promise<ReplicasBench>;

/** The same, and shares that move from one replica to another, or are lost. */
export function describeReplicas(engineName: string, open: OpenReplicas): void {
  describe(`${engineName}: whatever happens to several replicas`, () => {
    holds(
      "settles each item once and in order, again only after a loss, and tells of dead letters",
      fc.record({
        seed: fc.nat(2 ** 31),
        steps: fc.array(sharedStep, { minLength: 5, maxLength: 60, size: "max" }),
      }),
      ({ seed, steps }) => playOn(() => open(randomFrom(seed)), steps, REPLICAS),
      { runs: 100 },
    );
  });
}

/** The same, on what replicas claim by themselves, each for a time that nobody here decides: the steps do not tell all that happens. */
export function describeClaimingReplicas(
  engineName: string,
  open: () => Promise<ClaimingBench>,
): void {
  describe(`${engineName}: whatever happens to several replicas`, () => {
    holds(
      "settles each item once and in order, again only after a loss, and tells of dead letters",
      fc.record({
        replicas: fc.integer({ min: 2, max: REPLICAS }),
        steps: fc.array(claimingStep, { minLength: 5, maxLength: 40, size: "max" }),
      }),
      ({ replicas, steps }) => playOn(open, steps, replicas),
      {
        runs: 20,
        untilMs: 15_000,
        examples: [BY_ALL_AT_ONCE, CRASH_BEHIND_A_BARRIER].map((steps) => ({
          replicas: REPLICAS,
          steps: [...steps],
        })),
      },
    );
  });
}

/** A linear congruential generator, as in Numerical Recipes. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function playOn(
  open: LanesBenchFactory,
  steps: readonly Step[],
  replicas: number,
): Promise<void> {
  const bench = await open();
  try {
    await new Play(bench).run(steps, replicas);
  } finally {
    await bench.close();
  }
}

/** Any interleaving of append, duplicate, crash, retry and completion. */
export function describeLanesUnderCrashes(
  engineName: string,
  open: LanesBenchFactory,
  runs = 20,
): void {
  describe(`${engineName}: whatever happens`, () => {
    holds(
      "settles each item once and in order, again only after a crash, and tells of dead letters",
      fc.array(step, { minLength: 5, maxLength: 60, size: "max" }) as fc.Arbitrary<readonly Step[]>,
      (steps) => playOn(open, steps, 1),
      { runs, examples: [CRASH_BEHIND_A_BARRIER] },
    );
  });
}
