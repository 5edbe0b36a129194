import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";

type Message = FakeSlack["state"]["messages"][number];

/** Shown on the roots of the User's threads, and nowhere else. */
export const makeUserName = (user: number): string => `Customer-${String(user).padStart(4, "0")}`;

/** Whose thread is whose. */
export interface Places {
  /** The roots of the User's conversations, oldest first; of one whose thread opened again the newest. */
  rootsOf(user: number): readonly Message[];
  /** The User of a thread, if its root names one. */
  userOf(threadTs: string): number | undefined;
  /** What the threads of one conversation have in common. */
  conversationOf(threadTs: string | undefined): string | undefined;
}

/** Notes each root when it is posted: looking through all messages again and again would block the fakes. */
export function watchPlaces(slack: FakeSlack): Places {
  const roots = new Map<number, Message[]>();
  const users = new Map<string, number>();
  const conversations = new Map<string, string>();
  slack.subscribe((change) => {
    if (change.kind !== "state" || change.what !== "message-added") return;
    const message = slack.state.messages.findLast(({ ts }) => ts === change.id);
    if (!message || message.bot_id !== slack.botId) return;
    if (message.thread_ts !== undefined && message.thread_ts !== message.ts) return;
    const found = /Customer-(\d{4})/.exec(`${message.text} ${JSON.stringify(message.blocks)}`);
    if (!found) return;
    const user = Number(found[1]);
    users.set(message.ts, user);
    const { conversation, opening } = markOf(message);
    conversations.set(message.ts, conversation);
    const known = roots.get(user) ?? [];
    const index = known.findIndex((root) => {
      const other = markOf(root);
      if (other.conversation !== conversation) return false;
      // Deleted before the bridge had recorded it, as a kill allows: to the bridge it never was, so it opens the same one.
      const isGone = !slack.state.messages.includes(root);
      return other.opening < opening || isGone;
    });
    roots.set(user, index === -1 ? [...known, message] : known.with(index, message));
  });
  return {
    rootsOf: (user) => roots.get(user) ?? [],
    userOf: (threadTs) => users.get(threadTs),
    conversationOf: (threadTs) => conversations.get(threadTs ?? ""),
  };
}

/** Which conversation a root opens, and for the how many-eth time. */
function markOf({ ts, metadata }: Message): { conversation: string; opening: number } {
  const { conversation = ts, opening = 0 } = { ...metadata?.event_payload };
  return { conversation: String(conversation), opening: Number(opening) };
}
