import { movedFrom } from "../../bridge/conversation.ts";
import { defined } from "../../defined.ts";
import type { ConversationId } from "../../ids.ts";
import { renderAssignForm } from "../../views/assign-form.ts";
import { renderLeftThread } from "../../views/left-thread.ts";
import { nameOf } from "../../views/name-of.ts";
import { answerThere, originOfPress, showForm } from "./form-origin.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** Whether somebody may assign, and to whom, is found out when the form is sent off: the look-up must not cost the form. */
export async function openAssign(
  { value, ...press }: Press<ConversationId>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, permalink, team: workspace, texts } = dependencies;
  const origin = originOfPress(press, workspace);
  const answer = (words: string) => answerThere(origin, words, dependencies);
  const conversation = value && (await conversations.byId(value));
  if (!conversation) return await answer(texts.assignForm.noConversation);
  if (conversation.state !== "open") return await answer(texts.handBackForm.isOver);
  const { claim, thread } = conversation;
  const { name: team } = desk.teamOf(conversation);
  const from = press.body.message ? origin.thread : thread;
  if (!from) return await answer(texts.moveProblems["not-ready"]);
  if (movedFrom(conversation, from)) {
    return await answer(renderLeftThread(team, thread && permalink(thread), texts));
  }
  const assignment = { ...from, ...defined({ from: claim?.by }) };
  const form = { userName: nameOf(conversation, texts), team, assignment };
  await showForm(origin, renderAssignForm(form, texts), dependencies);
}
