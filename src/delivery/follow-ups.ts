import { StorageError, toBridgeError } from "../errors.ts";
import type { FollowUp, Lane } from "./lane.ts";
import { DEFECT_TRIES } from "./outcome.ts";

/** Adds something that must be done before the lane goes on. */
export const addFollowUp = (
  lane: Lane,
  item: FollowUp["item"],
  run: FollowUp["run"],
  { ends = [], isOwed = false }: Partial<Pick<FollowUp, "ends" | "isOwed">> = {},
): void => {
  lane.followUps.push({ item, run, ends, isOwed });
};

/** The `seq` of what is over, although the journal has it waiting still. */
export const endingIn = ({ followUps }: Lane): readonly number[] =>
  followUps.flatMap(({ ends }) => ends);

/** Does what the lane has to do before it goes on, in order. What fails stays, with everything behind it, and is thrown. */
export const runFollowUps = (lane: Lane): Promise<void> => runWhile(() => true, lane);

/** The same with those of which nobody knows but we: the others are left to whoever has the lane next. */
export const storeFollowUps = (lane: Lane): Promise<void> =>
  runWhile(({ isOwed }) => !isOwed, lane);

async function runWhile(isWanted: (next: FollowUp) => boolean, lane: Lane): Promise<void> {
  for (let next = lane.followUps[0]; next && isWanted(next); next = lane.followUps[0]) {
    if (lane.tenure.isLost()) throw new StorageError("The lane is not ours any more");
    await next.run();
    lane.followUps.shift();
    lane.failures = 0;
  }
}

/**
 * Issues these writes in their order and in one turn of the event loop, so that the store commits them together. Removes
 * those that succeed.
 *
 * @throws what the first of those threw that failed
 */
export async function writeTogether(writes: Set<() => Promise<unknown>>): Promise<void> {
  const results = await Promise.allSettled(
    [...writes].map(async (write) => {
      await write();
      writes.delete(write);
    }),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/**
 * Runs a part of a follow-up that the lane must not wait for for ever: where something cannot be read it is left out, and
 * after some tries a defect ends in none of it, too. Each failure before that is in the log.
 */
export async function orGiveUp<Result>(
  lane: Lane,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.code === "unreadable") return undefined;
    if (error.code !== "defect" || lane.failures < DEFECT_TRIES) throw error;
    return undefined;
  }
}
