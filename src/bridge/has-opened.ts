import type { Conversation } from "./conversation.ts";
import type { Desk } from "./desk-ports.ts";

/** Whether the team is there at the moment `now` (ms), by its hours; without any nobody knows. */
export function hasOpened(
  conversation: Conversation,
  now: number,
  { desk }: { desk: Pick<Desk, "opensAt"> },
): boolean {
  const opens = desk.opensAt(conversation, now);
  return opens !== undefined && opens.at <= now;
}
