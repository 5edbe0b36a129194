import { toBridgeError } from "../errors.ts";
import type { Conversation } from "./conversation.ts";
import type { Conversations } from "./ports.ts";

/** Calls `check` for each open conversation, one after the other. A failure for one does not affect the others. */
export async function eachOpen(
  { conversations }: { conversations: Pick<Conversations, "open" | "byId"> },
  signal: AbortSignal,
  check: (conversation: Conversation) => Promise<void>,
): Promise<{ conversations: number; failures: number; failure: string | undefined }> {
  // The youngest first, because there it is most likely that somebody waits.
  const open = (await conversations.open()).toReversed();
  const failures: string[] = [];
  for (const { id } of open) {
    signal.throwIfAborted();
    try {
      // It may have ended since the round began.
      const conversation = await conversations.byId(id);
      if (conversation?.state === "open") await check(conversation);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failures.push(toBridgeError(thrown).message);
    }
  }
  return { conversations: open.length, failures: failures.length, failure: failures[0] };
}
