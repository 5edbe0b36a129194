import type { PostgresDatabase } from "./open-postgres.ts";
import type { Session } from "./session.ts";
import { SHARE_LOCKS, SHARES } from "./shares.ts";

/** Who holds which shares, and who takes part, by the server's own word. */
export interface Sight {
  /** How many sessions take part, ours among them: those that can deliver now, and those that cannot. */
  readonly able: number;
  readonly unable: number;
  readonly ours: readonly number[];
  readonly free: readonly number[];
}

/** The locks of one session on shares: it has them until it gives them back or is over, whatever becomes of its process. */
export interface ShareLocks {
  /** Takes part from now on, as one that can deliver or cannot. */
  join(isAble: boolean): Promise<void>;
  /** No longer counts as one who takes part. */
  quit(): Promise<void>;
  look(): Promise<Sight>;
  /** Takes those of them that nobody has; the next look tells which. */
  claim(shares: readonly number[]): Promise<void>;
  release(shares: readonly number[]): Promise<void>;
}

/** Behind the shares: what everybody who takes part has, beside each other; of these two one. */
const ABLE = SHARES;
const UNABLE = SHARES + 1;

const LOCKS = `SELECT objid::int AS key, pid = pg_backend_pid() AS "isOurs" FROM pg_locks
  WHERE locktype = 'advisory' AND classid = $1 AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** How many bridges take part, asked by one who does not. */
export const membersSql = (lockClass: number): string =>
  `SELECT count(*) AS members FROM (${LOCKS.replace("$1", String(lockClass))}) AS locks WHERE key >= ${ABLE}`;

export async function countMembers({
  session,
  lockClass,
}: Pick<PostgresDatabase, "session" | "lockClass">): Promise<number> {
  const [row] = await session().read<{ members: number }>(membersSql(lockClass(SHARE_LOCKS)));
  return row?.members ?? 0;
}

/** A statement may run twice, and what is locked twice has to be unlocked twice. */
const onceEach = (lock: string) => `SELECT CASE
    WHEN key IN (SELECT key FROM (${LOCKS}) AS locks WHERE "isOurs") THEN true ELSE ${lock}($1::int, key)
  END FROM unnest($2::int[]) AS key`;

/** What the session does not have it is not asked to give back, about which the server would complain in its log. */
const QUIT = `SELECT pg_advisory_unlock_shared($1::int, key) FROM (${LOCKS}) AS locks
  WHERE "isOurs" AND key = ANY ($2::int[])`;

const JOIN = onceEach("pg_try_advisory_lock_shared");
const CLAIM = onceEach("pg_try_advisory_lock");

export function createShareLocks(session: Session, lockClass: number): ShareLocks {
  return {
    async join(isAble) {
      await session.read(JOIN, lockClass, [isAble ? ABLE : UNABLE]);
      await session.read(QUIT, lockClass, [isAble ? UNABLE : ABLE]);
    },
    async quit() {
      await session.read(QUIT, lockClass, [ABLE, UNABLE]);
    },
    async look() {
      const locks = await session.read<{ key: number; isOurs: boolean }>(LOCKS, lockClass);
      const held = new Set(locks.map(({ key }) => key));
      return {
        able: locks.filter(({ key }) => key === ABLE).length,
        unable: locks.filter(({ key }) => key === UNABLE).length,
        ours: locks.filter(({ key, isOurs }) => isOurs && key < ABLE).map(({ key }) => key),
        free: Array.from({ length: SHARES }, (_, share) => share).filter((each) => !held.has(each)),
      };
    },
    async claim(shares) {
      await session.read(CLAIM, lockClass, shares);
    },
    async release(shares) {
      // What was asked for before must be stored when somebody else takes them, and locks do not wait for that.
      await session.read("SELECT 1");
      const sql = "SELECT pg_advisory_unlock($1::int, share) FROM unnest($2::int[]) AS share";
      await session.read(sql, lockClass, shares);
    },
  };
}
