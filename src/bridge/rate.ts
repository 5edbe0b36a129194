import { type ConversationId, makeDerivedItemId, type Thread } from "../ids.ts";
import { renderRated } from "../views/rated.ts";
import type { Texts } from "../views/texts/en.ts";
import type { Conversation, Rating } from "./conversation.ts";
import type { Notifier } from "./notifier.ts";
import type { Conversations } from "./ports.ts";

export interface RateDependencies {
  conversations: Pick<Conversations, "update">;
  notifier: Notifier;
  texts: Texts;
  now: () => number;
  /** Is called once for each conversation, by whichever process has recorded the rating. */
  onRated: (stars: number) => void;
}

/** `rated`: this is its rating, whoever has told us first. `otherwise`: it has another one. `unknown`: nobody has seen such a conversation. */
export type RateOutcome = "rated" | "otherwise" | "unknown";

/** Whoever tells us once more so much later does not do it because of a crash. Less than idempotency keys are kept. */
const SHOWN_WITHIN_MS = 86_400_000;

/**
 * Records what a User thinks of a conversation, open or not: the first rating counts, whichever replica it reaches. Resolves when it
 * and the notice for its thread are on disk; safe to repeat.
 */
export async function rate(
  id: ConversationId,
  given: Pick<Rating, "stars" | "comment">,
  { conversations, notifier, texts, now, onRated }: RateDependencies,
): Promise<RateOutcome> {
  let isFirst = false;
  const conversation = await conversations.update(id, (before) => {
    isFirst = before.rating === undefined && hasBeenSeen(before);
    return isFirst ? { ...before, rating: { ...given, at: now() } } : before;
  });
  if (!conversation?.rating) return "unknown";
  const { rating, userId } = conversation;
  const thread = threadToTell(conversation);
  if (isFirst) onRated(rating.stars);
  if (rating.stars !== given.stars || rating.comment !== given.comment) return "otherwise";
  if (thread && now() - rating.at < SHOWN_WITHIN_MS) {
    const notice = { thread, message: renderRated(rating, texts) };
    await notifier.notice(userId, makeDerivedItemId(id, "rating"), "rated", notice);
  }
  return "rated";
}

/** Its first thread may still open. */
const hasBeenSeen = (conversation: Conversation): boolean =>
  conversation.state !== "open" || threadToTell(conversation) !== undefined;

/** While another thread opens, a notice to the one that is gone waits for it. */
const threadToTell = ({ state, thread, lost }: Conversation): Thread | undefined =>
  thread ?? (state === "open" ? lost?.[0] : undefined);
