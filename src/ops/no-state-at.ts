import type { StateLocation } from "../config/state-location.ts";
import { describeLocation } from "../state/describe-location.ts";

/** What a tool says that finds no state where STATE_URL says. */
export const noStateAt = (location: StateLocation): string =>
  `There is no state at ${describeLocation(location)}. Is STATE_URL the one that the bridge runs with?`;
