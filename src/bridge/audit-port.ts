import type { ConversationId, ItemId, UserId } from "../ids.ts";

/** What somebody did, tried, or was not allowed to do. */
export type AuditedDeed =
  /** Gave the User to another Service, or to us, outside of a thread. */
  | "change-owner"
  /** Took the User from the Service that had them, so that a reply could go. */
  | "take-over"
  /** Parley told that another Service has the User. */
  | "taken-away"
  | "hand-back"
  /** Sent a User back whom nobody had answered. */
  | "decline"
  /** From one team to another. */
  | "move"
  /** Who answers: by a button, a form, a command, or by turns. A first reply is no deed of its own. */
  | "claim"
  | "erase"
  /** Sent a reply again that had failed, or of which nobody knew whether it had arrived. */
  | "send-again"
  /** Said of such a reply that the User has it. */
  | "confirm"
  /** Gave such a reply up. */
  | "dismiss"
  /** What is recorded only if it was refused: a message for the User, one that was to stay inside, and what else people use in Slack. */
  | "reply"
  | "lock"
  | "command"
  | "button"
  | "shortcut"
  | "form"
  | "home";

/** What is kept of a deed for those who have to account for it later. Never words of a message or of a note. */
export interface AuditRecord {
  /** The same deed has the same one, also when it is tried again: derived from the item that leads to it. */
  readonly id: ItemId;
  /** ms */
  readonly at: number;
  readonly what: AuditedDeed;
  /** Slack id of who did it; missing: nobody of ours. */
  readonly by?: string;
  readonly userId?: UserId;
  readonly conversation?: ConversationId;
  /** The id of a Service, the name of a team, or the Slack id of who answers. */
  readonly from?: string;
  readonly to?: string;
  /** `begun`: of a deed of which nobody knows yet, or ever, what came of it. */
  readonly result: "begun" | "done" | "failed" | "refused";
  /** A code: of the error, or of the refusal. */
  readonly why?: string;
}

/** Where deeds are recorded, by all replicas. */
export interface Audit {
  /**
   * Durable when resolved, and one line in the log. The same id is recorded once; only one that was `begun` gets the outcome
   * that follows. Whoever does something that may be tried again records it before that is over, so that no crash comes in
   * between.
   *
   * @throws {StorageError} it is not recorded, so what was done is not over yet
   */
  record(record: AuditRecord): Promise<void>;
}
