import { query } from "./postgres.ts";

/**
 * Has the clock of a database be so far ahead for all sessions that begin later: they find a function of the test's before the
 * server's own.
 */
export async function moveServerClock(url: string, aheadMs: number): Promise<void> {
  await query(
    url,
    `CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
     AS $$ SELECT pg_catalog.clock_timestamp() + interval '${aheadMs} ms' $$`,
  );
  const { pathname } = new URL(url);
  await query(url, `ALTER DATABASE ${pathname.slice(1)} SET search_path = public, pg_catalog`);
}
