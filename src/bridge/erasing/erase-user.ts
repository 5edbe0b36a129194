import { makeDerivedItemId, makeThreadKey, type Thread, toUserId } from "../../ids.ts";
import type { Audit } from "../audit-port.ts";
import type { ErasedThread, Erasure } from "../stored/erasure.ts";
import type { Erasures } from "./erasures.ts";
import type { ThreadEraser } from "./thread-eraser.ts";
import type { Busy, KeptOfUser, UserRecords } from "./user-records.ts";

export interface EraseUserDependencies {
  erasures: Erasures;
  userRecords: UserRecords;
  threadEraser: ThreadEraser;
  audit: Audit;
  now: () => number;
}

/**
 * Carries out the order of this id, or goes on with it: Slack first, then the state, at once, so that all that leads to what is
 * left stays until it is done. It waits while the User has an open conversation, or anything of theirs has not been delivered:
 * nothing is lost, and the order stays. Safe to repeat after it was ended anywhere.
 */
export async function eraseUser(
  id: string,
  signal: AbortSignal,
  dependencies: EraseUserDependencies,
): Promise<"done" | "waits"> {
  const { erasures, userRecords, audit, now } = dependencies;
  let erasure = await erasures.get(id);
  if (!erasure || erasure.doneAt !== undefined) return "done";
  const store = async (changed: Erasure): Promise<Erasure> => {
    await erasures.set(id, changed);
    return changed;
  };
  const wait = async (waitsFor: Busy): Promise<"waits"> => {
    if (erasure && erasure.waitsFor !== waitsFor) await store({ ...erasure, waitsFor });
    return "waits";
  };
  if (erasure.userIds) {
    const kept = await userRecords.read(erasure.userIds);
    if (kept.busy) return await wait(kept.busy);
    if (erasure.waitsFor) {
      const { waitsFor: _, ...going } = erasure;
      erasure = await store(going);
    }
    // Once the rows are gone nothing else can tell how many there were, nor which ids belong together.
    const isNew = erasure.rows === undefined || kept.conversationIds.length > 0;
    if (isNew) erasure = await store({ ...erasure, userIds: kept.userIds, rows: countRows(kept) });
    for (const thread of kept.threads) {
      erasure = await eraseThread(thread, erasure, store, signal, dependencies);
    }
    signal.throwIfAborted();
    if (!(await userRecords.erase(kept, erasure.pseudonym))) {
      // What has come since may stand in a thread by now.
      const past = erasure.threads
        .map(toPast)
        .filter(({ messages, files }) => messages + files > 0);
      await store({ ...erasure, threads: past, waitsFor: "waiting" });
      return "waits";
    }
    const { at, by, pseudonym } = erasure;
    await audit.record({ ...recordOf(id, { at, pseudonym, ...(by && { by }) }), result: "done" });
    const { userIds: _, ...rest } = erasure;
    erasure = await store(rest);
  }
  await userRecords.compact();
  await store({ ...erasure, doneAt: now() });
  return "done";
}

/** What is recorded of it: who wanted it, and nothing that leads to the User. */
export const recordOf = (id: string, { at, by, pseudonym }: Erasure | Omit<Erasure, "threads">) =>
  ({
    id: makeDerivedItemId(id, "erase"),
    at,
    what: "erase",
    ...(by !== undefined && { by }),
    userId: toUserId(pseudonym),
  }) as const;

const countRows = ({ rows }: KeptOfUser): Record<string, number> =>
  Object.fromEntries(Object.entries(rows).map(([table, { length }]) => [table, length]));

const toPast = (each: ErasedThread): ErasedThread => ({
  thread: each.thread,
  messages: each.messages - each.emptied.length - each.left.length,
  // Where Slack refused something they are counted again.
  files: each.left.length > 0 ? 0 : each.files,
  people: [],
  emptied: [],
  left: [],
  isPast: true,
});

async function eraseThread(
  thread: Thread,
  erasure: Erasure,
  store: (changed: Erasure) => Promise<Erasure>,
  signal: AbortSignal,
  { threadEraser }: Pick<EraseUserDependencies, "threadEraser">,
): Promise<Erasure> {
  const key = makeThreadKey(thread);
  const found = erasure.threads.find((each) => !each.isPast && makeThreadKey(each.thread) === key);
  if (found?.isDone) return erasure;
  const { ours, people, refused } = await threadEraser.contentOf(thread, signal);
  const first: ErasedThread = {
    thread,
    messages: ours.length,
    files: ours.reduce((sum, { files }) => sum + files.length, 0),
    people,
    emptied: [],
    left: [],
    ...(refused !== undefined && { refused }),
  };
  const withThread = (changed: ErasedThread): Erasure => ({
    ...erasure,
    threads: [...erasure.threads.filter((each) => each !== found), changed],
  });
  // What is counted before anything is deleted is right, wherever this ends.
  const known = found ?? first;
  if (!found) await store(withThread(known));
  const emptied: string[] = [];
  const left: string[] = [];
  for (const message of ours) {
    const outcome = await threadEraser.remove(thread, message, signal);
    if (outcome === "emptied") emptied.push(message.ts);
    if (outcome === "left") left.push(message.ts);
  }
  return await store(withThread({ ...known, people, emptied, left, isDone: true }));
}
