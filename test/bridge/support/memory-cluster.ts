import type { ClaimHolder, Claims, Tenure } from "../../../src/delivery/claims.ts";
import type { Journal } from "../../../src/delivery/journal.ts";
import type { ItemId } from "../../../src/ids.ts";
import { SHARES, shareOf } from "../../support/shared-journal.ts";
import type { Process } from "./calls.ts";
import { type MemoryTable, openMemoryJournal } from "./memory-journal.ts";

/** What a process has of the others that work on the same disk. */
interface Membership {
  readonly claims: Claims;
  journal(table: MemoryTable): Journal;
}

/** Several processes on one disk, each of which handles some shares of the lanes. */
export interface Cluster {
  /** Whoever has more than its part gives the newcomer those that it has had for longest. */
  join(process: Process): Membership;
  /** What dead ones had goes to those who live. */
  takeOver(): Promise<void>;
}

interface Member {
  readonly process: Process;
  readonly holders: ClaimHolder[];
  readonly held: Map<number, { readonly tenure: Tenure; readonly end: AbortController }>;
}

export function createCluster(): Cluster {
  const members = new Set<Member>();

  const living = () => [...members].filter(({ process }) => process.isAlive);
  const holderOf = (share: number) => living().find(({ held }) => held.has(share));
  const free = () => Array.from({ length: SHARES }, (_, n) => n).filter((n) => !holderOf(n));

  async function take({ process, holders, held }: Member, share: number): Promise<void> {
    const end = new AbortController();
    const tenure: Tenure = {
      share,
      signal: end.signal,
      isLost: () => !process.isAlive,
      run: (work) => work(),
      stillOurs: () => undefined,
    };
    held.set(share, { tenure, end });
    await Promise.all(holders.map((holder) => holder.take(tenure)));
  }

  async function giveBack({ holders, held }: Member, share: number): Promise<void> {
    const holding = held.get(share);
    if (!holding) return;
    holding.end.abort(new Error("The share is given back"));
    await Promise.all(holders.map((holder) => holder.leave(holding.tenure)));
    held.delete(share);
  }

  const takeAll = async (member: Member) => {
    for (const share of free()) await take(member, share);
  };

  const tell = (lane: string | undefined) => {
    const holder = lane === undefined ? undefined : holderOf(shareOf(lane));
    for (const each of holder?.holders ?? []) void each.changed(lane);
  };

  return {
    join(process) {
      const member: Member = { process, holders: [], held: new Map() };
      return {
        claims: {
          shareOf,
          async start(holders) {
            member.holders.push(...holders);
            const part = Math.floor(SHARES / (living().length + 1));
            for (const other of living()) {
              for (const share of [...other.held.keys()].slice(0, part)) {
                await giveBack(other, share);
              }
            }
            members.add(member);
            await takeAll(member);
          },
          async stop() {
            for (const share of [...member.held.keys()]) await giveBack(member, share);
            members.delete(member);
          },
        },
        journal: (table) => sharedJournal(table, tell),
      };
    },
    async takeOver() {
      const [first] = living();
      if (first) await takeAll(first);
    },
  };
}

/** Whoever has the lane hears of what somebody has changed in it. */
function sharedJournal(table: MemoryTable, tell: (lane: string | undefined) => void): Journal {
  const memory = openMemoryJournal(table);
  const changing =
    (change: (id: ItemId) => Promise<boolean>) =>
    async (id: ItemId): Promise<boolean> => {
      const isDone = await change(id);
      if (isDone) tell(table.rows.get(id)?.lane);
      return isDone;
    };
  return {
    ...memory,
    isExclusive: false,
    async append(row) {
      const place = await memory.append(row);
      if (place !== "duplicate" && !row.held) tell(row.lane);
      return place;
    },
    cancel: (id, at) => changing(() => memory.cancel(id, at))(id),
    replace: (id, body) => changing(() => memory.replace(id, body))(id),
    async requeue(...given) {
      const lane = await memory.requeue(...given);
      tell(lane);
      return lane;
    },
    async pendingLanes(shares) {
      const lanes = await memory.pendingLanes(shares);
      return lanes.filter((lane) => shares.includes(shareOf(lane)));
    },
    async owedNotices(shares) {
      const owed = await memory.owedNotices(shares);
      return owed.filter(({ lane }) => shares.includes(shareOf(lane)));
    },
  };
}
