import { z } from "zod";
import { HAND_BACK_REASONS, type HandBackReason, REMINDED } from "../../config/desk-rules.ts";
import type { ConversationId, UserId } from "../../ids.ts";
import { conversationId, kinds, optional, text, time, userId } from "./fields.ts";

/** Something that has become of a handover, at the moment `at` (ms). */
interface Happened {
  readonly conversation: ConversationId;
  readonly userId: UserId;
  /** The name of the team that had it then. */
  readonly team: string;
  /** The handover's id. */
  readonly handover?: string;
  readonly at: number;
}

/** The body of an item of the queue `bot`: what the bot is to be told. */
export type BotEventBody =
  | ({ readonly kind: "accepted" } & Happened)
  /** `by`: a Slack id, here and below. */
  | ({ readonly kind: "claimed"; readonly by: string } & Happened)
  | ({ readonly kind: "answered"; readonly by?: string } & Happened)
  /** `since` (ms): the User waits. What the desk does now, and after how long by its rules, ms. */
  | ({
      readonly kind: "waiting";
      readonly since: number;
      readonly afterMs: number;
      readonly remind?: (typeof REMINDED)[number];
      readonly tellUser?: string;
      readonly handBack?: HandBackReason;
    } & Happened)
  | ({ readonly kind: "moved"; readonly from: string; readonly by: string } & Happened)
  | ({ readonly kind: "declined" } & Happened)
  | ({ readonly kind: "completed" } & Happened)
  /** No thread could be opened. `code` and `message` of the error. */
  | ({ readonly kind: "failed"; readonly code: string; readonly message: string } & Omit<
      Happened,
      "conversation" | "team"
    > &
      Partial<Pick<Happened, "conversation" | "team">>);

const happened = {
  conversation: conversationId,
  userId,
  team: text,
  handover: optional(text),
  at: time,
};

export const botEventBodySchema = kinds<BotEventBody>({
  accepted: happened,
  claimed: { ...happened, by: text },
  answered: { ...happened, by: optional(text) },
  waiting: {
    ...happened,
    since: time,
    afterMs: time,
    remind: optional(z.enum(REMINDED)),
    tellUser: optional(text),
    handBack: optional(z.enum(HAND_BACK_REASONS)),
  },
  moved: { ...happened, from: text, by: text },
  declined: happened,
  completed: happened,
  failed: {
    ...happened,
    conversation: optional(conversationId),
    team: optional(text),
    code: text,
    message: text,
  },
});
