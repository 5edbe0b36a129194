import type { SlackEvent } from "@slack/types";
import type { ActionValues, FormValues, SHORTCUTS } from "../../views/actions.ts";
import { answerServiceChoice } from "./answer-service-choice.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { openHandBackFromButton, openHandBackFromShortcut } from "./open-hand-back.ts";
import { publishHome } from "./publish-home.ts";
import { dismiss, itArrived, sendAgain, takeOver, undo } from "./reply-buttons.ts";
import type { EventCall, Press, ShortcutCall, Submission } from "./requests.ts";
import { submitHandBack } from "./submit-hand-back.ts";

type Listener<Request> = (request: Request, dependencies: ListenerDependencies) => Promise<void>;

/** What each button does. */
export const ACTION_LISTENERS: {
  readonly [Name in keyof ActionValues]: Listener<Press<ActionValues[Name]>>;
} = {
  handBack: openHandBackFromButton,
  sendAgain,
  takeOver,
  dismiss,
  itArrived,
  undo,
  giveUser: answerServiceChoice,
};

/** What each shortcut of a message does. */
export const SHORTCUT_LISTENERS: {
  readonly [Name in keyof typeof SHORTCUTS]: Listener<ShortcutCall>;
} = {
  handBack: openHandBackFromShortcut,
};

/** What each form does when it is sent off. */
export const FORM_LISTENERS: {
  readonly [Name in keyof FormValues]: Listener<Submission<FormValues[Name]>>;
} = {
  handBack: submitHandBack,
};

/** What happens at each event that only shows something, and may be lost. All others are `STORED_EVENTS`. */
export const EVENT_LISTENERS = {
  app_home_opened: publishHome,
} satisfies { readonly [Type in SlackEvent["type"]]?: Listener<EventCall<Type>> };
