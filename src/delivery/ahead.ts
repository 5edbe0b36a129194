import type { Journal, Row } from "./journal.ts";
import type { Lane } from "./lane.ts";
import { inLaneOrder } from "./lane-order.ts";

/** A row with a longer body is read when its turn comes: thousands of lanes may wait for theirs. */
const LONGEST_KEPT = 64 * 1024;

/**
 * The rows that come next in a lane, in order, as far as they are known without asking the journal again. It was true when
 * the lane was empty, or when the journal was asked, and what has been appended since then is in it. Whatever else changes
 * the lane has all of it forgotten.
 */
export interface Ahead {
  rows: Row[];
  /** Nothing else waits in the lane. */
  isAll: boolean;
  /** The journal is being asked. Until it has answered, `rows` are those that have arrived meanwhile. */
  answer: Promise<void> | undefined;
}

/** Of a lane in which nothing waits. */
export const nothingAhead = (): Ahead => ({ rows: [], isAll: true, answer: undefined });

export const forgetAhead = (lane: Lane): void => {
  lane.ahead = undefined;
};

export const isKnownToBeEmpty = ({ ahead }: Lane): boolean =>
  ahead?.isAll === true && ahead.rows.length === 0;

/**
 * Asks the journal what comes next, besides the rows that are being handled by then. Rows whose `append` is called after this come in
 * through {@link keep}; those of earlier calls are in the answer.
 */
export function lookAhead(
  lane: Lane,
  journal: Pick<Journal, "head">,
  handled: readonly Row[] = [],
): Ahead {
  const { mayKeep: most } = lane;
  const ahead: Ahead = { rows: [], isAll: false, answer: undefined };
  // If the item before could not be ended, it is in the answer: whoever stores its end has the answer forgotten then.
  ahead.answer = Promise.all([journal.head(lane.key, most + 1), lane.storing]).then(
    ([found]) => {
      const arrived = ahead.rows;
      ahead.rows = found.filter(({ seq }) => !handled.some((row) => row.seq === seq));
      ahead.isAll = found.length <= most;
      ahead.answer = undefined;
      // The first of them is handled at once if nothing else is.
      const long = ahead.rows.findIndex(
        (row, index) => isLong(row) && (handled.length > 0 || index > 0),
      );
      if (long >= 0) cut(ahead, long);
      for (const row of arrived) {
        if (!found.some(({ seq }) => seq === row.seq)) keep(lane, ahead, row);
      }
    },
    (error: unknown) => {
      if (lane.ahead === ahead) forgetAhead(lane);
      throw error;
    },
  );
  lane.ahead = ahead;
  return ahead;
}

/** Puts a row that has been appended into its place. `ahead` is what was known of the lane when `append` was called. */
export function keep(lane: Pick<Lane, "mayKeep">, ahead: Ahead, row: Row): void {
  if (ahead.answer) return void ahead.rows.push(row);
  const { rows } = ahead;
  const behind = rows.findIndex((other) => inLaneOrder(row, other) < 0);
  // Others may be between it and the last that is known.
  if (behind < 0 && !ahead.isAll) return;
  const place = behind < 0 ? rows.length : behind;
  rows.splice(place, 0, row);
  const most = isLong(row) ? place : lane.mayKeep;
  if (rows.length > most) cut(ahead, most);
}

const isLong = ({ body }: Row): boolean => body.length > LONGEST_KEPT;

/** Forgets all but the first `count` rows. */
function cut(ahead: Ahead, count: number): void {
  ahead.rows.length = count;
  ahead.isAll = false;
}
