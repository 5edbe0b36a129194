import type { AuditedDeed } from "../../bridge/audit-port.ts";
import { auditRefusal } from "../../bridge/audit-refusal.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { teamIn } from "../../bridge/teams/team-in.ts";
import { defined } from "../../defined.ts";
import type { Refusal } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderRefusal } from "../../views/refusal.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";

/** Slack waits 3 s for everything. Who somebody is has just been asked, so there is an answer by now, or none in time. */
const LOOK_UP_WITHIN_MS = 500;

/** Somebody (a Slack id), and what they would do. */
export interface Attempt {
  readonly by: string;
  readonly what: AuditedDeed;
}

/**
 * Why somebody may not act in the thread of a conversation, in words for them; `undefined`: they may. Takes little time
 * whatever Slack does.
 */
export async function refusalIn(
  thread: Thread,
  conversation: Conversation | undefined,
  attempt: Attempt,
  dependencies: ListenerDependencies,
): Promise<string | undefined> {
  const { permissions, desk } = dependencies;
  const team = conversation && teamIn(thread, conversation, desk);
  const deed = { as: "agent", team } as const;
  const refusal = await permissions.refusalOf({ agent: attempt.by }, deed, LOOK_UP_WITHIN_MS);
  return refusal && (await recordRefusedDeed(refusal, conversation, attempt, dependencies));
}

/** Records that somebody was refused; returns why, in words for them. */
export async function recordRefusedDeed(
  refusal: Refusal,
  conversation: Conversation | undefined,
  { by, what }: Attempt,
  { audit, now, texts, log }: ListenerDependencies,
): Promise<string> {
  log.info({ agent: by, reason: refusal.kind, type: what }, "actor.refused");
  const whose = defined({ userId: conversation?.userId, conversation: conversation?.id });
  const place = conversation?.id ?? "";
  await auditRefusal({ what, by, at: now(), why: refusal.kind, place, ...whose }, audit);
  return renderRefusal(refusal, texts);
}
