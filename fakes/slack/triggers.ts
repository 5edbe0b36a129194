import { SlackError } from "./slack-error.ts";
import { makeId, type Workspace } from "./workspace.ts";

/** A trigger_id lives this long. Source: docs.slack.dev/interactivity/handling-user-interaction. */
const TRIGGER_TTL_MS = 3_000;

export interface Triggers {
  /** A new trigger_id for an interaction of `user`; `viewId` is the modal it came from. */
  issue(user: string, viewId?: string): string;
  /**
   * Exchanges a trigger_id, once.
   * @throws {SlackError} `invalid_trigger_id`, `expired_trigger_id`, `exchanged_trigger_id`
   */
  exchange(id: string): { user: string; viewId: string | undefined };
}

export function createTriggers({ now }: Pick<Workspace, "now">): Triggers {
  const triggers = new Map<
    string,
    { user: string; viewId: string | undefined; at: number; exchanged: boolean }
  >();
  return {
    issue(user, viewId) {
      const id = `${now()}.${triggers.size + 1}.${makeId("", 12).toLowerCase()}`;
      triggers.set(id, { user, viewId, at: now(), exchanged: false });
      return id;
    },
    exchange(id) {
      const trigger = triggers.get(id);
      if (!trigger) throw new SlackError("invalid_trigger_id");
      if (trigger.exchanged) throw new SlackError("exchanged_trigger_id");
      if (now() - trigger.at > TRIGGER_TTL_MS) throw new SlackError("expired_trigger_id");
      trigger.exchanged = true;
      return { user: trigger.user, viewId: trigger.viewId };
    },
  };
}
