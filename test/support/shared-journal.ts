import { AsyncLocalStorage } from "node:async_hooks";
import type { ClaimHolder, Claims, Tenure } from "../../src/delivery/claims.ts";
import type { Journal } from "../../src/delivery/journal.ts";
import { StorageError } from "../../src/errors.ts";
import type { ItemId } from "../../src/ids.ts";
import {
  createMemoryTable,
  type MemoryTable,
  openMemoryJournal,
} from "../bridge/support/memory-journal.ts";
import type { Stay } from "../contract/lanes-bench.ts";

/** How many shares lanes are divided into here. */
export const SHARES = 3;

export const shareOf = (lane: string): number =>
  Buffer.from(lane).reduce((sum, byte) => sum + byte, 0) % SHARES;

/** How many turns of the event loop something takes. */
type Turns = () => number;

export interface SharedStoreOptions {
  /** How long a request, or its answer, is on its way. */
  readonly travel?: Turns;
  /** How long it takes until a holder hears of a change; `undefined`: it never does. */
  readonly notice?: () => number | undefined;
}

/** A connection of a replica. Its locks are gone, and nothing of it has an effect any more, once the store has ended it. */
interface Session {
  /** By the store. */
  isEnded: boolean;
  /** As soon as the replica knows that it is over. */
  readonly lost: AbortController;
  ask<Result>(operation: () => Promise<Result>): Promise<Result>;
}

/** One queue that several replicas share, in memory, with the same promises as one on PostgreSQL. */
export interface SharedStore {
  readonly table: MemoryTable;
  /** A new replica, as a process of its own would be. */
  join(): SharedReplica;
  /** Which sessions hold the shares. */
  readonly locks: Map<number, Session>;
}

/** What a replica has of the store. */
export interface SharedReplica {
  readonly journal: Journal;
  /** Claims what is free when it starts, and nothing by itself after that. */
  readonly claims: Claims;
  /** Begins to hold a queue, and claims nothing. */
  hold(holder: ClaimHolder): void;
  /** Claims a share; false if another replica has it. Resolves when it is read, or lost. */
  take(share: number): Promise<boolean>;
  /** Gives a share back in order. */
  giveBack(share: number): Promise<void>;
  /** The shares that it has, as far as it knows. */
  shares(): number[];
  /** The store ends its session. It does not know before it asks for something the next time. */
  cutOff(): void;
  /** It learns that its session has ended, which it has by then. Resolves when nothing of it is under way any more. */
  lose(): Promise<void>;
  /** Looks whether a change was missed. */
  poll(): Promise<void>;
  /** The stay in whose name this runs. */
  stay(): Stay;
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

const isOver = () => new StorageError("The session is over");

export function createSharedStore({
  travel = () => 1,
  notice = () => 0,
}: SharedStoreOptions = {}): SharedStore {
  // What is stored is synced at once: a session takes its time by itself.
  const table = createMemoryTable();
  const locks = new Map<number, Session>();
  const replicas = new Set<{ hear(lane: string, session: Session): void }>();
  let stays = 0;

  function openSession(onLost: (session: Session) => void): Session {
    const waiting: { commit(): Promise<() => void>; fail(error: unknown): void }[] = [];
    let isBusy = false;

    /** What is asked for in one turn of the event loop is one transaction; the next is sent when it is answered. */
    async function send(): Promise<void> {
      isBusy = true;
      while (waiting.length > 0) {
        await turns(1);
        const batch = waiting.splice(0);
        await turns(travel());
        const isStored = !session.isEnded;
        const answers = isStored ? batch.map(({ commit }) => commit()) : [];
        const answered = await Promise.all(answers);
        await turns(travel());
        // The answer of what is stored is lost with the session.
        if (session.isEnded) session.lost.abort(isOver());
        if (session.lost.signal.aborted) for (const { fail } of batch) fail(isOver());
        else for (const answer of answered) answer();
      }
      isBusy = false;
    }

    const session: Session = {
      isEnded: false,
      lost: new AbortController(),
      ask: (operation) =>
        new Promise((resolve, reject) => {
          if (session.lost.signal.aborted) return reject(isOver());
          waiting.push({
            commit: () =>
              operation().then(
                (result) => () => resolve(result),
                (error: unknown) => () => reject(error as Error),
              ),
            fail: reject,
          });
          if (!isBusy) void send();
        }),
    };
    session.lost.signal.addEventListener("abort", () => {
      for (const { fail } of waiting.splice(0)) fail(isOver());
      onLost(session);
    });
    return session;
  }

  function end(session: Session): void {
    session.isEnded = true;
    for (const [share, holder] of locks) if (holder === session) locks.delete(share);
  }

  /** Whoever holds the lane is told, unless it is the session that did it and knows. */
  function tell(lane: string | undefined, by?: Session): void {
    const holder = lane === undefined ? undefined : locks.get(shareOf(lane));
    const delay = notice();
    if (!lane || !holder || holder === by || delay === undefined) return;
    void turns(delay).then(() => {
      for (const replica of replicas) replica.hear(lane, holder);
    });
  }

  function join(): SharedReplica {
    const inName = new AsyncLocalStorage<{ session: Session; stay: Stay }>();
    const held = new Map<number, { tenure: Tenure; session: Session; giveUp: AbortController }>();
    const holders: ClaimHolder[] = [];
    /** Nothing is claimed anew before all of the last session has been left. */
    let leaving: Promise<unknown> = Promise.resolve();
    let current = openSession(onLost);

    function onLost(session: Session): void {
      const tenures = [...held.values()].filter((each) => each.session === session);
      current = openSession(onLost);
      leaving = Promise.all([
        leaving,
        ...tenures.map(async ({ tenure, giveUp }) => {
          giveUp.abort(isOver());
          await Promise.all(holders.map((holder) => holder.leave(tenure)));
          held.delete(tenure.share);
        }),
      ]);
    }

    const memory = openMemoryJournal(table);
    const laneOf = (id: ItemId) => table.rows.get(id)?.lane;

    /** The same journal, through the session in whose name this runs. */
    function through<Args extends readonly unknown[], Result>(
      operation: (...args: Args) => Promise<Result>,
      changes?: (result: Result, session: Session, ...args: Args) => void,
    ) {
      return (...args: Args): Promise<Result> => {
        const session = inName.getStore()?.session ?? current;
        return session.ask(async () => {
          const stored = operation(...args);
          // It has happened by now, and what is in memory takes no time.
          void stored.then(
            (result) => changes?.(result, session, ...args),
            () => {},
          );
          return await stored;
        });
      };
    }

    const journal: Journal = {
      isExclusive: false,
      append: through(memory.append, (place, session, { lane, held: isHeld }) => {
        if (place !== "duplicate" && !isHeld) tell(lane, session);
      }),
      head: through(memory.head),
      waiting: through(memory.waiting),
      pendingLanes: through(async (shares) => {
        const lanes = await memory.pendingLanes(shares);
        return lanes.filter((lane) => shares.includes(shareOf(lane)));
      }),
      saveProgress: through(memory.saveProgress),
      cancel: through(memory.cancel, (isDone, _, id) => isDone && tell(laneOf(id))),
      replace: through(memory.replace, (isDone, _, id) => isDone && tell(laneOf(id))),
      hasBegun: through(memory.hasBegun),
      defer: through(memory.defer),
      done: through(memory.done),
      dead: through(memory.dead),
      owedNotices: through(async (shares) => {
        const notices = await memory.owedNotices(shares);
        return notices.filter(({ lane }) => shares.includes(shareOf(lane)));
      }),
      noticeGiven: through(memory.noticeGiven),
      requeue: through(memory.requeue, (lane) => tell(lane)),
      discard: through(memory.discard),
      find: through(memory.find),
      deadLetters: through(memory.deadLetters),
      backlog: through(memory.backlog),
    };

    function createTenure(share: number, session: Session) {
      const giveUp = new AbortController();
      const stay: Stay = { id: ++stays, isOver: () => session.isEnded };
      const tenure: Tenure = {
        share,
        signal: giveUp.signal,
        isLost: () => session.lost.signal.aborted,
        run: (work) => inName.run({ session, stay }, work),
        async stillOurs() {
          if (session.isEnded) session.lost.abort(isOver());
          session.lost.signal.throwIfAborted();
        },
      };
      return { tenure, session, giveUp };
    }

    async function take(share: number): Promise<boolean> {
      await leaving;
      const session = current;
      if (session.isEnded || locks.has(share)) return false;
      locks.set(share, session);
      const holding = createTenure(share, session);
      held.set(share, holding);
      try {
        await Promise.all(holders.map((holder) => holder.take(holding.tenure)));
      } catch (error) {
        if (!session.lost.signal.aborted) await giveBack(share);
        if (!(error instanceof StorageError)) throw error;
        return false;
      }
      return true;
    }

    async function giveBack(share: number): Promise<void> {
      const holding = held.get(share);
      if (!holding) return;
      if (holding.giveUp.signal.aborted) return void (await leaving);
      const { tenure, session, giveUp } = holding;
      giveUp.abort(new Error("The share is given back"));
      await Promise.all(holders.map((holder) => holder.leave(tenure)));
      if (held.get(share) === holding) held.delete(share);
      if (locks.get(share) === session) locks.delete(share);
    }

    replicas.add({
      hear(lane, session) {
        if (session !== current) return;
        // It is told once more by the poll.
        for (const holder of holders) void holder.changed(lane).catch(() => {});
      },
    });

    return {
      journal,
      hold: (holder) => void holders.push(holder),
      take,
      giveBack,
      shares: () => [...held.keys()],
      cutOff: () => end(current),
      async lose() {
        const session = current;
        end(session);
        session.lost.abort(isOver());
        await leaving;
      },
      async poll() {
        await Promise.all(holders.map((holder) => holder.changed(undefined).catch(() => {})));
      },
      stay() {
        const name = inName.getStore();
        if (!name) throw new Error("This does not run in the name of a share");
        return name.stay;
      },
      claims: {
        shareOf,
        async start(given) {
          holders.push(...given);
          for (let share = 0; share < SHARES; share++) await take(share);
        },
        async stop() {
          await Promise.all([...held.keys()].map(giveBack));
          await leaving;
        },
      },
    };
  }

  return { table, locks, join };
}
