import type { ViewOutput } from "@slack/bolt";
import { movedFrom } from "../../bridge/conversation.ts";
import { userLane } from "../../bridge/inbox-lanes.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { intentOf } from "../../convert/to-parley/reply-intent.ts";
import { makeDerivedItemId, type Thread } from "../../ids.ts";
import { errorFields } from "../../log.ts";
import { ANSWER_CHOICE, ANSWER_TEXT } from "../../views/answer-form.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { refusalIn } from "./refusal-in.ts";
import type { Submission } from "./requests.ts";
import { typedIn } from "./typed-in.ts";

/**
 * Stores the answer behind all that the User wrote, and only then closes the form. Until it is stored the form stays open and says
 * why.
 */
export async function submitQuickAnswer(
  { value: thread, ack, body, view }: Submission<Thread>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, inbox, replyMode, texts, log } = dependencies;
  const { block = ANSWER_CHOICE, text } = textIn(view);
  const refuse = (problem: string) =>
    ack({ response_action: "errors", errors: { [block]: problem } });
  if (text === "") return await refuse(texts.answerForm.empty);
  if (intentOf({ text: escapeText(text) }, replyMode) === "note") {
    return await refuse(texts.handBackForm.lastMessageIsNote);
  }
  try {
    const conversation = thread && (await conversations.byThread(thread));
    if (!thread || conversation?.state !== "open") return await refuse(texts.handBackForm.isOver);
    if (movedFrom(conversation, thread)) {
      return await refuse(texts.leftThread.unlinked(desk.teamOf(conversation).name));
    }
    const attempt = { by: body.user.id, what: "form" } as const;
    const refusal = await refusalIn(thread, conversation, attempt, dependencies);
    if (refusal !== undefined) return await refuse(refusal);
    const { id, userId } = conversation;
    const result = await inbox.append({
      lane: userLane(userId),
      id: makeDerivedItemId(view.id, `answer ${id}`),
      body: {
        kind: "answer",
        request: { conversation: id, thread, agent: body.user.id, text },
      },
    });
    if (result === "duplicate") return await refuse(texts.answerForm.sentAlready);
  } catch (error) {
    log.error(errorFields(error), "answer.not-stored");
    return await refuse(texts.handBackForm.notStored);
  }
  await ack();
}

/** What is to be sent, and the block in which it stands. */
function textIn(view: ViewOutput): { block?: string; text: string } {
  const block = Object.keys(view.state.values).find((id) => id.startsWith(ANSWER_TEXT));
  if (block === undefined) return { text: "" };
  return { block, text: typedIn(view, block, ANSWER_TEXT) ?? "" };
}
