import { KEYS_LIFE_MS } from "../delivery/keys-life.ts";

const DAY_MS = 86_400_000;

/** How long callbacks may still use the id of a merged User of whom nothing else is kept. */
export const ALIAS_LIFE_MS = 30 * DAY_MS;

/** For how many days what has ended is kept. */
export interface RetentionDays {
  /** Ended conversations, dead letters and held items. */
  readonly records: number;
  /** Records of deeds. */
  readonly audit: number;
  /** What still fails is tried again. */
  readonly retries: number;
}

/** Before which times (ms) what has ended is no longer needed, as of `now`. */
export interface Retention {
  /** Idempotency keys. */
  readonly done: number;
  readonly dead: number;
  readonly held: number;
  readonly conversations: number;
  /** No sooner than the ids of their items: a request that is known has to have become something. */
  readonly handovers: number;
  readonly audit: number;
  /** Aliases that lead to a User of whom nothing else is kept, by when they were added. */
  readonly aliases: number;
}

export function retentionAt(now: number, days: RetentionDays): Retention {
  const before = (age: number) => now - age * DAY_MS;
  const records = before(days.records);
  return {
    done: now - KEYS_LIFE_MS,
    dead: records,
    held: records,
    conversations: records,
    handovers: Math.min(records, before(days.retries) - KEYS_LIFE_MS),
    audit: before(days.audit),
    aliases: now - ALIAS_LIFE_MS,
  };
}

/** Rows deleted by one statement. Few, so that a callback never waits long behind it. */
export const CHUNK = 500;

/** Deletes until nothing is left; `deleteSome` deletes at most `size` rows, and returns them. */
export async function deleteInChunks(
  size: number,
  deleteSome: () => Promise<readonly unknown[]>,
): Promise<void> {
  while ((await deleteSome()).length === size);
}
