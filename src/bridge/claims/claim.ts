import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import { makeDerivedItemId } from "../../ids.ts";
import {
  type ClaimLoss,
  renderAssignedToYou,
  renderClaimed,
  renderNotClaimed,
} from "../../views/claims.ts";
import { nameOf } from "../../views/name-of.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { personLane } from "../inbox-lanes.ts";
import type { Notifier } from "../notifier.ts";
import type { Conversations, Permalink } from "../ports.ts";
import type { ClaimRequest, InboxBody } from "../stored/inbox-body.ts";
import { withClaimBy } from "./with-claim.ts";

export interface ClaimDependencies {
  conversations: Conversations;
  desk: Desk;
  inbox: Pick<Lanes<InboxBody>, "append">;
  notifier: Notifier;
  audit: Audit;
  permalink: Permalink;
  texts: Texts;
  now: () => number;
}

/**
 * Lets somebody answer a User from now on, or nobody, unless the one who had the User when that was asked for has them no more. It
 * is one change of the conversation, so of several at the same moment one wins; the others are told who did. Safe to repeat.
 */
export async function claim(
  work: Work<InboxBody>,
  request: ClaimRequest,
  dependencies: ClaimDependencies,
): Promise<void> {
  const { conversations, desk, now } = dependencies;
  const { item } = work;
  const { to, expects, ts } = request;
  const wanted = to === undefined ? undefined : { by: to, since: now(), ...defined({ ts }) };
  const changed = await conversations.update(request.conversation, (c) =>
    desk.teamOf(c).name === request.team
      ? withClaimBy(c, item.id, expects, wanted, item.appendedAt)
      : c,
  );
  if (!changed) return;
  if (changed.claimItem === item.id) await tellAll(work, changed, request, dependencies);
  // Whoever was to have the User has them, or nobody has: nothing is left to wish for, but for the note.
  else if (changed.claim?.by !== to || request.note !== undefined) {
    await tellLoss(work, changed, request, dependencies);
  }
}

/** The thread is told who answers, and whoever was not there is told directly. */
async function tellAll(
  { item }: Work<InboxBody>,
  conversation: Conversation,
  { by, to, expects, note }: ClaimRequest,
  { audit, notifier, inbox, permalink, texts, now }: ClaimDependencies,
): Promise<void> {
  const { id, userId, thread } = conversation;
  await audit.record({
    id: makeDerivedItemId(item.id, "claimed"),
    at: now(),
    what: "claim",
    userId,
    conversation: id,
    result: "done",
    ...defined({ by, from: expects, to }),
  });
  if (!thread) return;
  const change = defined({ by, to, from: expects, note });
  const message = renderClaimed(change, texts);
  await notifier.notice(userId, item.id, "claimed", { thread, message });
  if (to === undefined || to === by) return;
  const told = defined({ by, note });
  const user = nameOf(conversation, texts);
  await inbox.append({
    lane: personLane(to),
    id: makeDerivedItemId(item.id, "assigned to you"),
    body: {
      kind: "direct",
      to,
      message: renderAssignedToYou({ ...told, user, link: permalink(thread) }, texts),
    },
  });
}

/** Whoever wanted it is told why it is not so. */
async function tellLoss(
  { item }: Work<InboxBody>,
  conversation: Conversation,
  request: ClaimRequest,
  { audit, notifier, desk, texts, now }: ClaimDependencies,
): Promise<void> {
  const { id, userId, thread } = conversation;
  const { by, to, expects, note } = request;
  const loss = lossOf(conversation, desk.teamOf(conversation).name, request);
  await audit.record({
    // After a crash it is tried again, and may succeed then.
    id: makeDerivedItemId(item.id, "claim failed"),
    at: now(),
    what: "claim",
    userId,
    conversation: id,
    result: "failed",
    why: loss.why,
    ...defined({ by, from: expects, to }),
  });
  if (!thread || by === undefined) return;
  const message = renderNotClaimed({ loss, ...defined({ to, note }) }, texts);
  const ifUnclear = "nothing" as const;
  await notifier.notice(userId, item.id, "not claimed", {
    thread,
    message,
    onlyFor: by,
    ifUnclear,
  });
}

function lossOf(
  { state, claim: current }: Conversation,
  team: string,
  request: ClaimRequest,
): ClaimLoss {
  if (state !== "open") return { why: "ended" };
  if (team !== request.team) return { why: "moved", team };
  return { why: "overtaken", ...defined({ by: current?.by }) };
}
