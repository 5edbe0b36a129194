import type { Lanes, Work } from "../../delivery/lanes.ts";
import { BridgeError } from "../../errors.ts";
import { makeDerivedItemId } from "../../ids.ts";
import { nameOf } from "../../views/name-of.ts";
import {
  type Named,
  renderDirectReminder,
  renderReleased,
  renderReminder,
} from "../../views/reminders.ts";
import type { Texts } from "../../views/texts/en.ts";
import { isAnswerOnItsWay } from "../answer-on-its-way.ts";
import type { Audit } from "../audit-port.ts";
import { withoutClaim } from "../claims/with-claim.ts";
import { isRunning, isStillDue } from "../clock-of.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk, Responsible } from "../desk-ports.ts";
import { type HearFirstDependencies, hearFirst } from "../hear-first.ts";
import { personLane } from "../inbox-lanes.ts";
import type { Conversations, Permalink } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";
import { type ShowNoticeDependencies, showNotice } from "./show-notice.ts";

export interface RemindDependencies extends ShowNoticeDependencies, HearFirstDependencies {
  conversations: Conversations;
  audit: Audit;
  desk: Pick<Desk, "teamOf" | "namedIn">;
  responsible: Responsible;
  inbox: Pick<Lanes<InboxBody>, "append">;
  outbox: Pick<Lanes<OutboxBody>, "find" | "waitingIn">;
  permalink: Permalink;
  texts: Texts;
}

type Remind = InboxBody & { kind: "remind" };
type Release = InboxBody & { kind: "release" };

/** A reply that is on its way is an answer soon; so long is waited for it. */
const REPLY_MS = 5_000;

/**
 * Reminds those who can answer that the User waits, once. Nobody is reminded of somebody who has got an answer, or whom somebody
 * has claimed since then, and once where Slack was away for so long that the next reminder is due.
 */
export async function remind(
  work: Work<InboxBody>,
  { conversation: id, clock, step, whom }: Remind,
  dependencies: RemindDependencies,
): Promise<void> {
  const { conversations, desk, responsible, inbox, permalink, texts, now } = dependencies;
  // With the answer that went just before, although its record may not have been on disk when this began.
  const conversation = await conversations.update(id, (c) => c);
  if (!conversation?.thread || !isStillDue(clock, step, conversation)) return;
  await waitForReply(work, conversation, dependencies);
  const { thread, claim, waitingSince = clock.since } = conversation;
  const wait = { user: nameOf(conversation, texts), forMs: now() - waitingSince };
  if (whom === "leads") {
    const { people } = await responsible(desk.teamOf(conversation));
    for (const to of people) {
      await inbox.append({
        lane: personLane(to),
        id: makeDerivedItemId(work.item.id, `direct to ${to}`),
        body: { kind: "direct", to, message: renderDirectReminder(wait, permalink(thread), texts) },
      });
    }
  }
  const named = namedBy(whom, conversation, desk);
  const message = renderReminder(wait, named, claim?.by, texts);
  await showNotice(work, { thread, message }, dependencies);
}

/** Also for one of which nobody has heard. */
async function waitForReply(
  work: Work<InboxBody>,
  conversation: Conversation,
  dependencies: RemindDependencies,
): Promise<void> {
  const { appendedAt, triedMs } = work.item;
  await hearFirst(work, appendedAt, conversation, dependencies);
  if (triedMs >= REPLY_MS || !(await isAnswerOnItsWay(conversation, dependencies))) return;
  throw new BridgeError("A reply is on its way", { code: "unexpected", disposition: "retry" });
}

function namedBy(
  whom: Remind["whom"],
  conversation: Conversation,
  desk: RemindDependencies["desk"],
): Named {
  if (whom === "group" || whom === "leads") return desk.namedIn(conversation, whom);
  const { claim } = conversation;
  return whom === "claimant" && claim ? [claim.by] : "nobody";
}

/** Whoever has claimed it, and does not answer any more, loses it; the thread says so. Safe to repeat. */
export async function release(
  work: Work<InboxBody>,
  { conversation: id, clock, from, at }: Release,
  dependencies: RemindDependencies,
): Promise<void> {
  const { conversations, audit, texts } = dependencies;
  const before = await conversations.byId(id);
  if (before && before.claimItem !== work.item.id) await waitForReply(work, before, dependencies);
  const conversation = await conversations.update(id, (c) =>
    c.claim?.by === from && isRunning(clock, c)
      ? { ...withoutClaim(c, at), claimItem: work.item.id }
      : c,
  );
  // Somebody was faster, or has claimed it since.
  if (conversation?.claimItem !== work.item.id || conversation.claim) return;
  const { userId, thread } = conversation;
  await audit.record({
    id: makeDerivedItemId(work.item.id, "released"),
    at,
    what: "claim",
    userId,
    conversation: id,
    from,
    result: "done",
  });
  if (!thread) return;
  const message = renderReleased(from, at - clock.since, texts);
  await showNotice(work, { thread, message }, dependencies);
}
