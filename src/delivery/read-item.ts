import { defined } from "../defined.ts";
import { UnreadableError } from "../errors.ts";
import type { Row } from "./journal.ts";
import type { Item } from "./lanes.ts";
import type { StepRecords } from "./step.ts";

/** How the text on disk becomes what it was. */
export interface ItemReader<Body> {
  /** @throws {UnreadableError} this version does not understand it, or it is damaged */
  readBody(text: string): Body;
  /** @throws {UnreadableError} this version does not understand it, or it is damaged */
  readProgress(text: string): StepRecords;
}

/** @throws {UnreadableError} this version does not understand its body */
export function readItem<Body>(row: Row, { readBody }: ItemReader<Body>): Item<Body> {
  return {
    lane: row.lane,
    id: row.id,
    ...defined({ sort: row.sort === "" ? undefined : row.sort }),
    body: readBody(row.body),
    attempt: row.attempts + 1,
    triedMs: row.triedMs,
    hasProgress: row.progress !== undefined,
    appendedAt: row.appendedAt,
  };
}

/** The same for items that nobody is handling yet: what cannot be read is left where it is. */
export function tryReadItem<Body>(row: Row, reader: ItemReader<Body>): Item<Body> | undefined {
  try {
    if (row.progress !== undefined) reader.readProgress(row.progress);
    return readItem(row, reader);
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}
