import { defined } from "../defined.ts";
import { UnreadableError } from "../errors.ts";
import type { Json } from "../json.ts";
import { readJson } from "../read-json.ts";
import type { Row } from "./journal.ts";
import type { Item } from "./lanes.ts";

/** @throws {UnreadableError} this version does not understand the body */
export type ReadBody<Body> = (text: string) => Body;

/** @throws {UnreadableError} as {@link ReadBody}, or the progress is damaged */
export function readItem<Body>(row: Row, readBody: ReadBody<Body>): Item<Body> {
  return {
    lane: row.lane,
    id: row.id,
    ...defined({ sort: row.sort === "" ? undefined : row.sort }),
    body: readBody(row.body),
    attempt: row.attempts + 1,
    progress:
      row.progress === undefined
        ? undefined
        : (readJson(row.progress, "the progress of an item") as Json),
    appendedAt: row.appendedAt,
  };
}

/** The same for items that nobody is handling yet: what cannot be read is left where it is. */
export function tryReadItem<Body>(row: Row, readBody: ReadBody<Body>): Item<Body> | undefined {
  try {
    return readItem(row, readBody);
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}
