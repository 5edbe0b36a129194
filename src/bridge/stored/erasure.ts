import { z } from "zod";
import type { Thread, UserId } from "../../ids.ts";
import { BUSY, type Busy } from "../erasing/user-records.ts";
import { count, flag, list, optional, record, text, thread, time, userId } from "./fields.ts";

/** What has become of a thread of a User who is being erased. The `ts` are those of messages in it. */
export interface ErasedThread {
  readonly thread: Thread;
  /** How many messages and files of ours were there when it was looked at first. */
  readonly messages: number;
  readonly files: number;
  /** Messages of people, which only people can remove. */
  readonly people: readonly string[];
  /** Messages of ours that Slack does not let us delete: there is nothing in them any more. */
  readonly emptied: readonly string[];
  /** Messages of ours that are as they were, because Slack refuses that too. */
  readonly left: readonly string[];
  /** Slack's code: we cannot see into it. */
  readonly refused?: string;
  /** Nothing is left to be done in it. */
  readonly isDone?: true;
  /** Only what was deleted then: something has come since, and it is looked at anew. */
  readonly isPast?: true;
}

/** Somebody's wish that all that there is of a User is erased, and how far that has come. */
export interface Erasure {
  /** ms since the epoch. */
  readonly at: number;
  /** Slack id of who wants it; missing: whoever runs the bridge. */
  readonly by?: string;
  /** What stands in the place of the User in records of deeds from then on. Made by chance, so that nothing leads back. */
  readonly pseudonym: string;
  /** Missing: the state keeps nothing of the User any more. */
  readonly userIds?: readonly UserId[];
  /** Rows that were kept, by table. Missing: nobody has counted them yet. */
  readonly rows?: Readonly<Record<string, number>>;
  readonly threads: readonly ErasedThread[];
  /** What it waited for when it was tried last; missing: for nothing. */
  readonly waitsFor?: Busy;
  /** It is over, and told to nobody yet. ms since the epoch. */
  readonly doneAt?: number;
}

const erasedThread = record<ErasedThread>({
  thread,
  messages: count,
  files: count,
  people: list(text),
  emptied: list(text),
  left: list(text),
  refused: optional(text),
  isDone: optional(flag),
  isPast: optional(flag),
});

export const erasureSchema = record<Erasure>({
  at: time,
  by: optional(text),
  pseudonym: text,
  userIds: optional(list(userId)),
  rows: optional(z.record(z.string(), count)),
  threads: list(erasedThread),
  waitsFor: optional(z.enum(BUSY)),
  doneAt: optional(time),
});
