import { setTimeout } from "node:timers/promises";
import type { ClaimHolder, Claims, Tenure } from "../../delivery/claims.ts";
import { StorageError } from "../../errors.ts";
import { CHANGES, CHANGES_GIVEN, readChange } from "./changes.ts";
import type { PostgresDatabase } from "./open-postgres.ts";
import type { Holdings } from "./postgres-journal.ts";
import type { Session } from "./session.ts";
import { createShareLocks, type ShareLocks, type Sight } from "./share-locks.ts";
import { SHARE_LOCKS, SHARES, shareOf } from "./shares.ts";

/** How often is looked which shares are free: what a killed replica had is taken within this time. */
const LOOK_EVERY_MS = 250;
/** After so many looks it is asked whether a change was missed. */
const LOOKS_PER_POLL = 4;

export interface ClaimsOptions {
  /** Told when something fails that will be tried again, and not again until all has gone well once. */
  readonly onError?: (error: unknown) => void;
}

/** A share that is ours. */
interface Held extends Tenure {
  readonly pid: number | undefined;
  /** Who has read what waits in it. */
  readonly takenBy: Set<ClaimHolder>;
  /** Nothing of it is under way any more, and the lock will be given back. */
  isLeft: boolean;
  /** Gives it up; resolves when nothing of it is under way any more. */
  leave(): Promise<void>;
}

/**
 * Claims by locks of the main session, the very one that writes the journals: so a share is lost exactly when nothing can be
 * written in its name any more. Whoever takes part has as many shares as any other, or one more or less; what is too much is
 * given back once its handlers have returned.
 */
export function createPostgresClaims(
  database: PostgresDatabase,
  { onError = () => {} }: ClaimsOptions = {},
): Claims & Holdings {
  const held = new Map<number, Held>();
  const stopping = new AbortController();
  /** What could not be told to the holders yet. */
  const untold = new Set<string | undefined>();
  /** What was given back since the last look began: it may not know that yet. */
  const givenBack = new Set<number>();
  let holders: readonly ClaimHolder[] = [];
  let canDeliver = () => true;
  /** One session after the other. What is still under way in the name of an earlier one keeps only its own share from being claimed. */
  let serving: Promise<void> = Promise.resolve();
  let leaving: Promise<unknown> = Promise.resolve();
  /** The greatest number of a change that was heard of, and the greatest one that was given out before the last poll. */
  let heard = 0;
  let given = 0;
  let hasFailed = false;

  function fail(error: unknown): void {
    if (!hasFailed) onError(error);
    hasFailed = true;
  }

  function hear(payload: string): void {
    const { number, lane } = readChange(payload);
    heard = Math.max(heard, number);
    void tell(lane);
  }

  async function tell(lane: string | undefined): Promise<void> {
    const ours = lane === undefined ? [...held.values()] : [held.get(shareOf(lane))];
    if (ours.every((each) => each === undefined)) return;
    try {
      // What is being read at this moment may have it or not.
      if (ours.some((each) => each && each.takenBy.size < holders.length)) untold.add(lane);
      else await Promise.all(holders.map((holder) => holder.changed(lane)));
    } catch (error) {
      untold.add(lane);
      fail(error);
    }
  }

  async function tellAgain(): Promise<void> {
    const lanes = [...untold];
    untold.clear();
    await Promise.all(lanes.map(tell));
  }

  async function serve(session: Session, begun: PromiseWithResolvers<void>): Promise<void> {
    if (stopping.signal.aborted) return;
    const locks = createShareLocks(session, database.lockClass(SHARE_LOCKS));
    const isOver = AbortSignal.any([session.signal, stopping.signal]);
    let pid: number | undefined;
    /** As one that can deliver now, or cannot. */
    let takesPart: boolean | undefined;
    for (let looks = 0; !isOver.aborted; looks++) {
      try {
        pid ??= await beginOn(session);
        const isAble = canDeliver();
        // The others are not to leave to us what we cannot handle yet.
        const mayJoin =
          takesPart !== undefined || ![...held.values()].some((each) => each.isLost());
        if (mayJoin && takesPart !== isAble) {
          await locks.join(isAble);
          takesPart = isAble;
        }
        if (looks % LOOKS_PER_POLL === 0) await poll(session);
        const isWell = await look(session, locks, { pid, takesPart });
        begun.resolve();
        await tellAgain();
        if (isWell && untold.size === 0) hasFailed = false;
      } catch (error) {
        begun.reject(error);
        if (!isOver.aborted) fail(error);
      }
      await setTimeout(LOOK_EVERY_MS, undefined, { signal: isOver }).catch(() => {});
    }
    begun.reject(session.signal.reason ?? new StorageError("the bridge is stopping"));
    leaving = Promise.all([leaving, leaveAll(session, locks)]);
  }

  async function beginOn(session: Session): Promise<number | undefined> {
    const [row] = await session.read<{ given: number }>(CHANGES_GIVEN);
    heard = Math.max(heard, row?.given ?? 0);
    const [backend] = await session.read<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return backend?.pid;
  }

  /** Notifications that were sent while the session lives arrive; this is for what nobody has thought of. */
  async function poll(session: Session): Promise<void> {
    const [row] = await session.read<{ given: number }>(CHANGES_GIVEN);
    const isMissed = heard < given;
    heard = Math.max(heard, given);
    given = row?.given ?? given;
    if (isMissed) await tell(undefined);
  }

  /** False: something of it has failed. */
  async function look(
    session: Session,
    locks: ShareLocks,
    { pid, takesPart }: { pid: number | undefined; takesPart: boolean | undefined },
  ): Promise<boolean> {
    givenBack.clear();
    let sight = await locks.look();
    const kept = sight.ours.filter((share) => held.get(share)?.signal.aborted !== true);
    const fair = fairPart(sight, takesPart) ?? kept.length;
    const lack = fair - kept.length;
    const free = sight.free.filter((share) => !held.has(share));
    if (lack > 0 && free.length > 0) {
      await locks.claim(shuffled(free).slice(0, lack));
      sight = await locks.look();
    }
    for (const share of sight.ours) {
      if (!held.has(share) && !givenBack.has(share)) held.set(share, hold(session, share, pid));
    }
    for (const share of shuffled(kept).slice(fair)) void giveBack(locks, share);
    const taken = await Promise.all([...held.values()].map(take));
    return !taken.includes(false);
  }

  function hold(session: Session, share: number, pid: number | undefined): Held {
    const ending = new AbortController();
    const signal = AbortSignal.any([session.signal, ending.signal, stopping.signal]);
    let left: Promise<unknown> | undefined;
    const tenure: Held = {
      share,
      signal,
      pid,
      takenBy: new Set(),
      isLeft: false,
      isLost: () => session.signal.aborted,
      run: (work) => database.inNameOf(session, work),
      stillOurs: () => session.stillOurs(),
      async leave() {
        ending.abort(new StorageError("another replica goes on with these lanes"));
        left ??= Promise.all(holders.map((holder) => holder.leave(tenure)));
        await left;
        tenure.isLeft = true;
      },
    };
    return tenure;
  }

  /** Has the holders read what waits in it, if they have not. False: not all of them could. */
  async function take(tenure: Held): Promise<boolean> {
    if (tenure.signal.aborted) return true;
    const missing = holders.filter((holder) => !tenure.takenBy.has(holder));
    await Promise.all(
      missing.map(async (holder) => {
        try {
          await holder.take(tenure);
          tenure.takenBy.add(holder);
        } catch (error) {
          // It is tried again at the next look.
          if (!tenure.signal.aborted) fail(error);
        }
      }),
    );
    return tenure.takenBy.size === holders.length;
  }

  async function giveBack(locks: ShareLocks, share: number): Promise<void> {
    const tenure = held.get(share);
    if (!tenure) return;
    await tenure.leave();
    // If it fails, the session is over, or the next look finds it to be ours still.
    await locks.release([share]).catch(() => {});
    if (held.get(share) === tenure) held.delete(share);
    givenBack.add(share);
  }

  async function leaveAll(session: Session, locks: ShareLocks): Promise<void> {
    // So that the others count with one less, and take each share as soon as it is left.
    if (!session.signal.aborted) void locks.quit().catch(() => {});
    await Promise.all([...held.keys()].map((share) => giveBack(locks, share)));
  }

  return {
    shareOf,

    heldBy(share) {
      const tenure = held.get(share);
      return tenure && !tenure.isLost() && !tenure.isLeft ? (tenure.pid ?? null) : null;
    },

    async start(given, isAble = () => true) {
      holders = given;
      canDeliver = isAble;
      const begun = Promise.withResolvers<void>();
      await database.listen(CHANGES, hear);
      database.onSession((session) => {
        serving = serving.then(() => serve(session, begun));
      });
      await begun.promise;
    },

    async stop() {
      stopping.abort(new Error("The bridge is stopping"));
      await serving;
      await leaving;
    },
  };
}

/**
 * How many shares are ours when all are divided. Those that cannot deliver now have none, unless none can. `undefined`: whoever does
 * not take part yet claims only what nobody else would.
 */
function fairPart({ able, unable }: Sight, takesPart: boolean | undefined): number | undefined {
  if (takesPart === undefined && able + unable > 0) return undefined;
  if (takesPart === false && able > 0) return 0;
  return Math.ceil(SHARES / Math.max(1, able > 0 ? able : unable));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
