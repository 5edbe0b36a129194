import type { Members } from "../bridge/stored/last-known-schemas.ts";
import type { Clock } from "../clock.ts";
import { RateLimitedError, toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createSparseLog } from "../sparse-log.ts";
import { withinTime } from "../within-time.ts";
import type { Directory } from "./directory.ts";

/** What is kept on disk, for all replicas. */
export interface Remembered<T> {
  get(key: string): Promise<T | undefined>;
  set(key: string, value: T): Promise<void>;
}

/** Who belongs to groups and channels. Neither call fails. `undefined`: Slack does not say, and never has. */
export interface KnownMembers {
  /** As of some minutes ago at most. `again`: as of some seconds ago. While Slack cannot be asked: as it said last. */
  of(id: string, again?: "again"): Promise<ReadonlySet<string> | undefined>;
  /** As Slack said last, without asking it. */
  lastOf(id: string): Promise<ReadonlySet<string> | undefined>;
}

/** Whoever is taken out of a group may act for so long. */
const LIFE_MS = 5 * 60_000;
/** A crowd of people who are not in a group has it read once in this time. */
const AGAIN_MS = 5_000;
/** After a failure Slack is asked again soon, but not for every message. */
const FAILURE_LIFE_MS = 30_000;
/** Nobody waits longer for a new answer where there is an old one. */
const WAIT_MS = 1_000;

interface Known {
  members?: ReadonlySet<string>;
  /** When Slack was asked for them, ms since the epoch. */
  at: number;
  /** From when on (ms of a clock that never jumps) Slack is asked again. */
  until: number;
  /** The same, before somebody is refused. */
  againFrom: number;
  reading?: Promise<void>;
}

/**
 * Asks Slack for the members of each group and channel now and then, once for all who wait for it. What it said last is kept on
 * disk: an outage neither lets anybody in nor locks anybody out, also after a restart.
 */
export function createKnownMembers({
  membersOf,
  remembered,
  clock,
  log,
}: {
  membersOf: Directory["membersOf"];
  remembered: Remembered<Members>;
  clock: Clock;
  log: Log;
}): KnownMembers {
  const known = new Map<string, Known>();
  const notRead = createSparseLog((fields) => log.warn(fields, "members.not-read"));
  const notKept = createSparseLog((fields) => log.warn(fields, "members.not-kept"));

  function entryOf(id: string): Known {
    const entry = known.get(id) ?? { at: 0, until: 0, againFrom: 0 };
    known.set(id, entry);
    return entry;
  }

  async function read(id: string, entry: Known): Promise<void> {
    const at = clock.now();
    try {
      const members = await membersOf(id);
      Object.assign(entry, { members: new Set(members), at, ...pauses(LIFE_MS, AGAIN_MS) });
      await remembered.set(keyOf(id), { members, at }).catch((thrown: unknown) => {
        notKept({ id, error: toBridgeError(thrown).message });
      });
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const asked = error instanceof RateLimitedError ? error.retryAfterMs : 0;
      Object.assign(entry, pauses(Math.max(FAILURE_LIFE_MS, asked), Math.max(AGAIN_MS, asked)));
      notRead({ id, error: error.message });
      await recall(id, entry);
    }
  }

  const pauses = (life: number, again: number) => ({
    until: clock.monotonic() + life,
    againFrom: clock.monotonic() + again,
  });

  /** Another replica may have asked later, and before a restart so may this one. */
  async function recall(id: string, entry: Known): Promise<void> {
    const stored = await remembered.get(keyOf(id)).catch(() => undefined);
    if (!stored || (entry.members && stored.at <= entry.at)) return;
    Object.assign(entry, { members: new Set(stored.members), at: stored.at });
  }

  return {
    async of(id, again) {
      const entry = entryOf(id);
      if (clock.monotonic() >= (again ? entry.againFrom : entry.until)) {
        entry.reading ??= read(id, entry).finally(() => {
          delete entry.reading;
        });
        await (entry.members ? withinTime(entry.reading, WAIT_MS, undefined) : entry.reading);
      }
      return entry.members;
    },
    async lastOf(id) {
      const entry = entryOf(id);
      if (!entry.members) await recall(id, entry);
      return entry.members;
    },
  };
}

const keyOf = (id: string): string => `members/${id}`;
