import type { EphemeralMessage, SlackMessage } from "../../../../fakes/slack/state.ts";
import { useTable } from "../store.ts";

/** A message of the channel, or one that only `user` sees. */
export type Shown =
  | { readonly kind: "message"; readonly message: SlackMessage }
  | { readonly kind: "ephemeral"; readonly message: EphemeralMessage };

/** What a member sees in a channel itself (`threadTs` undefined) or in one of its threads, oldest first. */
export function useMessages(
  member: string,
  channel: string,
  threadTs: string | undefined,
): readonly Shown[] {
  const messages = Object.values(useTable("messages"));
  const ephemerals = Object.values(useTable("ephemerals"));
  const shown: Shown[] = [];
  for (const message of messages) {
    if (message.channel !== channel) continue;
    const { thread_ts, ts, subtype } = message;
    const isReply = thread_ts !== undefined && thread_ts !== ts;
    const belongs =
      threadTs === undefined
        ? !isReply || subtype === "thread_broadcast"
        : ts === threadTs || thread_ts === threadTs;
    if (belongs) shown.push({ kind: "message", message });
  }
  for (const message of ephemerals) {
    if (message.channel !== channel || message.user !== member) continue;
    if (message.thread_ts === threadTs) shown.push({ kind: "ephemeral", message });
  }
  return shown.sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
}

/** How many replies each thread has, and when the last one came. */
export function useThreads(): ReadonlyMap<string, { count: number; latest: string }> {
  const messages = Object.values(useTable("messages"));
  const threads = new Map<string, { count: number; latest: string }>();
  for (const { thread_ts, ts } of messages) {
    if (thread_ts === undefined || thread_ts === ts) continue;
    const { count, latest } = threads.get(thread_ts) ?? { count: 0, latest: ts };
    threads.set(thread_ts, { count: count + 1, latest: [ts, latest].sort()[1] ?? ts });
  }
  return threads;
}
