import { isObject } from "./block-limits.ts";
import type { Delivery } from "./delivery.ts";
import { type InteractionOutcome, interactionBase } from "./interactions.ts";
import { SlackError } from "./slack-error.ts";
import type { OpenView } from "./state.ts";
import type { Triggers } from "./triggers.ts";
import type { ViewStack } from "./view-stack.ts";
import { missingInputs, toStateValues } from "./view-state.ts";
import type { Workspace } from "./workspace.ts";

interface SubmitOutcome extends Omit<InteractionOutcome, "status"> {
  /** `invalid`: Slack itself refused, because a required input is empty; the app saw nothing. */
  readonly status: InteractionOutcome["status"] | "invalid";
  readonly responseAction?: string;
  /** What the member sees below the inputs, by block id. */
  readonly errors?: Record<string, string>;
}

/** What members do with modals. */
export interface Modals {
  submit(submission: {
    readonly user: string;
    readonly viewId: string;
    /** By action id or block id; options by their value. Others keep their initial value. */
    readonly values?: Readonly<Record<string, unknown>>;
  }): Promise<SubmitOutcome>;
  /** Closes a modal; the app hears of it only if the view asked with `notify_on_close`. */
  close(closing: {
    readonly user: string;
    readonly viewId: string;
    /** The whole stack at once. */
    readonly all?: boolean;
  }): Promise<InteractionOutcome | undefined>;
}

export function createModals(
  { state, journal }: Workspace,
  parts: { delivery: Delivery; triggers: Triggers; views: ViewStack },
): Modals {
  const { delivery, triggers, views } = parts;

  const openView = (user: string, viewId: string): OpenView => {
    const open = views.find({ id: viewId });
    if (open.status !== "open" || open.user !== user) throw new SlackError("not_found");
    return open;
  };

  return {
    async submit({ user, viewId, values }) {
      const open = openView(user, viewId);
      const entered = toStateValues(open.view.blocks, values);
      const missing = missingInputs(open.view.blocks, entered);
      if (Object.keys(missing).length > 0) {
        open.errors = missing;
        journal.changed("view-errors", viewId);
        return { status: "invalid", attempts: 0, errors: missing };
      }
      const outcome = await delivery.send({
        type: "interactive",
        label: "interactive:view_submission",
        payload: {
          ...interactionBase(state, user),
          type: "view_submission",
          trigger_id: triggers.issue(user, viewId),
          view: { ...open.view, state: { values: entered } },
          response_urls: [],
        },
      });
      if (outcome.status !== "delivered") return outcome;
      const followed = follow(views, open, outcome.body);
      if (followed.errors) journal.changed("view-errors", viewId);
      return { ...outcome, ...followed };
    },
    async close({ user, viewId, all = false }) {
      const open = openView(user, viewId);
      views.close(open, all);
      if (!open.view.notify_on_close) return undefined;
      return delivery.send({
        type: "interactive",
        label: "interactive:view_closed",
        payload: {
          ...interactionBase(state, user),
          type: "view_closed",
          view: open.view,
          is_cleared: all,
        },
      });
    },
  };
}

/** Does to the modal what the app's answer asks for; without an answer the modal closes. */
function follow(
  views: ViewStack,
  open: OpenView,
  body: unknown,
): Pick<SubmitOutcome, "responseAction" | "errors"> {
  const responseAction = isObject(body) ? body.response_action : undefined;
  if (!isObject(body) || typeof responseAction !== "string") {
    views.close(open);
    return {};
  }
  switch (responseAction) {
    case "errors": {
      const errors = isObject(body.errors) ? body.errors : {};
      open.errors = Object.fromEntries(
        Object.entries(errors).map(([block, text]) => [block, String(text)]),
      );
      return { responseAction, errors: open.errors };
    }
    case "update":
      views.update(open, body.view);
      return { responseAction };
    case "push":
      views.push(open, body.view);
      return { responseAction };
    case "clear":
      views.close(open, true);
      return { responseAction };
    default:
      throw new Error(`Unknown response_action: ${responseAction}`);
  }
}
