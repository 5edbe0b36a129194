import type { RichMessage } from "../../convert/to-slack/slack-message.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { makeFingerprint, type Thread } from "../../ids.ts";
import { renderDetails } from "../../views/details.ts";
import type { Texts } from "../../views/texts/en.ts";
import { type Conversation, type DetailsPost, detailsOf } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { runningLease } from "../handovers/lease.ts";
import type { Conversations, Permalink, Posts, PostTag } from "../ports.ts";
import { postNamedOnce } from "./post-once.ts";
import { linksBack, rootTag } from "./root-message.ts";

export interface DetailsDependencies {
  posts: Pick<Posts, "acquire" | "post" | "find" | "updateIn">;
  conversations: Pick<Conversations, "byId" | "update">;
  desk: Pick<Desk, "rulesOf">;
  permalink: Permalink;
  texts: Texts;
  now: () => number;
}

/** A conversation with a thread. */
type InThread = Conversation & { readonly thread: Thread };

/** What is recorded of details that may be in Slack from now on. */
export const detailsBegun = ({ ts: below }: Thread, since: number): DetailsPost => ({
  below,
  since,
});

/**
 * Posts the details below the root, once. To be called in turn with all others who would. `isNew`: nobody has begun with it, and
 * it is recorded already that we do.
 */
export async function postDetails(
  work: Work<unknown>,
  conversation: InThread,
  isNew: boolean,
  dependencies: DetailsDependencies,
): Promise<void> {
  const { conversations, now } = dependencies;
  const { id, thread } = conversation;
  const begun = detailsOf(conversation);
  if (begun?.ts !== undefined) return;
  const since = begun?.since ?? now();
  if (!begun) await record(id, detailsBegun(thread, since), conversations);
  const tag = detailsTag(conversation);
  const name = `details ${tag.opening}`;
  const { message, shown } = detailsMessage(conversation, dependencies);
  const mayBeThere = begun !== undefined && !isNew;
  const isFirst = !mayBeThere && work.stateOf(name) === "new";
  const post = {
    thread,
    begun: mayBeThere ? { tag, since, thread } : undefined,
    tag: () => tag,
    message: () => message,
  };
  const ts = await postNamedOnce(work, name, post, dependencies);
  // Of one that was found nobody knows what it shows.
  const known = defined({ shown: isFirst ? shown : undefined });
  await record(id, { ...detailsBegun(thread, since), ts, ...known }, conversations);
}

/** Shows what has become known since. */
export async function refreshDetails(
  conversation: InThread,
  dependencies: DetailsDependencies,
): Promise<void> {
  const { posts, conversations } = dependencies;
  const { id, thread } = conversation;
  const details = detailsOf((await conversations.byId(id)) ?? conversation);
  const { message, shown } = detailsMessage(conversation, dependencies);
  if (details?.ts === undefined || details.shown === shown) return;
  await posts.updateIn(thread, details.ts, message, detailsTag(conversation));
  await record(id, { ...details, shown }, conversations);
}

const record = (
  id: Conversation["id"],
  details: DetailsPost,
  conversations: DetailsDependencies["conversations"],
): Promise<unknown> =>
  conversations.update(id, (c) => (c.thread?.ts === details.below ? { ...c, details } : c));

const detailsTag = (conversation: Conversation): PostTag & { kind: "details" } => ({
  ...rootTag(conversation),
  kind: "details",
});

function detailsMessage(
  conversation: Conversation,
  { desk, permalink, texts }: DetailsDependencies,
): { message: RichMessage; shown: string } {
  const { links } = desk.rulesOf(conversation);
  const besides = {
    ...linksBack(conversation, permalink),
    ...defined({ expiresAt: runningLease(conversation)?.until }),
  };
  const message = renderDetails(conversation, besides, links, texts);
  return { message, shown: makeFingerprint(JSON.stringify(message)) };
}
