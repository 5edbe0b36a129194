import type { HandBackRequest } from "../stored/outbox-body.ts";

/** Whether the desk has begun it for something that may not be so any more, such as that nobody has answered. */
export const isConditional = ({
  onlyIfClock,
  onlyIfLease,
}: Pick<HandBackRequest, "onlyIfClock" | "onlyIfLease">): boolean =>
  onlyIfClock !== undefined || onlyIfLease !== undefined;
