import { movedFrom } from "../../bridge/conversation.ts";
import { renderLeftThread } from "../../views/left-thread.ts";
import { renderMoveForm } from "../../views/move-form.ts";
import { nameOf } from "../../views/name-of.ts";
import {
  answerThere,
  type FormOrigin,
  originOfPress,
  originOfShortcut,
  showForm,
} from "./form-origin.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press, ShortcutCall } from "./requests.ts";

export const openMoveFromShortcut = (
  call: ShortcutCall,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfShortcut(call, dependencies.team), dependencies);

export const openMoveFromButton = (
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfPress(press, dependencies.team), dependencies);

/** Whether somebody may move the User is found out when the form is sent off: the look-up must not cost the form. */
async function open(origin: FormOrigin, dependencies: ListenerDependencies): Promise<void> {
  const { conversations, desk, permalink, texts } = dependencies;
  const { thread } = origin;
  const answer = (words: string) => answerThere(origin, words, dependencies);
  const conversation = await conversations.byThread(thread);
  if (!conversation) return await answer(texts.moveForm.noConversation);
  if (conversation.state !== "open") return await answer(texts.handBackForm.isOver);
  if (desk.teams.length < 2) return await answer(texts.moveForm.onlyOneTeam);
  const { name: team } = desk.teamOf(conversation);
  if (movedFrom(conversation, thread)) {
    const link = conversation.thread && permalink(conversation.thread);
    return await answer(renderLeftThread(team, link, texts));
  }
  const teams = desk.teams.map(({ name }) => name).filter((name) => name !== team);
  const form = { userName: nameOf(conversation, texts), team, thread, teams };
  await showForm(origin, renderMoveForm(form, texts), dependencies);
}
