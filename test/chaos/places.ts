import type { FakeSlack } from "../../sandbox/slack/fake-slack.ts";

type Message = FakeSlack["state"]["messages"][number];

/** Shown on the roots of the User's threads, and nowhere else. */
export const makeUserName = (user: number): string => `Customer-${String(user).padStart(4, "0")}`;

/** Whose thread is whose. */
export interface Places {
  /** The roots of the User's threads, oldest first. */
  rootsOf(user: number): readonly Message[];
  /** The User of a thread, if its root names one. */
  userOf(threadTs: string): number | undefined;
}

/** Notes each root when it is posted: looking through all messages again and again would block the fakes. */
export function watchPlaces(slack: FakeSlack): Places {
  const roots = new Map<number, Message[]>();
  const users = new Map<string, number>();
  slack.subscribe((change) => {
    if (change.kind !== "state" || change.what !== "message-added") return;
    const message = slack.state.messages.findLast(({ ts }) => ts === change.id);
    if (!message || message.bot_id !== slack.botId) return;
    if (message.thread_ts !== undefined && message.thread_ts !== message.ts) return;
    const found = /Customer-(\d{4})/.exec(`${message.text} ${JSON.stringify(message.blocks)}`);
    if (!found) return;
    const user = Number(found[1]);
    users.set(message.ts, user);
    roots.set(user, [...(roots.get(user) ?? []), message]);
  });
  return {
    rootsOf: (user) => roots.get(user) ?? [],
    userOf: (threadTs) => users.get(threadTs),
  };
}
