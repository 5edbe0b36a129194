import type { ThreadReader } from "../bridge/ports.ts";
import {
  type LockDependencies,
  recordRefusedLock,
  refusalOfLock,
} from "../bridge/to-parley/lock.ts";
import type { TakeInDependencies } from "../bridge/to-parley/take-in-reply.ts";
import { defined } from "../defined.ts";
import { type ItemId, makeReplyItemId, type Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import type { NoteReaction } from "./parse-note-reaction.ts";

export interface TakeInLockDependencies extends LockDependencies {
  outbox: Pick<TakeInDependencies["outbox"], "find" | "cancel">;
  reader: Pick<ThreadReader, "threadOf">;
  /** Our workspace. */
  team: string;
  botUserId: string;
  log: Log;
}

/** Slack waits 3 s for the acknowledgement, and looking for the thread takes time too. */
const LOOK_UP_WITHIN_MS = 1_000;

/**
 * A lock that an agent puts on a message makes it a note, unless it has been sent already. So does one of its writer, and one of
 * whom nobody can tell in time: better record a lock in vain than send a note to the User. `foreignTeam`: where it was put, if
 * not with us.
 */
export async function takeInLock(
  { agent, channel, ts }: NoteReaction,
  foreignTeam: string | undefined,
  dependencies: TakeInLockDependencies,
): Promise<void> {
  const { botUserId, outbox, conversations, log } = dependencies;
  if (agent === botUserId) return;
  const id = makeReplyItemId(dependencies.team, channel, ts);
  const found = await findThread(id, channel, ts, dependencies);
  if (!found) return;
  // If Slack does not say in which thread it is, the lock counts all the same.
  const thread = found === "unknown" ? undefined : found;
  const about = thread && (await conversations.byThread(thread));
  const actor = defined({ agent, foreignTeam });
  const refusal = await refusalOfLock(actor, { thread, about }, dependencies, LOOK_UP_WITHIN_MS);
  const kept = refusal && (await outbox.find(id));
  const reply = kept?.body.kind === "reply" ? kept.body.reply : undefined;
  if (refusal && reply?.agent !== agent) {
    // A lock on what is no reply, or is over, would have had no effect.
    if (reply) await recordRefusedLock(reply, agent, refusal, about, dependencies);
    return log.info({ agent, reason: refusal.kind, type: "reaction_added" }, "actor.refused");
  }
  const isInTime = await outbox.cancel(id);
  log.info({ ts, item: id, in_time: isInTime }, "reply.locked");
}

/** The thread of ours that a message is in. Locks on other messages are not recorded. */
async function findThread(
  id: ItemId,
  channel: string,
  ts: string,
  { botUserId, outbox, reader, conversations }: TakeInLockDependencies,
): Promise<Thread | "unknown" | undefined> {
  const item = await outbox.find(id);
  if (item?.body.kind === "reply") return item.body.reply.thread;
  const found = await reader.threadOf(channel, ts);
  if (found === "unknown") return "unknown";
  if (found === "none") return undefined;
  const { thread, openedBy } = found;
  const isOurs = openedBy === botUserId || (await conversations.byThread(thread)) !== undefined;
  return isOurs ? thread : undefined;
}
