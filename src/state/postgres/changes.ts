import type { PostgresDatabase } from "./open-postgres.ts";

/**
 * How replicas tell each other that somebody has changed something in a lane: a notification of a number and the lane, which is
 * sent when the change is stored. The numbers are those of the sequence `changes`: whoever has heard of smaller ones than it has
 * given out has missed something, or will hear of it soon.
 */
export interface Change {
  readonly number: number;
  /** `undefined`: its name did not fit. */
  readonly lane: string | undefined;
}

/** What to listen to. */
export const CHANGES = "changes";

/** SQL that tells of a change in the lane that this SQL names. */
export const tellOf = ({ channel }: Pick<PostgresDatabase, "channel">, lane: string): string =>
  // A notification holds less than 8,000 bytes.
  `pg_notify('${channel(CHANGES)}', nextval('changes') || ' ' || CASE WHEN octet_length(${lane}) < 7000 THEN ${lane} ELSE '' END)`;

export function readChange(payload: string): Change {
  const [, number = "0", lane] = /^(\d+) (.*)$/s.exec(payload) ?? [];
  return { number: Number(number), lane: lane || undefined };
}

/** The greatest number that was given out. */
export const CHANGES_GIVEN =
  "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS given FROM changes";
