import { CancelledError } from "../errors.ts";
import type { Journal, Row } from "./journal.ts";
import type { Item, Work } from "./lanes.ts";
import { type ItemReader, readItem, tryReadItem } from "./read-item.ts";
import type { StepRecords } from "./step.ts";
import { type AttemptSteps, createSteps, type PlaceInLane } from "./steps.ts";

/** The head of a lane, and the items that its handler took along; the head is the first of them. */
export interface TakenRows {
  row: Row;
  taken: Row[];
}

/** The work, for whoever decides what becomes of the attempt. */
export interface AttemptWork<Body> extends Work<Body>, Pick<AttemptSteps, "flushed" | "end"> {
  /** What the handler wants written together with the end of the item, in order. */
  readonly atEndWrites: readonly (() => Promise<unknown>)[];
}

/**
 * What a handler may do with a head.
 *
 * @throws {UnreadableError} this version does not understand what is on disk
 */
export function createWork<Body>(
  { row, taken }: TakenRows,
  {
    journal,
    reader,
    signal,
    place,
    over,
    onTake,
  }: {
    journal: Journal;
    reader: ItemReader<Body>;
    signal: AbortSignal;
    place: PlaceInLane;
    /** The `seq` of what is over, although the journal has it waiting still. */
    over: () => readonly number[];
    /** Others go with the head. */
    onTake: () => void;
  },
): AttemptWork<Body> {
  const { untilHead } = place;
  let mayChange = !row.begun;
  const atEndWrites: (() => Promise<unknown>)[] = [];

  function take(other: Row): void {
    taken.push(other);
    onTake();
  }

  async function save(records: StepRecords, begun: boolean): Promise<void> {
    const { seq, body } = row;
    const isEmpty = Object.keys(records).length === 0;
    const progress = isEmpty ? undefined : JSON.stringify({ steps: records });
    const change = { seq, body: mayChange ? body : undefined, progress, begun };
    if (!(await journal.saveProgress(change))) throw new CancelledError(row.id);
    mayChange = !begun;
  }

  const steps = createSteps({
    records: row.progress === undefined ? {} : reader.readProgress(row.progress),
    hasBegun: row.begun,
    requeues: row.requeues,
    place,
    save,
  });
  return {
    ...steps,
    item: readItem(row, reader),
    signal,
    atEndWrites,
    untilHead,
    atEnd: (write) => void atEndWrites.push(write),
    async takeFollowing(accept, limit) {
      await untilHead();
      const past = over();
      const found = await journal.head(row.lane, past.length + taken.length + limit);
      const known = found.filter(({ seq }) => !past.includes(seq));
      // An item was inserted before one that we hold: take nothing, or it would be overtaken.
      const isUnbroken = known[taken.length - 1]?.seq === taken.at(-1)?.seq;
      const items: Item<Body>[] = [];
      for (const next of isUnbroken ? known.slice(taken.length, taken.length + limit) : []) {
        const item = tryReadItem(next, reader);
        if (!item || !accept(item)) break;
        take(next);
        items.push(item);
      }
      return items;
    },
    async take(ids) {
      await untilHead();
      const past = over();
      const others = ids.filter((id) => id !== row.id);
      const items: Item<Body>[] = [];
      for (const other of others.length === 0 ? [] : await journal.waiting(others)) {
        const item = past.includes(other.seq) ? undefined : tryReadItem(other, reader);
        if (!item) continue;
        items.push(item);
        if (!taken.some(({ seq }) => seq === other.seq)) take(other);
      }
      return items;
    },
  };
}
