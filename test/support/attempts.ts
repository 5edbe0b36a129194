import type { Fields } from "../../src/log.ts";
import type { CapturedLog } from "./captured-log.ts";

/** The attempts in a lane so far, as the log shows them. */
export const attemptsIn = ({ lines }: CapturedLog, lane: string): Fields[] =>
  lines
    .filter(({ event, fields }) => event === "delivery.attempted" && fields.lane === lane)
    .map(({ fields }) => fields);

/** The attempts in a lane that were the last of their item. */
export const settledIn = (log: CapturedLog, lane: string): Fields[] =>
  attemptsIn(log, lane).filter(
    ({ outcome }) => outcome === "done" || outcome === "ignored" || outcome === "dead",
  );
