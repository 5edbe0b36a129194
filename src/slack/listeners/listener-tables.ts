import type { SlackEvent } from "@slack/types";
import type { ActionValues, FormValues, SHORTCUTS } from "../../views/actions.ts";
import { answerServiceChoice } from "./answer-service-choice.ts";
import { answerTeamChoice } from "./answer-team-choice.ts";
import { openErase, submitErase, submitEraseFind } from "./erase-forms.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { openAssign } from "./open-assign.ts";
import { openDecline, openHandBackFromButton, openHandBackFromShortcut } from "./open-hand-back.ts";
import { openMoveFromButton, openMoveFromShortcut } from "./open-move.ts";
import { chooseAnswer, openQuickAnswer } from "./open-quick-answer.ts";
import { release, take, takeFrom } from "./press-claim.ts";
import { openHome, showHome } from "./publish-home.ts";
import { dismiss, itArrived, sendAgain, takeOver, undo } from "./reply-buttons.ts";
import type { EventCall, Press, ShortcutCall, Submission } from "./requests.ts";
import { submitAssign } from "./submit-assign.ts";
import { submitDecline } from "./submit-decline.ts";
import { submitHandBack } from "./submit-hand-back.ts";
import { submitMove } from "./submit-move.ts";
import { submitQuickAnswer } from "./submit-quick-answer.ts";

type Listener<Request> = (request: Request, dependencies: ListenerDependencies) => Promise<void>;

/** What each button does. */
export const ACTION_LISTENERS: {
  readonly [Name in keyof ActionValues]: Listener<Press<ActionValues[Name]>>;
} = {
  handBack: openHandBackFromButton,
  move: openMoveFromButton,
  decline: openDecline,
  sendAgain,
  takeOver,
  dismiss,
  itArrived,
  undo,
  giveUser: answerServiceChoice,
  moveTo: answerTeamChoice,
  quickAnswer: openQuickAnswer,
  chooseAnswer,
  take,
  takeFrom,
  release,
  assign: openAssign,
  showHome,
  erase: openErase,
};

/** What each shortcut of a message does. */
export const SHORTCUT_LISTENERS: {
  readonly [Name in keyof typeof SHORTCUTS]: Listener<ShortcutCall>;
} = {
  handBack: openHandBackFromShortcut,
  move: openMoveFromShortcut,
};

/** What each form does when it is sent off. */
export const FORM_LISTENERS: {
  readonly [Name in keyof FormValues]: Listener<Submission<FormValues[Name]>>;
} = {
  handBack: submitHandBack,
  move: submitMove,
  quickAnswer: submitQuickAnswer,
  assign: submitAssign,
  decline: submitDecline,
  eraseFind: submitEraseFind,
  erase: submitErase,
};

/** What happens at each event that only shows something, and may be lost. All others are `STORED_EVENTS`. */
export const EVENT_LISTENERS = {
  app_home_opened: openHome,
} satisfies { readonly [Type in SlackEvent["type"]]?: Listener<EventCall<Type>> };
