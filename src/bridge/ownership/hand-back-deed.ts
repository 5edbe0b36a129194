import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { ErrorCode } from "../../errors.ts";
import { makeDerivedItemId } from "../../ids.ts";
import type { Audit } from "../audit-port.ts";
import type { Conversation } from "../conversation.ts";
import type { Parley } from "../ports.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";

export interface DeedDependencies {
  parley: Pick<Parley, "self">;
  audit: Audit;
  now: () => number;
}

/** Before the conversation shows what became of it: whoever tries again after that finds nothing to record any more. */
export async function recordDeed(
  { item }: Work<OutboxBody>,
  { id: conversation, userId }: Conversation,
  { agent: by, to, reason }: HandBackRequest,
  failure: ErrorCode | undefined,
  { parley, audit, now }: DeedDependencies,
): Promise<void> {
  // One that failed is tried again after a crash, and may succeed then.
  const id = makeDerivedItemId(item.id, failure ? "hand-back failed" : "handed back");
  const outcome = failure
    ? ({ result: "failed", why: failure } as const)
    : { result: "done" as const };
  const deed = {
    id,
    at: now(),
    what: reason === "declined" ? "decline" : "hand-back",
    userId,
    conversation,
    ...defined({ by }),
  } as const;
  await audit.record({ ...deed, from: parley.self, to, ...outcome });
}
