import type { Work } from "../../delivery/lanes.ts";
import type { Conversation } from "../conversation.ts";
import { refreshDetails } from "./details.ts";
import { type EnsureRootDependencies, ensureRoot } from "./open-thread.ts";
import { rootMessage, rootTag } from "./root-message.ts";

/** Shows the root, and the details below it, as they should look now. */
export async function refreshRoot(
  work: Work<unknown>,
  conversation: Conversation,
  dependencies: EnsureRootDependencies,
): Promise<void> {
  const { thread } = conversation;
  if (!thread) return;
  // The root of an earlier version had in it what is in the details now.
  await ensureRoot(work, conversation, dependencies);
  const message = rootMessage(conversation, dependencies);
  await dependencies.posts.updateRoot(thread, message, rootTag(conversation));
  await refreshDetails({ ...conversation, thread }, dependencies);
}
