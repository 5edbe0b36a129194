import { mentionedIds } from "../convert/to-parley/mentions.ts";
import { intentOf, type ReplyMode } from "../convert/to-parley/reply-intent.ts";
import type { Thread } from "../ids.ts";
import type { EarlierMessage } from "../views/so-far.ts";
import type { ThreadPost, ThreadReader } from "./ports.ts";

/** What was written in a thread; `undefined`: Slack does not let us read it, or takes longer than this. Throws if `stopped`. */
export async function readThread(
  thread: Thread,
  withinMs: number,
  stopped: AbortSignal,
  { reader }: { reader: Pick<ThreadReader, "postsIn"> },
): Promise<readonly ThreadPost[] | undefined> {
  const late = Promise.withResolvers<undefined>();
  const given = new AbortController();
  const timer = setTimeout(() => late.resolve(undefined), withinMs);
  try {
    const reading = reader.postsIn(thread, AbortSignal.any([stopped, given.signal]));
    const read = await Promise.race([reading.catch(() => undefined), late.promise]);
    stopped.throwIfAborted();
    return read === "cannot-look" ? undefined : read;
  } finally {
    clearTimeout(timer);
    given.abort();
  }
}

/** What became of a message. `until`: what agents wrote in this thread from this `ts` on is refused, marked or not. */
export function fateOf(
  { ts, writer, message, mark }: ThreadPost,
  replyMode: ReplyMode,
  until?: string,
): EarlierMessage["fate"] {
  const intent = writer === "user" ? "send" : intentOf(message, replyMode);
  const staysInside =
    mark === "note" || intent === "note" || (intent === "ask" && mark !== "delivered");
  if (staysInside) return "inside";
  if (mark === "uncertain") return mark;
  const isLost = mark === "failed" || (writer !== "user" && until !== undefined && ts >= until);
  return isLost ? "failed" : undefined;
}

/** Everybody who is named in it, or wrote it. */
export function idsIn({ writer, message }: ThreadPost): ReturnType<typeof mentionedIds> {
  const mentioned = mentionedIds(message);
  return writer === "user"
    ? mentioned
    : { ...mentioned, users: [...mentioned.users, writer.agent] };
}
