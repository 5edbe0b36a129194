import type { Lanes } from "../../delivery/lanes.ts";
import type { Conversation } from "../conversation.ts";
import { userLane } from "../inbox-lanes.ts";
import type { InboxBody } from "../stored/inbox-body.ts";

/** Whether an answer that was sent with a form is not in the thread yet, and so is not among the replies that wait for Parley. */
export async function isAnswerWaiting(
  { id, userId }: Pick<Conversation, "id" | "userId">,
  { inbox }: { inbox: Pick<Lanes<InboxBody>, "waitingIn"> },
): Promise<boolean> {
  const waiting = await inbox.waitingIn(userLane(userId));
  return waiting.some((body) => body.kind === "answer" && body.request.conversation === id);
}
