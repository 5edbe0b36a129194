import { auditRefusal } from "../bridge/audit-refusal.ts";
import type { Audit, Conversations, Permissions, ThreadReader } from "../bridge/ports.ts";
import type { OutboxBody } from "../bridge/stored/outbox-body.ts";
import type { TakeInDependencies } from "../bridge/to-parley/take-in-reply.ts";
import { defined } from "../defined.ts";
import type { Refusal } from "../errors.ts";
import { makeReplyItemId, makeThreadKey } from "../ids.ts";
import type { Log } from "../log.ts";
import type { NoteReaction } from "./parse-note-reaction.ts";

export interface TakeInLockDependencies {
  outbox: Pick<TakeInDependencies["outbox"], "find" | "cancel">;
  reader: Pick<ThreadReader, "threadOf">;
  conversations: Pick<Conversations, "byThread">;
  permissions: Permissions;
  audit: Audit;
  /** Our workspace. */
  team: string;
  botUserId: string;
  now: () => number;
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
  const id = makeReplyItemId(team, channel, ts);
  if (refusal) {
    const kept = await outbox.find(id);
    // One that is no reply, or is over, would have had no effect.
    if (kept) await recordRefusal(kept.body, agent, refusal, dependencies);
    return log.info({ agent, reason: refusal.kind, type: "reaction_added" }, "actor.refused");
  }
  if (!(await mayBeReply(channel, ts, dependencies))) return;
  const isInTime = await outbox.cancel(id);
  log.info({ ts, item: id, in_time: isInTime }, "reply.locked");
}

async function recordRefusal(
  body: OutboxBody,
  by: string,
  { kind: why }: Refusal,
  { conversations, audit, now }: TakeInLockDependencies,
): Promise<void> {
  if (body.kind !== "reply") return;
  const { thread } = body.reply;
  const about = await conversations.byThread(thread);
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  const place = makeThreadKey(thread);
  await auditRefusal({ what: "lock", by, at: now(), why, place, ...whose }, audit);
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
