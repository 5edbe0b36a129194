import { end, openConversation } from "../src/bridge/conversation.ts";
import type { Conversations } from "../src/bridge/ports.ts";
import { makeConversationId, type Thread, toItemId, toServiceId, toUserId } from "../src/ids.ts";
import { openConversationStore } from "../src/state/sqlite/conversation-store.ts";
import { openDatabase } from "../src/state/sqlite/database.ts";
import { userId } from "./requests.ts";
import { CHANNEL, TEAM } from "./settings.ts";
import { statePath } from "./target.ts";

/** So many are written at once, and share commits. */
const CHUNK = 5_000;
const MINUTE_MS = 60_000;
/** Each is a minute older than the next, over this long: recent enough for all of them to be kept. */
const MINUTES = 20_000;

/**
 * Writes the conversations of the Users `from` to `to` - 1 into the state in the folder, through the bridge's own store. The
 * Users below `open` are with us, the others were.
 */
export async function fillConversations(
  folder: string,
  { from, to, open }: { readonly from: number; readonly to: number; readonly open: number },
): Promise<void> {
  const database = await openDatabase(statePath(folder), { access: "own" });
  try {
    const conversations = await openConversationStore(database);
    for (let first = from; first < to; first += CHUNK) {
      const users = Array.from(
        { length: Math.min(CHUNK, to - first) },
        (_, index) => first + index,
      );
      await Promise.all(users.map((user) => fill(conversations, user, user < open)));
    }
  } finally {
    await database.close();
  }
}

export const threadOfFilled = (user: number): Thread => ({
  team: TEAM,
  channel: CHANNEL,
  ts: `170${String(user).padStart(7, "0")}.000100`,
});

async function fill(conversations: Conversations, user: number, isOpen: boolean): Promise<void> {
  const id = toUserId(userId(user));
  const openedAt = Date.now() - (MINUTES - (user % MINUTES)) * MINUTE_MS;
  const conversation = {
    ...openConversation({
      id: makeConversationId(id, toItemId(`handover-of-${id}`)),
      userId: id,
      user: { name: `Customer ${user}`, externalId: `customer-${user}` },
      openedAt,
      metadata: { reason: "wants a human", intent: "parcel" },
    }),
    thread: threadOfFilled(user),
  };
  const to = { id: toServiceId("bench-bot"), name: "Bot" };
  await conversations.create(
    isOpen
      ? conversation
      : end(conversation, "handed-back", { at: openedAt + 30 * MINUTE_MS, to, by: "U0BENCHAGENT" }),
  );
}
