import { defined } from "../defined.ts";
import { toBridgeError } from "../errors.ts";
import { isSameThread, type Thread } from "../ids.ts";
import type { Conversation } from "./conversation.ts";
import type { Conversations, ThreadReader } from "./ports.ts";
import type { AgentReply } from "./stored/agent-reply.ts";
import { withReadBack } from "./teams/with-move.ts";

export interface ReadBackDependencies {
  reader: Pick<ThreadReader, "repliesAfter">;
  conversations: Pick<Conversations, "update">;
  /** Takes a reply in as if its event had just arrived. */
  takeIn: (reply: AgentReply) => Promise<"appended" | "duplicate" | "note">;
  /** Whether the lock of one of these people makes a reply a note. */
  isLocked: (reply: AgentReply, lockedBy: readonly string[]) => Promise<boolean>;
  now: () => number;
}

/**
 * Takes in what agents wrote in the threads of a conversation without an event reaching us. Returns how many replies that were; they
 * wait in the outbox by then. Where one thread of a channel cannot be read no other can: those channels are left out, and added
 * to `unreadable`.
 *
 * @throws a member of the error family
 */
export type ReadBack = (
  conversation: Conversation,
  signal: AbortSignal,
  unreadable?: Set<string>,
) => Promise<number>;

/**
 * Nothing older is read back. Far shorter than idempotency keys are kept; otherwise all replies in a thread that could not
 * be read for weeks would be sent again.
 */
const MAX_READ_BACK_MS = 3 * 86_400_000;

export function createReadBack(dependencies: ReadBackDependencies): ReadBack {
  return async (conversation, signal, unreadable = new Set()) => {
    const { thread } = conversation;
    if (!thread || unreadable.has(thread.channel)) return 0;
    const missing = await readCurrent(conversation, thread, dependencies, signal);
    if (missing === "cannot-look") unreadable.add(thread.channel);
    const left = await readLeft(conversation, unreadable, dependencies, signal);
    return left + (missing === "cannot-look" ? 0 : missing);
  };
}

async function readCurrent(
  { id, readUntil }: Conversation,
  thread: Thread,
  dependencies: ReadBackDependencies,
  signal: AbortSignal,
): Promise<number | "cannot-look"> {
  const read = await readFrom(thread, readUntil ?? thread.ts, dependencies, signal);
  if (read === "cannot-look") return read;
  const { until, missing } = read;
  if (until) {
    // Another thread may have opened meanwhile, and somebody else may have read further.
    const isNews = (c: Conversation) =>
      isSameThread(c.thread, thread) && (c.readUntil === undefined || c.readUntil < until);
    await dependencies.conversations.update(id, (c) =>
      isNews(c) ? { ...c, readUntil: until } : c,
    );
  }
  return missing;
}

/**
 * The same of the threads that it was moved from: once more each, because what was written there before was for the User. What
 * was written later is refused, and its writer told, as if its event had come.
 */
async function readLeft(
  { id, moved = [] }: Conversation,
  unreadable: Set<string>,
  dependencies: ReadBackDependencies,
  signal: AbortSignal,
): Promise<number> {
  let found = 0;
  for (const left of moved) {
    const { thread, unreadAfter } = left;
    if (unreadAfter === undefined || unreadable.has(thread.channel)) continue;
    const read = await readFrom(thread, unreadAfter, dependencies, signal).catch(
      (thrown: unknown) => {
        // It is gone with all that was in it, or out of reach with its channel.
        const { disposition } = toBridgeError(thrown);
        if (disposition !== "dead-letter" && disposition !== "fatal") throw thrown;
        return { missing: 0 };
      },
    );
    if (read === "cannot-look") {
      unreadable.add(thread.channel);
      continue;
    }
    found += read.missing;
    await dependencies.conversations.update(id, (c) => withReadBack(c, thread));
  }
  return found;
}

/** Takes in what people wrote in a thread after this `ts`, but nothing that is very old. */
async function readFrom(
  thread: Thread,
  from: string,
  { reader, takeIn, isLocked, now }: ReadBackDependencies,
  signal: AbortSignal,
): Promise<{ missing: number; until?: string } | "cannot-look"> {
  const oldest = String((now() - MAX_READ_BACK_MS) / 1000);
  // Both are `ts`, which sort as text.
  const [after = oldest] = [from, oldest].sort().reverse();
  const read = await reader.repliesAfter(thread, after, signal);
  if (read === "cannot-look") return read;
  let missing = 0;
  for (const reply of read.replies) {
    const lockedBy = read.lockedBy.get(reply.ts);
    if (lockedBy && (await isLocked(reply, lockedBy))) continue;
    if ((await takeIn(reply)) === "appended") missing += 1;
  }
  return { missing, ...defined({ until: read.until }) };
}
