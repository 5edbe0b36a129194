import { unescapeText } from "../../convert/text/slack-text.ts";
import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey, type ServiceId, type UserId } from "../../ids.ts";
import type { OwnerAnswer } from "../../views/owner-answer.ts";
import { isAnswered } from "../conversation.ts";
import type { Conversations, Permalink } from "../ports.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";

export interface DeclineByCommandDependencies {
  conversations: Pick<Conversations, "byUser">;
  outbox: Pick<Lanes<OutboxBody>, "append">;
  permalink: Permalink;
  /** Where Users go back to. */
  botService: ServiceId;
}

/** Asks for what *Not for us…* asks for. `words`: why; `trigger` is Slack's id of this use of the command. */
export async function declineByCommand(
  words: readonly string[],
  { userId, agent, trigger }: { userId: UserId; agent: string; trigger: string },
  { conversations, outbox, permalink, botService }: DeclineByCommandDependencies,
): Promise<OwnerAnswer> {
  const conversation = await conversations.byUser(userId);
  const thread = conversation?.state === "open" ? conversation.thread : undefined;
  if (!conversation || !thread) return { kind: "not-declined", problem: "isOver" };
  if (isAnswered(conversation)) return { kind: "not-declined", problem: "answered" };
  const note = unescapeText(words.join(" "));
  await outbox.append({
    lane: makeThreadKey(thread),
    id: makeDerivedItemId(trigger, `decline ${conversation.id}`),
    body: {
      kind: "hand-back",
      request: { thread, agent, to: botService, reason: "declined", note },
    },
  });
  return { kind: "declining", userId, ...defined({ link: permalink(thread) }) };
}
