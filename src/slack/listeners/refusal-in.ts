import type { AuditedDeed } from "../../bridge/audit-port.ts";
import { auditRefusal } from "../../bridge/audit-refusal.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { teamIn } from "../../bridge/teams/team-in.ts";
import { defined } from "../../defined.ts";
import type { Thread } from "../../ids.ts";
import { renderRefusal } from "../../views/refusal.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";

/** Slack waits 3 s for everything. Who somebody is has just been asked, so there is an answer by now, or none in time. */
const LOOK_UP_WITHIN_MS = 500;

/**
 * Why somebody (`by`, a Slack id) may not act in the thread of a conversation, in words for them; `undefined`: they may. Takes little time
 * whatever Slack does.
 */
export async function refusalIn(
  thread: Thread,
  conversation: Conversation | undefined,
  { by, what }: { readonly by: string; readonly what: AuditedDeed },
  { permissions, desk, audit, now, texts, log }: ListenerDependencies,
): Promise<string | undefined> {
  const team = conversation && teamIn(thread, conversation, desk);
  const deed = { as: "agent", team } as const;
  const refusal = await permissions.refusalOf({ agent: by }, deed, LOOK_UP_WITHIN_MS);
  if (!refusal) return undefined;
  log.info({ agent: by, reason: refusal.kind, type: what }, "actor.refused");
  const whose = defined({ userId: conversation?.userId, conversation: conversation?.id });
  const place = conversation?.id ?? "";
  await auditRefusal({ what, by, at: now(), why: refusal.kind, place, ...whose }, audit);
  return renderRefusal(refusal, texts);
}
