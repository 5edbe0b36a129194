import type { Session } from "./session.ts";

/**
 * Whether this session has the lock now, which then nobody else has until it is given back or the session is over. Safe to
 * repeat, as the batches of a session may do: it is never held twice.
 */
export async function tryLock(session: Session, key: string): Promise<boolean> {
  const [row] = await session.read<{ is_ours: boolean }>(
    `SELECT CASE WHEN EXISTS (
       SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 1
         AND classid = (($1::bigint >> 32) & 4294967295)::oid AND objid = ($1::bigint & 4294967295)::oid
     ) THEN true ELSE pg_try_advisory_lock($1::bigint) END AS is_ours`,
    key,
  );
  return row?.is_ours === true;
}

/** Gives the lock back. If it fails the session is over, and with it the lock. */
export async function unlock(session: Session, key: string): Promise<void> {
  await session.read("SELECT pg_advisory_unlock($1::bigint)", key).catch(() => {});
}
