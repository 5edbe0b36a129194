/** A moment (ms since the epoch) as bots are told it: in ISO 8601. */
export const moment = (at: number): string => new Date(at).toISOString();

/** The same; `null`: it never came, or nobody knows when. */
export const momentOrNull = (at: number | undefined): string | null =>
  at === undefined ? null : moment(at);
