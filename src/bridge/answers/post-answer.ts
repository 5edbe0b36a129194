import type { Lanes, Work } from "../../delivery/lanes.ts";
import { makeReplyItemId, makeThreadKey } from "../../ids.ts";
import { renderAnswerNotSent, renderAnswerPost } from "../../views/answer-post.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { People } from "../ports.ts";
import type { AnswerRequest, InboxBody } from "../stored/inbox-body.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";
import { type EnsureRootDependencies, ensureRoot } from "../to-slack/open-thread.ts";
import { postNamedOnce } from "../to-slack/post-once.ts";

export interface PostAnswerDependencies extends EnsureRootDependencies {
  people: People;
  outbox: Pick<Lanes<OutboxBody>, "append">;
}

/**
 * Posts in the thread what an agent sent with a form, once, and has exactly that post sent to the User, as if the agent had written
 * it. Whoever came too late is told, and gets the words back.
 */
export async function postAnswer(
  work: Work<InboxBody>,
  request: AnswerRequest,
  dependencies: PostAnswerDependencies,
): Promise<void> {
  const { conversations, people, notifier, outbox, texts } = dependencies;
  const { agent, text } = request;
  const conversation = await conversations.byId(request.conversation);
  if (!conversation) return;
  if (!isStillThere(conversation, request)) {
    const message = renderAnswerNotSent(text, texts);
    const notice = { thread: request.thread, message, onlyFor: agent };
    return await notifier.notice(conversation.userId, work.item.id, "answer too late", notice);
  }
  const thread = await ensureRoot(work, conversation, dependencies);
  const { name } = await people.identityOf(agent);
  const post = {
    thread,
    begun: undefined,
    tag: () => ({
      kind: "message" as const,
      items: [work.item.id],
      part: 0,
      of: "agent" as const,
      by: agent,
    }),
    message: () => renderAnswerPost({ name, text }, texts),
  };
  const ts = await postNamedOnce(work, "answer", post, dependencies);
  await outbox.append({
    lane: makeThreadKey(thread),
    id: makeReplyItemId(thread.team, thread.channel, ts),
    sort: ts,
    body: {
      kind: "reply",
      reply: { thread, ts, agent, text: "", blocks: [{ type: "markdown", text }] },
    },
  });
}

const isStillThere = (conversation: Conversation, { thread }: AnswerRequest): boolean =>
  conversation.state === "open" && !movedFrom(conversation, thread);
