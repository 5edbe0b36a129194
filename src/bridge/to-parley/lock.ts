import { defined } from "../../defined.ts";
import type { Refusal } from "../../errors.ts";
import { makeThreadKey } from "../../ids.ts";
import type { Audit } from "../audit-port.ts";
import { auditRefusal } from "../audit-refusal.ts";
import type { Conversation } from "../conversation.ts";
import type { Actor, Desk, Permissions } from "../desk-ports.ts";
import type { Conversations } from "../ports.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import { teamIn } from "../teams/team-in.ts";

export interface LockDependencies {
  conversations: Pick<Conversations, "byThread">;
  permissions: Pick<Permissions, "refusalOf">;
  desk: Pick<Desk, "teamOf">;
  audit: Audit;
  now: () => number;
}

/**
 * Why a lock that somebody puts on a reply in this thread does not make it a note; `undefined`: it does. One of whom nobody can tell
 * counts: better keep a reply inside in vain than send a note to the User.
 */
export async function refusalOfLock(
  actor: Actor,
  { thread, about }: { thread: AgentReply["thread"] | undefined; about: Conversation | undefined },
  { permissions, desk }: Pick<LockDependencies, "permissions" | "desk">,
  withinMs?: number,
): Promise<Refusal | undefined> {
  const team = thread && about && teamIn(thread, about, desk);
  const refusal = await permissions.refusalOf(actor, { as: "agent", team }, withinMs);
  return refusal?.kind === "not-known" ? undefined : refusal;
}

/** Records that somebody's lock on a reply had no effect. */
export async function recordRefusedLock(
  { thread }: Pick<AgentReply, "thread">,
  by: string,
  { kind: why }: Refusal,
  about: Conversation | undefined,
  { audit, now }: Pick<LockDependencies, "audit" | "now">,
): Promise<void> {
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  const place = makeThreadKey(thread);
  await auditRefusal({ what: "lock", by, at: now(), why, place, ...whose }, audit);
}

/** Whether one of those who have put a lock on a reply that was read back makes it a note, as if the event had come. */
export async function isLockedByAgent(
  reply: AgentReply,
  lockedBy: readonly string[],
  dependencies: LockDependencies,
): Promise<boolean> {
  const { thread } = reply;
  const about = await dependencies.conversations.byThread(thread);
  const refused: [string, Refusal][] = [];
  for (const agent of lockedBy) {
    const refusal = await refusalOfLock({ agent }, { thread, about }, dependencies);
    if (!refusal) return true;
    refused.push([agent, refusal]);
  }
  for (const [agent, refusal] of refused) {
    await recordRefusedLock(reply, agent, refusal, about, dependencies);
  }
  return false;
}
