import { z } from "zod";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import type { ItemId, Thread, UserId } from "../../ids.ts";
import {
  itemId,
  json,
  list,
  optional,
  order,
  record,
  text,
  thread,
  time,
  userId,
} from "./fields.ts";

/** Something that people in a thread should know. */
export interface Notice {
  readonly thread: Thread;
  /** Missing: the notice is only a mark. */
  readonly message?: SlackMessage;
  /** Slack id of the only agent who sees it, if they are online. Missing: everyone in the thread sees it. */
  readonly onlyFor?: string;
  /** The mark to set on an agent's message. */
  readonly mark?: { readonly ts: string; readonly as: "failed" | "uncertain" | "note" };
  /**
   * The reply about which the notice asks for a decision. Once that is taken the notice is out of date. `since`: when the
   * reply was appended (ms), for a reply that may be appended again.
   */
  readonly about?: { readonly reply: ItemId; readonly since?: number };
  /**
   * What to do if nobody knows whether the agent was told: `nothing`, because the same is said elsewhere or does not matter,
   * or a mark instead. Missing: everyone in the thread is told.
   */
  readonly ifUnclear?: "nothing" | { readonly ts: string; readonly as: "note" };
}

/** A notice to one agent. `forAll`: what everyone in the thread sees besides, and what stays there. */
export type NoticeToAll = Notice & { readonly forAll?: SlackMessage };

/** A notice that is owed about a dead letter, and in whose lane it is given. */
export interface OwedNotice {
  /** Missing: nobody knows any more whose thread it is. */
  readonly userId?: UserId;
  readonly purpose: string;
  readonly notice: NoticeToAll;
}

export const slackMessageSchema = record<SlackMessage>({
  text,
  blocks: optional(list(json)),
  author: optional(record<NonNullable<SlackMessage["author"]>>({ name: text, icon: text })),
});

const fields = {
  thread,
  message: optional(slackMessageSchema),
  onlyFor: optional(text),
  mark: optional(
    record<NonNullable<Notice["mark"]>>({
      ts: text,
      as: z.enum(["failed", "uncertain", "note"]),
    }),
  ),
  about: optional(record<NonNullable<Notice["about"]>>({ reply: itemId, since: optional(time) })),
  ifUnclear: optional(
    z.union([
      z.literal("nothing"),
      record<Exclude<Notice["ifUnclear"], "nothing" | undefined>>({
        ts: text,
        as: z.literal("note"),
      }),
    ]),
  ),
};

export const noticeSchema = order<Notice>(fields);

export const owedNoticeSchema = record<OwedNotice>({
  userId: optional(userId),
  purpose: text,
  notice: record<NoticeToAll>({ ...fields, forAll: optional(slackMessageSchema) }),
});
