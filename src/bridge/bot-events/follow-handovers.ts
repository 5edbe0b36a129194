import { defined } from "../../defined.ts";
import type { Lanes, NewItem } from "../../delivery/lanes.ts";
import { isSameThread, makeEventId, type Thread } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import type { Conversations } from "../ports.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";
import type { BotReceiver } from "./bot-event.ts";
import { aboutConversation, eventItem } from "./event-items.ts";

export interface FollowHandoversDependencies {
  bot: Pick<Lanes<BotEventBody>, "append" | "cancel">;
  receiver: Pick<BotReceiver, "isOn">;
  desk: Pick<Desk, "teamOf">;
  now: () => number;
}

/**
 * The same store, where the bot is told of whatever becomes of a conversation, whoever changes it. What is to be told is appended right
 * before the change is stored, in the same turn of the event loop, so that a crash leaves both, or only what is to be told. It counts
 * only where the conversation says that it happened, see {@link Conversation.told}: so it is told once, and nothing is told that was not.
 */
export function followHandovers(
  store: Conversations,
  { bot, receiver, desk, now }: FollowHandoversDependencies,
): Conversations {
  function withNews(before: Conversation, after: Conversation, appends: Append[]): Conversation {
    const news = receiver.isOn() ? newsOf(before, after, desk, now) : [];
    if (news.length === 0) return after;
    const { toldAs = before.userId, told = [] } = after;
    const items = news.map((body) => eventItem(makeEventId(), body, { toldAs }));
    for (const item of items) {
      const done = bot.append(item);
      // Whoever waits for it hears of it.
      done.catch(() => {});
      appends.push({ item, done });
    }
    return { ...after, toldAs, told: [...told, ...items.map(({ id }) => id)] };
  }

  return {
    ...store,
    async update(id, change) {
      const appends: Append[] = [];
      const after = await store.update(id, (before) => withNews(before, change(before), appends));
      for (const { item, done } of appends) {
        if (after?.told?.includes(item.id)) await done.catch(() => bot.append(item));
        // Another change has overtaken it, and nothing is to wait for it. If this fails its handler finds that out.
        else await bot.cancel(item.id).catch(() => {});
      }
      return after;
    },
  };
}

interface Append {
  readonly item: NewItem<BotEventBody>;
  readonly done: Promise<unknown>;
}

/** What has become of a conversation with a change of it, in the order in which it happened. */
function newsOf(
  before: Conversation,
  after: Conversation,
  desk: Pick<Desk, "teamOf">,
  now: () => number,
): BotEventBody[] {
  if (before === after) return [];
  const about = aboutConversation(after, desk);
  const { claim, firstAnswerAt, ending } = after;
  const [left] = after.moved ?? [];
  const news: BotEventBody[] = [];
  if (isAccepted(after) && !isAccepted(before)) {
    news.push({ kind: "accepted", ...about, at: now() });
  }
  if (left && isMoved(before, after, left.thread)) {
    news.push({
      kind: "moved",
      ...about,
      from: desk.teamOf(before).name,
      by: left.by,
      at: left.at,
    });
  }
  if (claim && claim.by !== before.claim?.by) {
    news.push({ kind: "claimed", ...about, by: claim.by, at: claim.since });
  }
  // A reply that went may be recorded after the end, of which the bot has heard.
  if (firstAnswerAt !== undefined && before.firstAnswerAt === undefined && !before.ending) {
    news.push({
      kind: "answered",
      ...about,
      ...defined({ by: after.firstAnswerBy }),
      at: firstAnswerAt,
    });
  }
  if (ending && !before.ending) {
    const kind = ending.reason === "declined" ? "declined" : "completed";
    news.push({ kind, ...about, at: ending.at });
  }
  return news;
}

const isMoved = ({ thread: from }: Conversation, { thread: to }: Conversation, left: Thread) =>
  from !== undefined && isSameThread(left, from) && !isSameThread(to, from);

/** People can see it, or could. */
const isAccepted = ({ thread, lost = [] }: Conversation): boolean =>
  thread !== undefined || lost.length > 0;
