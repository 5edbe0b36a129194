import type { App, RespondFn, ViewClosedAction, ViewSubmitAction } from "@slack/bolt";
import { z } from "zod";
import { errorFields } from "../../log.ts";
import { createSparseLog } from "../../sparse-log.ts";
import {
  ACTIONS,
  type ActionName,
  FORMS,
  type FormName,
  MENU,
  nameIn,
  readMenuEntry,
  SHORTCUTS,
} from "../../views/actions.ts";
import { HAND_BACK_INPUTS } from "../../views/hand-back-form.ts";
import type { MOVE_INPUTS } from "../../views/move-form.ts";
import { answerOwnerCommand } from "./answer-owner-command.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import {
  ACTION_LISTENERS,
  EVENT_LISTENERS,
  FORM_LISTENERS,
  SHORTCUT_LISTENERS,
} from "./listener-tables.ts";
import { refuseOutsiders } from "./refuse-outsiders.ts";
import type { Press, Submission } from "./requests.ts";

export const OWNER_COMMAND = "/parley-owner";

/** A button that is a link may have no value; a menu has what was chosen. */
const pressed = z.looseObject({
  action_id: z.string().catch(""),
  value: z.string().catch(""),
  selected_option: z.looseObject({ value: z.string() }).optional().catch(undefined),
});

/** What was pressed: a button, an entry of our menu in its place, or what was chosen from a list. */
function pressedIn(action: unknown): { id: string; value: string } {
  const { action_id: id, value, selected_option: entry } = pressed.parse(action);
  if (!entry) return { id, value };
  return id === MENU.id ? readMenuEntry(entry.value) : { id, value: entry.value };
}

/**
 * One listener for each kind of request, so that those that are not ours are acknowledged too: without that the agent sees
 * an error, and over a socket no answer at all.
 */
export function registerListeners(app: App, dependencies: ListenerDependencies): void {
  const { log, texts } = dependencies;

  app.use(refuseOutsiders(dependencies));

  /** Both are acknowledged first, so Slack shows no error where they fail. */
  async function orTell(respond: RespondFn | undefined, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      log.error(errorFields(error), "listener.failed");
      const text = texts.notDone;
      await respond?.({ response_type: "ephemeral", replace_original: false, text });
    }
  }

  app.shortcut({ type: "message_action" }, async ({ ack, shortcut, client, respond }) => {
    await ack();
    const name = nameIn(SHORTCUTS, shortcut.callback_id);
    if (!name) return log.warn({ id: shortcut.callback_id }, "shortcut.unknown");
    await orTell(respond, () =>
      SHORTCUT_LISTENERS[name]({ shortcut, client, respond }, dependencies),
    );
  });
  app.shortcut({ type: "shortcut" }, async ({ ack }) => await ack());

  app.action({ type: "block_actions" }, async ({ ack, action, body, client, respond }) => {
    await ack();
    const { id, value } = pressedIn(action);
    const name = nameIn(ACTIONS, id);
    // Buttons that are links arrive here too.
    if (!name) return log.debug({ id }, "action.unknown");
    await orTell(respond, () => hear(name, value, { body, client, respond }, dependencies));
  });

  app.view<ViewSubmitAction>({ type: "view_submission" }, async ({ ack, body, view }) => {
    const name = nameIn(FORMS, view.callback_id);
    if (!name) return await ack();
    const { ack: answer, isAnswered } = answerable(ack);
    try {
      await submit(name, { ack: answer, body, view }, dependencies);
    } catch (error) {
      log.error(errorFields(error), "listener.failed");
      // It stays open, with all that was typed.
      const errors = { [FIRST_INPUT]: texts.notDone };
      if (!isAnswered()) await ack({ response_action: "errors", errors });
    }
  });
  app.view<ViewClosedAction>({ type: "view_closed" }, async ({ ack }) => await ack());

  app.command(/.*/, async ({ ack, command, respond }) => {
    if (command.command !== OWNER_COMMAND) return await ack();
    await answerOwnerCommand({ ack, command, respond }, dependencies);
  });

  for (const type of Object.keys(EVENT_LISTENERS) as (keyof typeof EVENT_LISTENERS)[]) {
    app.event(type, ({ event, client }) => EVENT_LISTENERS[type]({ event, client }, dependencies));
  }

  // What is not acknowledged by now stays so: over HTTP Slack then shows the agent an error.
  // While nothing can be stored Slack sends everything again, and an alarm says why.
  const failed = createSparseLog((fields) => log.error(fields, "listener.failed"));
  app.error(({ code, message }) => {
    failed({ code, error: message });
    return Promise.resolve();
  });
}

/** The `block_id` of an input that every form has. */
const FIRST_INPUT = HAND_BACK_INPUTS.destination satisfies typeof MOVE_INPUTS.destination;

/** Slack takes one answer. */
function answerable(ack: Submission<unknown>["ack"]) {
  let isAnswered = false;
  return {
    isAnswered: () => isAnswered,
    ack: ((...answer) => {
      isAnswered = true;
      return ack(...answer);
    }) satisfies typeof ack,
  };
}

const hear = <Name extends ActionName>(
  name: Name,
  value: string,
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> =>
  ACTION_LISTENERS[name]({ ...press, value: ACTIONS[name].read(value) }, dependencies);

const submit = <Name extends FormName>(
  name: Name,
  form: Omit<Submission<unknown>, "value">,
  dependencies: ListenerDependencies,
): Promise<void> =>
  FORM_LISTENERS[name](
    { ...form, value: FORMS[name].read(form.view.private_metadata) },
    dependencies,
  );
