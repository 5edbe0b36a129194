import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import { type ItemId, makeConversationId, type Thread } from "../../ids.ts";
import type { InTurn } from "../../turns.ts";
import type { Texts } from "../../views/texts/en.ts";
import { askForTurn } from "../claims/ask-for-turn.ts";
import {
  type Conversation,
  isShown,
  type Opening,
  openConversation,
  withoutOpening,
} from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { Notifier } from "../notifier.ts";
import { teamTakenFor } from "../ownership/taken-over.ts";
import type { Conversations, Permalink, Posts } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { detailsBegun, postDetails } from "./details.ts";
import { postRootOnce } from "./post-once.ts";
import type { PostStepsDependencies } from "./post-steps.ts";
import { rootMessage, rootTag } from "./root-message.ts";

/** What it takes to open a thread and to fill it. */
export interface OpenThreadDependencies extends EnsureRootDependencies, PostStepsDependencies {}

export interface EnsureRootDependencies {
  posts: Posts;
  conversations: Conversations;
  desk: Desk;
  notifier: Notifier;
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** Among all replicas. */
  inTurn: InTurn<string>;
  permalink: Permalink;
  /** Called when a thread is recorded that may have been in Slack for a while: what was written there may have been missed. */
  onThreadFound: () => void;
  texts: Texts;
  now: () => number;
}

/** Records the conversation that this item opens. An item always opens the same conversation, also after a crash. */
export async function recordConversation(
  work: Work<InboxBody>,
  { conversations, desk }: Pick<EnsureRootDependencies, "conversations" | "desk">,
  given: Omit<Opening, "id" | "team" | "previous">,
  previous: Conversation | undefined,
): Promise<Conversation> {
  const named = teamTakenFor(given.metadata);
  const team = desk.teams.find(({ name }) => name === named) ?? desk.teamFor(given);
  const conversation = openConversation({
    ...given,
    team: team.name,
    id: makeConversationId(given.userId, work.item.id),
    ...defined({ previous: previous?.thread }),
  });
  await conversations.create(conversation);
  return conversation;
}

/**
 * The conversation's thread. If it has none its root is posted now, the details below it, and the root of the User's conversation
 * before this one links to it. While Users are merged two lanes may need the same root at once; only one of them posts it.
 */
export async function ensureRoot(
  work: Work<unknown>,
  conversation: Conversation,
  dependencies: EnsureRootDependencies,
): Promise<Thread> {
  if (isShown(conversation)) return conversation.thread;
  return await dependencies.inTurn(
    `root ${conversation.id}`,
    () => openRoot(work, conversation, dependencies),
    work.signal,
  );
}

async function openRoot(
  work: Work<unknown>,
  given: Conversation,
  dependencies: EnsureRootDependencies,
): Promise<Thread> {
  const { conversations, notifier, now } = dependencies;
  // Another lane may have opened it since the conversation was read.
  const conversation = (await conversations.byId(given.id)) ?? given;
  const thread = conversation.thread ?? (await postRoot(work, conversation, dependencies));
  if (conversation.thread) {
    await postDetails(work, { ...conversation, thread }, false, dependencies);
    return thread;
  }
  // Before the thread is recorded, so that after a crash the item comes here again.
  await askForTurn(conversation, "opening", dependencies);
  await pointForward(work.item.id, conversation, thread, { conversations, notifier });
  const details = detailsBegun(thread, now());
  await conversations.update(conversation.id, (c) => ({ ...withoutOpening(c), thread, details }));
  if (conversation.openingSince !== undefined) dependencies.onThreadFound();
  await postDetails(work, { ...conversation, thread, details }, true, dependencies);
  return thread;
}

/** That a root may be in Slack is recorded of the conversation too: other items may be handled before this one is again. */
async function postRoot(
  work: Work<unknown>,
  conversation: Conversation,
  dependencies: EnsureRootDependencies,
): Promise<Thread> {
  const { conversations, desk, now } = dependencies;
  const { id, openingSince: since, openingIn } = conversation;
  const { channel } = desk.teamOf(conversation);
  const tag = rootTag(conversation);
  const name = `root ${tag.opening}`;
  const root = {
    channel,
    begun: since === undefined ? undefined : { tag, since, ...defined({ channel: openingIn }) },
    async tag() {
      if (since === undefined) {
        await conversations.update(id, (c) => ({ ...c, openingSince: now(), openingIn: channel }));
      }
      return tag;
    },
    message: () => rootMessage(conversation, dependencies),
  };
  try {
    return await postRootOnce(work, name, root, dependencies);
  } catch (thrown) {
    if (work.stateOf(name) === "new") await conversations.update(id, withoutOpening);
    throw thrown;
  }
}

/** Lets the root of the User's previous conversation link to this one. */
async function pointForward(
  from: ItemId,
  { previous }: Conversation,
  next: Thread,
  { conversations, notifier }: Pick<EnsureRootDependencies, "conversations" | "notifier">,
): Promise<void> {
  const before = previous && (await conversations.byThread(previous));
  if (!before) return;
  const pointing = await conversations.update(before.id, (c) => ({ ...c, next }));
  if (pointing) await notifier.refreshRoot(pointing, from);
}
