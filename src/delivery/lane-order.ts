import type { Place } from "./journal.ts";

/** Compares rows as every journal orders a lane: `sort` by the bytes of its UTF-8, as SQLite compares texts. */
export const inLaneOrder = (a: Place, b: Place): number =>
  a.barrier - b.barrier || compareBytes(a.sort, b.sort) || a.seq - b.seq;

const compareBytes = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
