import type { Conversations, Permissions, ThreadReader } from "../bridge/ports.ts";
import type { TakeInDependencies } from "../bridge/to-parley/take-in-reply.ts";
import { defined } from "../defined.ts";
import { makeReplyItemId } from "../ids.ts";
import type { Log } from "../log.ts";
import type { NoteReaction } from "./parse-note-reaction.ts";

export interface TakeInLockDependencies {
  outbox: Pick<TakeInDependencies["outbox"], "find" | "cancel">;
  reader: Pick<ThreadReader, "threadOf">;
  conversations: Pick<Conversations, "byThread">;
  permissions: Permissions;
  /** Our workspace. */
  team: string;
  botUserId: string;
  log: Log;
}

/** A lock on a message makes it a note, unless it has been sent already. `foreignTeam`: where it was put, if not with us. */
export async function takeInLock(
  { agent, channel, ts }: NoteReaction,
  foreignTeam: string | undefined,
  dependencies: TakeInLockDependencies,
): Promise<void> {
  const { team, botUserId, outbox, permissions, log } = dependencies;
  if (agent === botUserId) return;
  const refusal = await permissions.refusalOf(defined({ agent, foreignTeam }));
  if (refusal) {
    return log.info({ agent, reason: refusal.kind, type: "reaction_added" }, "actor.refused");
  }
  const id = makeReplyItemId(team, channel, ts);
  if (!(await mayBeReply(channel, ts, dependencies))) return;
  const isInTime = await outbox.cancel(id);
  log.info({ ts, item: id, in_time: isInTime }, "reply.locked");
}

/** Whether the message may be a reply in one of our threads. Locks on other messages are not recorded. */
async function mayBeReply(
  channel: string,
  ts: string,
  { team, botUserId, outbox, reader, conversations }: TakeInLockDependencies,
): Promise<boolean> {
  if (await outbox.find(makeReplyItemId(team, channel, ts))) return true;
  const found = await reader.threadOf(channel, ts);
  // If Slack does not say, better record a lock in vain than send a note to the User.
  if (found === "unknown") return true;
  if (found === "none") return false;
  return found.openedBy === botUserId || (await conversations.byThread(found.thread)) !== undefined;
}
