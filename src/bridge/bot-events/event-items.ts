import { defined } from "../../defined.ts";
import type { NewItem } from "../../delivery/lanes.ts";
import { type ItemId, makeDerivedItemId, type UserId } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { userLane } from "../inbox-lanes.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";

/** The item of what the bot is to be told. */
export const eventItem = (
  id: ItemId,
  body: BotEventBody,
  conversation?: Pick<Conversation, "toldAs">,
): NewItem<BotEventBody> => ({
  lane: userLane(conversation?.toldAs ?? body.userId),
  id,
  body,
});

/** What every event of a conversation says. */
export const aboutConversation = (
  conversation: Conversation,
  desk: Pick<Desk, "teamOf">,
): Pick<BotEventBody & { kind: "accepted" }, "conversation" | "userId" | "team" | "handover"> => ({
  conversation: conversation.id,
  userId: conversation.userId,
  team: desk.teamOf(conversation).name,
  ...defined({ handover: conversation.handovers?.at(-1) }),
});

/** The User waits, and the item `from` does something about it. */
export const waitingEvent = (
  from: ItemId,
  conversation: Conversation,
  step: Omit<
    BotEventBody & { kind: "waiting" },
    "kind" | keyof ReturnType<typeof aboutConversation>
  >,
  desk: Pick<Desk, "teamOf">,
): NewItem<BotEventBody> =>
  eventItem(
    makeDerivedItemId(from, "event"),
    {
      kind: "waiting",
      ...aboutConversation(conversation, desk),
      ...step,
    },
    conversation,
  );

/** The handover of the item `from` opens no thread, for this reason. `round`: it may be tried again, and fail again. */
export const failedEvent = (
  from: ItemId,
  round: number,
  failed: { userId: UserId; conversation: Conversation | undefined; handover: string | undefined },
  why: { code: string; message: string; at: number },
  desk: Pick<Desk, "teamOf">,
): NewItem<BotEventBody> => {
  const { userId, conversation, handover } = failed;
  return eventItem(
    makeDerivedItemId(from, `failed ${round}`),
    {
      kind: "failed",
      userId,
      ...(conversation && aboutConversation(conversation, desk)),
      ...defined({ handover }),
      ...why,
    },
    conversation,
  );
};
