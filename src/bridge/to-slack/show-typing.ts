import type { UserId } from "../../ids.ts";
import type { Conversations, Posts } from "../ports.ts";

/** A sign older than this says nothing any more. */
const LIFE_MS = 20_000;

/** Shows in the User's thread that the User is typing, or no longer; a courtesy that is left out where it comes late. */
export async function showTyping(
  { userId, active }: { userId: UserId; active: boolean },
  receivedAt: number,
  {
    posts,
    conversations,
    now,
  }: { posts: Pick<Posts, "showTyping">; conversations: Conversations; now: () => number },
): Promise<void> {
  if (now() - receivedAt > LIFE_MS) return;
  const newest = await conversations.byUser(userId);
  if (newest?.state !== "open" || !newest.thread) return;
  // Messages overtake it in the lane: what the User was typing may be in the thread already.
  if (active && receivedAt < (newest.lastWroteAt ?? 0)) return;
  await posts.showTyping(newest.thread, active);
}
