import type { Thread } from "../../ids.ts";

/** A message of ours, and the files of ours in it. */
export interface OwnMessage {
  readonly ts: string;
  readonly files: readonly string[];
}

/** What is in a thread. */
interface ThreadContent {
  /** The newest first, the root last. */
  readonly ours: readonly OwnMessage[];
  /** The `ts` of messages of people. */
  readonly people: readonly string[];
  /** Slack's code: it does not let us see into it. */
  readonly refused?: string;
}

/** Removes from Slack what the bridge has in threads, at Slack's pace. Every call may throw a member of the error family that can pass. */
export interface ThreadEraser {
  contentOf(thread: Thread, signal: AbortSignal): Promise<ThreadContent>;
  /**
   * Safe to repeat, also of what is gone. `emptied`: Slack does not let us delete the message, and nothing is in it any more.
   * `left`: Slack refuses both.
   */
  remove(
    thread: Thread,
    message: OwnMessage,
    signal: AbortSignal,
  ): Promise<"removed" | "emptied" | "left">;
}
