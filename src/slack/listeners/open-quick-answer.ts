import type { ModalView } from "@slack/web-api";
import { type Conversation, movedFrom } from "../../bridge/conversation.ts";
import { defined } from "../../defined.ts";
import type { Thread } from "../../ids.ts";
import { FORMS } from "../../views/actions.ts";
import { type AnswerForm, renderAnswerForm } from "../../views/answer-form.ts";
import { fillAnswer, inAnswerOrder } from "../../views/fill-answer.ts";
import { languageOf } from "../../views/language-of.ts";
import { renderLeftThread } from "../../views/left-thread.ts";
import { nameOf } from "../../views/name-of.ts";
import { callSlack } from "../web-api.ts";
import { answerThere, originOfPress, showForm } from "./form-origin.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** Whether somebody may answer the User is found out when the form is sent off. */
export async function openQuickAnswer(
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, permalink, texts, team } = dependencies;
  const origin = originOfPress(press, team);
  const { thread } = origin;
  const answer = (words: string) => answerThere(origin, words, dependencies);
  const conversation = await conversations.byThread(thread);
  if (conversation?.state !== "open") return await answer(texts.handBackForm.isOver);
  if (desk.answers.length === 0) return await answer(texts.answerForm.none);
  if (movedFrom(conversation, thread)) {
    const link = conversation.thread && permalink(conversation.thread);
    return await answer(renderLeftThread(desk.teamOf(conversation).name, link, texts));
  }
  const form = formFor(conversation, thread, dependencies);
  await showForm(origin, renderAnswerForm(form, texts), dependencies);
}

/** Fills an answer into the form in which it was chosen. */
export async function chooseAnswer(
  { value: id, body, client }: Press<string>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, people, texts } = dependencies;
  const { view } = body;
  const thread = view && FORMS.quickAnswer.read(view.private_metadata);
  const answer = desk.answers.find((each) => each.id === id);
  const conversation = thread && (await conversations.byThread(thread));
  if (!view || !answer || !conversation) return;
  const { name } = await people.identityOf(body.user.id);
  const names = defined({ "user.name": conversation.user.name, "agent.name": name });
  const text = fillAnswer(answer, names);
  const form = { ...formFor(conversation, thread, dependencies), chosen: { answer, text } };
  await callSlack("views.update", () =>
    client.views.update({
      view_id: view.id,
      hash: view.hash,
      view: renderAnswerForm(form, texts) as unknown as ModalView,
    }),
  );
}

const formFor = (
  conversation: Conversation,
  thread: Thread,
  { desk, texts }: ListenerDependencies,
): AnswerForm => ({
  userName: nameOf(conversation, texts),
  thread,
  answers: inAnswerOrder(desk.answers, languageOf(conversation)),
});
