import { type Conversation, isAnswered, movedFrom } from "../../bridge/conversation.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import type { Json } from "../../json.ts";
import { renderDeclineForm } from "../../views/decline-form.ts";
import { type HandBackForm, renderHandBackForm } from "../../views/hand-back-form.ts";
import { renderLeftThread } from "../../views/left-thread.ts";
import { nameOf } from "../../views/name-of.ts";
import type { Texts } from "../../views/texts/en.ts";
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
): Promise<void> => open(originOfShortcut(call, dependencies.team), HAND_BACK, dependencies);

export const openHandBackFromButton = (
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfPress(press, dependencies.team), HAND_BACK, dependencies);

export const openDecline = (
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> => open(originOfPress(press, dependencies.team), DECLINE, dependencies);

/** What a form is about. `problem`: why it does not open, for whoever asked for it. */
interface HandBackKind {
  problem: (conversation: Conversation, texts: Texts) => string | undefined;
  render: (form: HandBackForm, texts: Texts) => Json;
}

const HAND_BACK: HandBackKind = { problem: () => undefined, render: renderHandBackForm };
const DECLINE: HandBackKind = {
  problem: (conversation, { declineForm }) =>
    isAnswered(conversation) ? declineForm.answered : undefined,
  render: renderDeclineForm,
};

async function open(
  origin: FormOrigin,
  { problem, render }: HandBackKind,
  dependencies: ListenerDependencies,
): Promise<void> {
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
  const reason = refusal ?? problem(conversation, texts);
  if (reason !== undefined) return await answerThere(origin, escapeText(reason), dependencies);
  const others = services?.filter(({ id }) => id !== parley.self);
  const form = {
    userName: nameOf(conversation, texts),
    thread,
    services: others?.length ? others : [{ id: botService, name: texts.handBackForm.bot }],
    preferred: botService,
    outcomes: desk.rulesOf(conversation).outcomes,
  };
  await showForm(origin, render(form, texts), dependencies);
}
