import { movedFrom } from "../../bridge/conversation.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { renderHandBackForm } from "../../views/hand-back-form.ts";
import { renderLeftThread } from "../../views/left-thread.ts";
import { nameOf } from "../../views/name-of.ts";
import { withinTime } from "../../within-time.ts";
import {
  answerThere,
  type FormOrigin,
  originOfPress,
  originOfShortcut,
  showForm,
} from "./form-origin.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { refusalIn } from "./refusal-in.ts";
import type { Press, ShortcutCall } from "./requests.ts";

/** A modal has to open within 3 s. If Parley is too slow for that, one that offers only the bot is better than none. */
const SERVICES_TIMEOUT_MS = 1_500;

export const openHandBackFromShortcut = (
  call: ShortcutCall,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfShortcut(call, dependencies.team), dependencies);

export const openHandBackFromButton = (
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfPress(press, dependencies.team), dependencies);

async function open(origin: FormOrigin, dependencies: ListenerDependencies): Promise<void> {
  const { conversations, desk, parley, botService, permalink, texts } = dependencies;
  const { thread } = origin;
  const conversation = await conversations.byThread(thread);
  if (conversation?.state !== "open") {
    const { isOver, noConversation } = texts.handBackForm;
    return await answerThere(origin, conversation ? isOver : noConversation, dependencies);
  }
  if (movedFrom(conversation, thread)) {
    const link = conversation.thread && permalink(conversation.thread);
    const words = renderLeftThread(desk.teamOf(conversation).name, link, texts);
    return await answerThere(origin, words, dependencies);
  }
  const [refusal, services] = await Promise.all([
    refusalIn(thread, conversation, { by: origin.agent, what: origin.what }, dependencies),
    withinTime(parley.services(), SERVICES_TIMEOUT_MS, undefined).catch(() => undefined),
  ]);
  if (refusal !== undefined) return await answerThere(origin, escapeText(refusal), dependencies);
  const others = services?.filter(({ id }) => id !== parley.self);
  const form = {
    userName: nameOf(conversation, texts),
    thread,
    services: others?.length ? others : [{ id: botService, name: texts.handBackForm.bot }],
    preferred: botService,
    outcomes: desk.rulesOf(conversation).outcomes,
  };
  await showForm(origin, renderHandBackForm(form, texts), dependencies);
}
