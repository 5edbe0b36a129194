import type { HandBackReason } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import { type ConversationId, type ItemId, makeDerivedItemId, type Thread } from "../../ids.ts";
import { renderHandedBack, renderTakenAway } from "../../views/ended.ts";
import type { Destination } from "../../views/root-state.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import { type Conversation, end } from "../conversation.ts";
import type { Notifier } from "../notifier.ts";
import type { Conversations, Parley } from "../ports.ts";

interface Records {
  conversations: Conversations;
  audit: Audit;
  parley: Pick<Parley, "self">;
  notifier: Notifier;
  texts: Texts;
  now: () => number;
}

/** While another thread opens, a notice to the one that is gone waits for it, or opens it. */
const threadToTell = ({ thread, lost }: Conversation): Thread | undefined => thread ?? lost?.[0];

/** Ends a conversation whose User an agent gave to another Service; thread and root say so. Safe to repeat for the same `from`. */
export async function recordHandBack(
  from: ItemId,
  conversation: Conversation,
  done: {
    to: Destination;
    /** Slack id; missing: the desk did it by itself. */
    by?: string;
    note?: string;
    reason?: HandBackReason;
    outcome?: string;
    tags?: readonly string[];
    /** What the Service may show to the User. */
    messageForUser?: string;
    /** Why Parley refused to remove the agent's name from the User's chat. */
    unsetRefusal?: string;
  },
  { conversations, notifier, texts, now }: Omit<Records, "audit" | "parley">,
): Promise<void> {
  const { id, userId } = conversation;
  const { unsetRefusal, ...ending } = done;
  const thread = threadToTell(conversation);
  if (thread) {
    const message = renderHandedBack(
      { ...ending, service: ending.to.name, ...defined({ unsetRefusal }) },
      texts,
    );
    await notifier.notice(userId, from, "handed back", { thread, message });
  }
  const ended = await conversations.update(id, (c) =>
    end(c, "handed-back", { at: now(), ...ending }),
  );
  if (ended) await notifier.refreshRoot(ended, from);
}

/**
 * Ends a conversation whose User another Service has, although no agent of ours wanted that; thread and root say so. Safe
 * to repeat: it is said once, however often and in whichever way it is reported to us.
 */
export async function recordTakenAway(
  conversation: Conversation,
  to: Destination,
  { conversations, audit, parley, notifier, texts, now }: Records,
): Promise<void> {
  const { id, userId } = conversation;
  const from = takenAwayBy(id, to);
  // If it has ended since it was read, whoever ended it tells why.
  const current = (await conversations.byId(id)) ?? conversation;
  const isOver = current.state !== "open";
  if (isOver && (current.state !== "taken-away" || current.ending?.to?.id !== to.id)) return;
  const thread = threadToTell(current);
  if (thread) {
    const message = renderTakenAway(to.name, texts);
    await notifier.notice(userId, from, "taken away", { thread, message });
  }
  const at = now();
  const deed = { id: from, at, what: "taken-away", userId, conversation: id } as const;
  await audit.record({ ...deed, from: parley.self, to: to.id, result: "done" });
  const ended = await conversations.update(id, (c) => end(c, "taken-away", { at, to }));
  if (ended) await notifier.refreshRoot(ended, from);
}

/**
 * Has the root of a conversation show that another Service took the User, where whoever recorded that was cut off before.
 * Safe to repeat; for other conversations it does nothing.
 */
export async function showTakenAway(
  conversation: Conversation,
  { notifier }: Pick<Records, "notifier">,
): Promise<void> {
  const { id, state, ending } = conversation;
  if (state !== "taken-away" || !ending?.to) return;
  await notifier.refreshRoot(conversation, takenAwayBy(id, ending.to));
}

const takenAwayBy = (id: ConversationId, to: Destination): ItemId =>
  makeDerivedItemId(id, `taken away by ${to.id}`);
