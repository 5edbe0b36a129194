import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { TEAMS } from "./teams.ts";

type Message = FakeSlack["state"]["messages"][number];

/** Shown on the roots of the User's threads, and nowhere else. */
export const makeUserName = (user: number): string => `Customer-${String(user).padStart(4, "0")}`;

/** Whose thread is whose. */
export interface Places {
  /** The roots of the User's conversations, oldest first; of one with several threads the newest, in which it goes on. */
  rootsOf(user: number): readonly Message[];
  /** The User of a thread, if its root names one. */
  userOf(threadTs: string): number | undefined;
  /** What the threads of one conversation have in common. */
  conversationOf(threadTs: string | undefined): string | undefined;
  /** The root of a thread that the conversation has left for another team; none if it never did, or if that is gone. */
  leftBehind(root: Message): Message | undefined;
  /** All roots of each conversation, in the order of posting, also those that are gone. */
  threads(): ReadonlyMap<string, readonly Message[]>;
}

/** Notes each root when it is posted: looking through all messages again and again would block the fakes. */
export function watchPlaces(slack: FakeSlack): Places {
  const conversationsOf = new Map<number, Set<string>>();
  const users = new Map<string, number>();
  const conversations = new Map<string, string>();
  const threads = new Map<string, Message[]>();
  const gone = new Set<string>();
  const isStanding = ({ ts }: Message) => !gone.has(ts);
  slack.subscribe((change) => {
    if (change.kind === "state" && change.what === "message-removed") gone.add(change.id);
    if (change.kind !== "state" || change.what !== "message-added") return;
    const message = slack.state.messages.findLast(({ ts }) => ts === change.id);
    if (!message || message.bot_id !== slack.botId) return;
    if (message.thread_ts !== undefined && message.thread_ts !== message.ts) return;
    if (!TEAMS.some(({ channel }) => channel === message.channel)) return;
    const found = /Customer-(\d{4})/.exec(`${message.text} ${JSON.stringify(message.blocks)}`);
    if (!found) return;
    const user = Number(found[1]);
    users.set(message.ts, user);
    const conversation = conversationOfRoot(message);
    conversations.set(message.ts, conversation);
    conversationsOf.set(user, (conversationsOf.get(user) ?? new Set()).add(conversation));
    threads.set(conversation, [...(threads.get(conversation) ?? []), message]);
  });
  /** The roots with which a conversation went on, one for each opening, and whatever is too much. */
  const goesOnIn = (conversation: string): Message[] => {
    const roots = threads.get(conversation) ?? [];
    const byOpening = Map.groupBy(
      roots.filter((root) => !isInVain(root)),
      openingOf,
    );
    const newest = byOpening.get(Math.max(...byOpening.keys())) ?? roots.slice(-1);
    // Deleted before the bridge had recorded it, as a kill allows: to the bridge it never was, so it opens the same one.
    const standing = newest.filter(isStanding);
    return standing.length > 0 ? standing : newest.slice(-1);
  };
  return {
    rootsOf: (user) => [...(conversationsOf.get(user) ?? [])].flatMap(goesOnIn),
    userOf: (threadTs) => users.get(threadTs),
    conversationOf: (threadTs) => conversations.get(threadTs ?? ""),
    leftBehind: (root) =>
      threads
        .get(conversationOfRoot(root))
        ?.findLast(
          (other) => other.channel !== root.channel && isStanding(other) && !isInVain(other),
        ),
    threads: () => threads,
  };
}

/** It opened for a move, but meanwhile the conversation had ended or gone elsewhere. */
export const isInVain = ({ blocks = [] }: Message): boolean =>
  JSON.stringify(blocks).includes("Not moved here");

/** How many threads the conversation of this root had before. */
export const openingOf = ({ metadata }: Message): number =>
  Number(metadata?.event_payload.opening ?? 0);

const conversationOfRoot = ({ ts, metadata }: Message): string =>
  String(metadata?.event_payload.conversation ?? ts);
