import { movedFrom } from "../../bridge/conversation.ts";
import { teamsToMoveTo } from "../../bridge/teams/request-move.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
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
import { recordRefusedDeed } from "./refusal-in.ts";
import type { Press, ShortcutCall } from "./requests.ts";

export const openMoveFromShortcut = (
  call: ShortcutCall,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfShortcut(call, dependencies.team), dependencies);

export const openMoveFromButton = (
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfPress(press, dependencies.team), dependencies);

/** Offers the teams to which somebody may move the User; whether they still may is looked at again when the form is sent off. */
async function open(origin: FormOrigin, dependencies: ListenerDependencies): Promise<void> {
  const { conversations, desk, permalink, texts } = dependencies;
  const { thread } = origin;
  const answer = (words: string) => answerThere(origin, words, dependencies);
  const conversation = await conversations.byThread(thread);
  if (!conversation) return await answer(texts.moveForm.noConversation);
  if (conversation.state !== "open") return await answer(texts.handBackForm.isOver);
  if (desk.teams.length < 2) return await answer(texts.moveForm.onlyOneTeam);
  const current = desk.teamOf(conversation);
  const { name: team } = current;
  if (movedFrom(conversation, thread)) {
    const link = conversation.thread && permalink(conversation.thread);
    return await answer(renderLeftThread(team, link, texts));
  }
  const others = desk.teams.filter(({ name }) => name !== team);
  const actor = { agent: origin.agent };
  const { teams, refusal } = await teamsToMoveTo(actor, { current, others }, dependencies);
  if (teams.length === 0 && refusal) {
    const attempt = { by: origin.agent, what: origin.what };
    const words = await recordRefusedDeed(refusal, conversation, attempt, dependencies);
    return await answer(escapeText(words));
  }
  const names = teams.map(({ name }) => name);
  const form = { userName: nameOf(conversation, texts), team, thread, teams: names };
  await showForm(origin, renderMoveForm(form, texts), dependencies);
}
