import type { Work } from "../../delivery/lanes.ts";
import type { Thread } from "../../ids.ts";
import {
  renderHandBackMoved,
  renderHandBackTooLate,
  renderNotDeclined,
} from "../../views/hand-back-failed.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Conversation } from "../conversation.ts";
import type { Notifier } from "../notifier.ts";
import type { Permalink } from "../ports.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";
import { showTakenAway } from "./end-conversation.ts";
import type { DeedDependencies } from "./hand-back-deed.ts";
import { recordDeed } from "./hand-back-deed.ts";
import { isLastMessageSent, unsentOf } from "./last-message.ts";

export interface TooLateDependencies extends DeedDependencies {
  notifier: Notifier;
  permalink: Permalink;
  texts: Texts;
}

/** The conversation is over: an earlier attempt of this item ended it, or somebody else did and the agent is told. */
export async function afterTheEnd(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  dependencies: TooLateDependencies,
): Promise<void> {
  const { agent, thread, to, lastMessage } = request;
  const { notifier, texts } = dependencies;
  await showTakenAway(conversation, { notifier });
  const { ending } = conversation;
  const isSettled = isLastMessageSent(work) || lastMessage === undefined;
  if (ending?.to?.id === to && ending.by === agent && isSettled) {
    return await notifier.refreshRoot(conversation, work.item.id);
  }
  if (agent === undefined || !thread) return;
  const message = renderHandBackTooLate(ending?.to?.name, unsentOf(work, request), texts);
  const notice = { thread, message, onlyFor: agent };
  await recordDeed(work, conversation, request, "conversation-closed", dependencies);
  await notifier.notice(conversation.userId, work.item.id, "hand-back too late", notice);
}

/** Another team had the User already when this was asked for. */
export async function afterTheMove(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest & { agent: string; thread: Thread },
  dependencies: TooLateDependencies,
): Promise<void> {
  const { userId, thread: now } = conversation;
  const { agent, thread } = request;
  const { notifier, permalink, texts } = dependencies;
  const link = now && permalink(now);
  const message = renderHandBackMoved(link, unsentOf(work, request), texts);
  const notice = { thread, message, onlyFor: agent };
  await recordDeed(work, conversation, request, "conversation-closed", dependencies);
  await notifier.notice(userId, work.item.id, "hand-back too late", notice);
}

/** Nobody wants it any more. The desk needs no word about it; an agent does. */
export async function afterNotWanted(
  work: Work<OutboxBody>,
  conversation: Conversation,
  request: HandBackRequest,
  dependencies: TooLateDependencies,
): Promise<void> {
  const { agent, thread } = request;
  const { notifier, texts } = dependencies;
  if (agent === undefined || !thread) return;
  await recordDeed(work, conversation, request, "cancelled", dependencies);
  const message = renderNotDeclined(unsentOf(work, request), texts);
  const notice = { thread, message, onlyFor: agent };
  await notifier.notice(conversation.userId, work.item.id, "not declined", notice);
}
