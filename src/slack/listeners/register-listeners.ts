import type { App, ViewClosedAction, ViewSubmitAction } from "@slack/bolt";
import { DISMISS, IT_ARRIVED, SEND_AGAIN, TAKE_OVER, UNDO } from "../../views/notices.ts";
import { HAND_BACK } from "../../views/root.ts";
import { GIVE_USER } from "../../views/service-choice.ts";
import { dismiss, sendAgain, takeOverAndSend, undo } from "./dead-letter-buttons.ts";
import { openHandBackFromButton, openHandBackFromShortcut } from "./hand-back-modal.ts";
import { submitHandBack } from "./hand-back-submission.ts";
import { publishHome } from "./home.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { answerOwnerCommand, answerServiceChoice } from "./owner-command.ts";
import { refuseOutsiders } from "./refuse-outsiders.ts";

export const OWNER_COMMAND = "/parley-owner";

/**
 * One listener for each kind of request, so that those that are not ours are acknowledged too: without that the agent sees
 * an error, and over a socket no answer at all.
 */
export function registerListeners(app: App, dependencies: ListenerDependencies): void {
  const { log, permissions, team } = dependencies;

  app.use(refuseOutsiders({ permissions, team, log }));

  app.shortcut({ type: "message_action" }, async ({ ack, shortcut, client, respond }) => {
    await ack();
    if (shortcut.callback_id !== HAND_BACK) {
      return log.warn({ id: shortcut.callback_id }, "shortcut.unknown");
    }
    await openHandBackFromShortcut({ shortcut, client, respond }, dependencies);
  });
  app.shortcut({ type: "shortcut" }, async ({ ack }) => await ack());

  app.action({ type: "block_actions" }, async ({ ack, action, body, client, respond }) => {
    await ack();
    if (action.action_id.startsWith(GIVE_USER)) {
      return await answerServiceChoice({ action, body, respond }, dependencies);
    }
    switch (action.action_id) {
      case HAND_BACK:
        return await openHandBackFromButton({ body, client, respond }, dependencies);
      case SEND_AGAIN:
        return await sendAgain({ action, body, respond }, dependencies);
      case TAKE_OVER:
        return await takeOverAndSend({ action, body, respond }, dependencies);
      case DISMISS:
        return await dismiss({ action, body, respond }, false, dependencies);
      case UNDO:
        return await undo({ action, body, respond }, dependencies);
      case IT_ARRIVED:
        return await dismiss({ action, body, respond }, true, dependencies);
      default:
        // Buttons that are links arrive here too.
        return log.debug({ id: action.action_id }, "action.unknown");
    }
  });

  app.view<ViewSubmitAction>({ type: "view_submission" }, async ({ ack, body, view }) => {
    if (view.callback_id !== HAND_BACK) return await ack();
    await submitHandBack({ ack, body, view }, dependencies);
  });
  app.view<ViewClosedAction>({ type: "view_closed" }, async ({ ack }) => await ack());

  app.command(/.*/, async ({ ack, command, respond }) => {
    if (command.command !== OWNER_COMMAND) return await ack();
    await answerOwnerCommand({ ack, command, respond }, dependencies);
  });

  app.event("app_home_opened", async ({ event, client }) => {
    if (event.tab === "home") await publishHome({ user: event.user, client }, dependencies);
  });

  // What is not acknowledged by now stays so: over HTTP Slack then shows the agent an error.
  app.error(({ code, message }) => {
    log.error({ code, error: message }, "listener.failed");
    return Promise.resolve();
  });
}
