import type { Statement } from "./sql-value.ts";

/** What a replica tells of those who wait for turns under one key, and asks for. */
export interface TurnsAsked {
  readonly key: string;
  readonly replica: string;
  readonly perSecond: number;
  readonly burst: number;
  /** For how long the first of its callers have waited, ms, in their order: those of normal priority first. */
  readonly ages: readonly number[];
  /** How many of these are of normal priority. */
  readonly normal: number;
  /** How many wait there altogether. */
  readonly waiting: number;
  /** For how long nobody may go, ms. */
  readonly pauseMs: number;
  /** How many turns, the last of those that it was given, nobody took. They count as never given if nobody was given any since. */
  readonly unused: number;
  /** What it was told with them. */
  readonly evenAt: number;
}

/** What it is told. */
export interface TurnsGiven {
  /** In how many ms each of its next callers may go; empty: none. */
  readonly turns: readonly number[];
  /** When to ask again for the one behind them, ms; null: there is none. */
  readonly againInMs: number | null;
  readonly evenAt: number;
  /** How many wait at other replicas. */
  readonly others: number;
  readonly isNewKey: boolean;
}

/** Where a turn comes each few ms, those of so many ms are given at once: asking for each would take longer. */
const AHEAD_MS = 20;

/** A place in the line counts for so long after the moment at which its replica was to ask again. */
const GRACE_MS = 2_000;

/** So much later than the first in the line all others ask. */
const BEHIND_FIRST_MS = 50;

export function askForTurns(asked: TurnsAsked): Statement {
  const { key, replica, perSecond, burst, ages, normal, waiting, pauseMs, unused, evenAt } = asked;
  const everyMs = 1000 / perSecond;
  const aheadMs = everyMs > AHEAD_MS ? 0 : AHEAD_MS;
  const behindMs = Math.max(5, Math.min(BEHIND_FIRST_MS, everyMs / 2));
  return {
    sql: SQL,
    locks: [`pace/${key}`],
    values: [
      key,
      replica,
      everyMs,
      (burst - 1) * everyMs,
      aheadMs,
      behindMs,
      ages,
      normal,
      waiting,
      pauseMs,
      unused,
      evenAt,
    ],
  };
}

/**
 * Everything is told in ms, by the clock of the database alone. `even_at` is when the next turn would come at an even pace: it
 * may come a burst earlier, and each turn moves it on. A turn is given to whoever has waited longest, anywhere: of each replica
 * the place of its first caller is known. One that has not asked again in time has no place.
 */
const SQL = `
WITH ask AS (
  SELECT $1::text AS key, $2::text AS replica, $3::float8 AS every, $4::float8 AS burst,
    $5::float8 AS ahead, $6::float8 AS behind,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
), known AS (
  -- If the clock was set back, so is what it was compared with.
  SELECT ask.*, pace.key IS NULL AS is_new,
    coalesce(
      even_at + least(0, now - told_at)
        - CASE WHEN even_at = $12::float8 THEN $11::int * every ELSE 0 END,
      now + burst
    ) AS even_at,
    greatest(now + $10::float8, paused_until + least(0, now - told_at)) AS open_at
  FROM ask LEFT JOIN pace ON pace.key = ask.key
), base AS (
  SELECT *, greatest(even_at, open_at) AS first_at FROM known
), others AS (
  SELECT is_low, since, waiting
  FROM ask JOIN pace_lines AS line ON line.key = ask.key AND line.replica <> ask.replica
  WHERE told_at <= now AND counts_until > now
), callers AS (
  SELECT place, place > $8::int AS is_low, now - age AS since,
    greatest(open_at, first_at + (place - 1) * every - burst) AS turn_at,
    EXISTS (
      SELECT FROM others
      WHERE (others.is_low, others.since + ahead) < (place > $8::int, now - age)
    ) AS is_behind
  FROM base, unnest($7::float8[]) WITH ORDINALITY AS caller (age, place)
), given AS (
  -- A timer may ring slightly early.
  SELECT count(*)::int AS count, coalesce(array_agg(
      CASE WHEN turn_at <= now + 0.5 THEN 0 ELSE turn_at - now END ORDER BY place
    ), '{}') AS turns
  FROM callers, ask
  WHERE turn_at <= now + ahead + 0.5 AND NOT is_behind
), rest AS (
  SELECT is_low, since,
    greatest(0, turn_at - now - ahead / 2) + CASE WHEN is_behind THEN behind ELSE 0 END AS again_in
  FROM callers, given, ask
  WHERE place = given.count + 1
), next AS (
  SELECT CASE WHEN count > 0 THEN first_at + count * every ELSE even_at END AS even_at
  FROM base, given
), told AS (
  INSERT INTO pace (key, even_at, paused_until, told_at)
  SELECT key, next.even_at, open_at, now FROM base, next
  ON CONFLICT (key) DO UPDATE SET even_at = excluded.even_at, paused_until = excluded.paused_until,
    told_at = excluded.told_at
), left_line AS (
  DELETE FROM pace_lines AS line USING ask
  WHERE line.key = ask.key AND CASE WHEN line.replica = ask.replica
    THEN NOT EXISTS (SELECT FROM rest) ELSE counts_until <= now END
), stayed AS (
  INSERT INTO pace_lines (key, replica, is_low, since, waiting, told_at, counts_until)
  SELECT key, replica, is_low, since, $9::int - count, now, now + again_in + ${GRACE_MS}
  FROM rest, given, ask
  ON CONFLICT (key, replica) DO UPDATE SET is_low = excluded.is_low, since = excluded.since,
    waiting = excluded.waiting, told_at = excluded.told_at, counts_until = excluded.counts_until
)
SELECT turns, next.even_at AS "evenAt", (SELECT again_in FROM rest) AS "againInMs",
  (SELECT coalesce(sum(waiting), 0)::int FROM others) AS others, is_new AS "isNewKey"
FROM given, next, known`;

const FORGET_AFTER_MS = 3_600_000;

/** Forgets keys for which nobody has asked for long. */
export const forgetUnused: Statement = {
  sql: `
WITH old AS (
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 - ${FORGET_AFTER_MS} AS at
), gone AS (
  DELETE FROM pace_lines USING old WHERE counts_until < at
)
DELETE FROM pace USING old WHERE told_at < at AND paused_until < at`,
  values: [],
};
