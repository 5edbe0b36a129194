import type { Audit } from "../bridge/audit-port.ts";
import { auditRefusal } from "../bridge/audit-refusal.ts";
import type { Conversation } from "../bridge/conversation.ts";
import type { Desk, Permissions } from "../bridge/desk-ports.ts";
import type { Conversations, ThreadReader } from "../bridge/ports.ts";
import { teamIn } from "../bridge/teams/team-in.ts";
import type { TakeInDependencies } from "../bridge/to-parley/take-in-reply.ts";
import { defined } from "../defined.ts";
import type { Refusal } from "../errors.ts";
import { type ItemId, makeReplyItemId, makeThreadKey, type Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import type { NoteReaction } from "./parse-note-reaction.ts";

export interface TakeInLockDependencies {
  outbox: Pick<TakeInDependencies["outbox"], "find" | "cancel">;
  reader: Pick<ThreadReader, "threadOf">;
  conversations: Pick<Conversations, "byThread">;
  permissions: Pick<Permissions, "refusalOf">;
  desk: Pick<Desk, "teamOf">;
  audit: Audit;
  /** Our workspace. */
  team: string;
  botUserId: string;
  now: () => number;
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
  const { botUserId, outbox, conversations, permissions, desk, log } = dependencies;
  if (agent === botUserId) return;
  const id = makeReplyItemId(dependencies.team, channel, ts);
  const thread = await findThread(id, channel, ts, dependencies);
  if (!thread) return;
  const about = thread === "unknown" ? undefined : await conversations.byThread(thread);
  const team = about && thread !== "unknown" ? teamIn(thread, about, desk) : undefined;
  const refusal = await permissions.refusalOf(
    defined({ agent, foreignTeam }),
    { as: "agent", team },
    LOOK_UP_WITHIN_MS,
  );
  if (refusal && refusal.kind !== "not-known" && !(await isWriter(agent, id, dependencies))) {
    await recordRefusal(id, agent, refusal, about, dependencies);
    return log.info({ agent, reason: refusal.kind, type: "reaction_added" }, "actor.refused");
  }
  const isInTime = await outbox.cancel(id);
  log.info({ ts, item: id, in_time: isInTime }, "reply.locked");
}

async function isWriter(
  agent: string,
  id: ItemId,
  { outbox }: Pick<TakeInLockDependencies, "outbox">,
): Promise<boolean> {
  const kept = await outbox.find(id);
  return kept?.body.kind === "reply" && kept.body.reply.agent === agent;
}

/** A lock on what is no reply, or is over, would have had no effect. */
async function recordRefusal(
  id: ItemId,
  by: string,
  { kind: why }: Refusal,
  about: Conversation | undefined,
  { outbox, audit, now }: TakeInLockDependencies,
): Promise<void> {
  const kept = await outbox.find(id);
  if (kept?.body.kind !== "reply") return;
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  const place = makeThreadKey(kept.body.reply.thread);
  await auditRefusal({ what: "lock", by, at: now(), why, place, ...whose }, audit);
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
  // If Slack does not say, the lock counts all the same.
  if (found === "unknown") return "unknown";
  if (found === "none") return undefined;
  const { thread, openedBy } = found;
  const isOurs = openedBy === botUserId || (await conversations.byThread(thread)) !== undefined;
  return isOurs ? thread : undefined;
}
