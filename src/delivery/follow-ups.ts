import type { FollowUp, Lane } from "./lane.ts";

/** Adds something that must be done before the lane goes on. */
export const addFollowUp = (lane: Lane, item: FollowUp["item"], run: FollowUp["run"]): void => {
  lane.followUps.push({ item, run });
};

/** Does what the lane has to do before it goes on, in order. What fails stays, with everything behind it, and is thrown. */
export async function runFollowUps(lane: Lane): Promise<void> {
  for (let next = lane.followUps[0]; next; next = lane.followUps[0]) {
    await next.run();
    lane.followUps.shift();
    lane.failures = 0;
  }
}
