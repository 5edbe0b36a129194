import type { ChannelTrouble } from "../ports.ts";

/** Whoever cannot see a channel does not know for sure whether it is there. */
const OUT_OF_REACH: readonly (ChannelTrouble | undefined)[] = ["deleted", "removed", "unseen"];

/** Whether it is nothing new for people. */
export const isSameTrouble = (
  a: ChannelTrouble | undefined,
  b: ChannelTrouble | undefined,
): boolean => a === b || (OUT_OF_REACH.includes(a) && OUT_OF_REACH.includes(b));
