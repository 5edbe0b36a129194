import type { Lanes, Work } from "../../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey } from "../../ids.ts";
import { renderHeldBack, renderIsTalkedOver, renderTalkedOver } from "../../views/collision.ts";
import type { Claim } from "../../views/root-state.ts";
import type { Texts } from "../../views/texts/en.ts";
import { heldItem } from "../claims/held-item.ts";
import { withClaimByAnswer } from "../claims/with-claim.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { Notifier } from "../notifier.ts";
import type { Conversations } from "../ports.ts";
import { storeDone } from "../request-once.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";
import { leftOf } from "./reply-parts.ts";

export interface CollideDependencies {
  conversations: Conversations;
  desk: Pick<Desk, "rulesOf">;
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "replace">;
  notifier: Notifier;
  texts: Texts;
  now: () => number;
}

/** It was found that the reply is to be held back: whoever answers by the time of another attempt. */
const HELD = "held back";

/**
 * Whether a reply does not go because a colleague answers the User: then it is kept as a held item, and its writer decides. What was
 * written before the colleague claimed the User goes, as does what has begun to go, or what somebody has decided about.
 */
export async function holdBack(
  work: Work<OutboxBody>,
  body: ReplyBody,
  conversation: Conversation,
  dependencies: CollideDependencies,
): Promise<boolean> {
  const { reply, takeOver, anyway, meantSince = reply.ts } = body;
  const { claim } = conversation;
  const isRule = dependencies.desk.rulesOf(conversation).collision === "hold";
  if (!isRule || takeOver || anyway || hasBegun(work, body)) return false;
  if (!claim || claim.by === reply.agent) return false;
  if (claim.ts !== undefined && meantSince < claim.ts) return false;
  // Before it is kept: what may have been kept never goes by itself, although the colleague may have released the User by then.
  await storeDone(work, HELD);
  await keep(work, body, conversation, dependencies);
  return true;
}

/** The same for a reply of which an earlier attempt has found that, whatever has become of the conversation. */
export async function holdBackStill(
  work: Work<OutboxBody>,
  body: ReplyBody,
  dependencies: CollideDependencies,
): Promise<boolean> {
  if (work.stateOf(HELD) === "new") return false;
  const conversation = await dependencies.conversations.byThread(body.reply.thread);
  if (conversation) await keep(work, body, conversation, dependencies);
  return true;
}

const hasBegun = (work: Work<OutboxBody>, body: ReplyBody): boolean =>
  leftOf(work, body).settled?.length !== 0;

async function keep(
  { item }: Work<OutboxBody>,
  body: ReplyBody,
  { userId, claim }: Conversation,
  { outbox, notifier, texts }: CollideDependencies,
): Promise<void> {
  const { reply } = body;
  const { thread, ts, agent } = reply;
  const id = heldItem(item.id);
  const held = { ...body, anyway: true } as const;
  await outbox.append({ lane: makeThreadKey(thread), id, sort: ts, body: held, held: true });
  // Its writer may have changed it after this attempt began. Whoever changes it from now on finds the held one.
  const newest = await outbox.find(item.id);
  if (newest?.body.kind === "reply") await outbox.replace(id, { ...newest.body, anyway: true });
  const kept = await outbox.find(id);
  // Its writer has deleted it, or an earlier attempt has told them, and they have decided.
  if (kept?.state !== "held") return;
  await notifier.notice(userId, item.id, "held back", {
    thread,
    message: renderHeldBack({ item: id, ts }, claim?.by, texts),
    onlyFor: agent,
    mark: { ts, as: "note" },
    about: { reply: id, since: kept.appendedAt },
  });
}

/**
 * The writer of a reply that went has the User from now on, if nobody had. If a colleague has, both are told: once for each two and
 * claim. It is stored before the next reply is looked at.
 */
export async function afterReply(
  { item: { appendedAt: heardAt } }: Work<OutboxBody>,
  { reply, anyway }: ReplyBody,
  conversation: Conversation,
  { conversations, desk, notifier, texts, now }: CollideDependencies,
): Promise<void> {
  if (desk.rulesOf(conversation).collision === "off") return;
  const { agent, ts, thread } = reply;
  if (conversation.claim?.by === agent) return;
  const mine: Claim = { by: agent, since: now(), ts };
  const after = await conversations.update(conversation.id, (c) =>
    withClaimByAnswer(c, mine, heardAt),
  );
  const claim = after?.claim;
  if (!claim || claim.by === agent || anyway) return;
  const from = makeDerivedItemId(conversation.id, `claim ${claim.by} ${claim.since}`);
  const tell = (onlyFor: string, purpose: string, message: ReturnType<typeof renderTalkedOver>) =>
    notifier.notice(conversation.userId, from, `${purpose} ${agent}`, {
      thread,
      message,
      onlyFor,
      ifUnclear: "nothing",
    });
  await tell(agent, "talks over", renderTalkedOver(claim.by, texts));
  await tell(claim.by, "is talked over by", renderIsTalkedOver(agent, texts));
}
