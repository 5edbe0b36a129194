import { defined } from "../../defined.ts";
import type { Item, Lanes, OnDeadLetter } from "../../delivery/lanes.ts";
import type { BridgeError } from "../../errors.ts";
import type { ItemId } from "../../ids.ts";
import { renderAnswerNotSent } from "../../views/answer-post.ts";
import { renderNotClaimed } from "../../views/claims.ts";
import { renderNotMoved } from "../../views/moved.ts";
import { renderNotShown } from "../../views/not-shown.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { BotReceiver } from "../bot-events/bot-event.ts";
import { failedEvent } from "../bot-events/event-items.ts";
import type { Desk } from "../desk-ports.ts";
import { handoverOf } from "../handovers/handover-of.ts";
import type { Handovers } from "../handovers/handovers.ts";
import { type Notifier, tellOwedNotice } from "../notifier.ts";
import type { EventOf, ParleyEvent } from "../parley-event.ts";
import type { Conversations } from "../ports.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";
import type { ClaimRequest, InboxBody, MoveRequest } from "../stored/inbox-body.ts";
import type { OwedNotice } from "../stored/notice.ts";
import { withoutMove } from "../teams/with-move.ts";

export interface TellNotShownDependencies {
  bot: Pick<Lanes<BotEventBody>, "append">;
  receiver: Pick<BotReceiver, "isOn">;
  desk: Pick<Desk, "teamOf">;
  now: () => number;
  conversations: Conversations;
  handovers: Pick<Handovers, "add" | "failed">;
  notifier: Notifier;
  parse: (raw: string) => ParleyEvent;
  texts: Texts;
}

/** Tells the thread that something of its User could not be shown. What belongs to no thread is only logged. */
export function tellNotShown({
  conversations,
  handovers,
  bot,
  receiver,
  desk,
  now,
  notifier,
  parse,
  texts,
}: TellNotShownDependencies): OnDeadLetter<InboxBody> {
  /** No thread could be opened for a handover: whoever asks for it is told, and so is the bot. */
  async function tellFailed(
    { id, appendedAt }: Pick<Item<InboxBody>, "id" | "appendedAt">,
    body: InboxBody & { readonly kind: "callback" | "handover" },
    about: Pick<EventOf<"handover">, "userId" | "key">,
    { code, message }: BridgeError,
  ): Promise<void> {
    const { userId } = about;
    const newest = await conversations.byUser(userId);
    const conversation = newest?.state === "open" ? newest : undefined;
    if (conversation?.thread) return;
    const { id: handover } = await handoverOf(body, about, { handovers });
    await handovers.failed(handover, code);
    if (!receiver.isOn()) return;
    const why = { code, message, at: now() };
    await bot.append(failedEvent(id, appendedAt, { userId, conversation, handover }, why, desk));
  }

  /** For whoever wanted it; nobody has to be told if only the rest of it could not be shown. */
  async function prepareNotMoved(
    item: ItemId,
    { conversation, from, to, agent, note }: MoveRequest,
    appendedAt: number,
  ): Promise<OwedNotice | undefined> {
    const current = await conversations.update(conversation, withoutMove);
    if (!current || current.moved?.some((each) => each.item === item)) return undefined;
    const failed = { to, refusal: { why: "failed" as const }, ...defined({ note }) };
    return {
      userId: current.userId,
      purpose: `not moved ${appendedAt}`,
      notice: { thread: from, message: renderNotMoved(failed, texts), onlyFor: agent },
    };
  }

  /** For whoever wanted it, unless it was done before it failed. */
  async function prepareNotClaimed(
    item: ItemId,
    { conversation, by, to, note }: ClaimRequest,
    appendedAt: number,
  ): Promise<OwedNotice | undefined> {
    const current = await conversations.byId(conversation);
    if (!current?.thread || by === undefined || current.claimItem === item) return undefined;
    const failed = { loss: { why: "failed" as const }, ...defined({ to, note }) };
    const message = renderNotClaimed(failed, texts);
    return {
      userId: current.userId,
      purpose: `not claimed ${appendedAt}`,
      notice: { thread: current.thread, message, onlyFor: by },
    };
  }

  return {
    async prepare({ id, body, appendedAt }, error) {
      if (body.kind === "move") return await prepareNotMoved(id, body.request, appendedAt);
      if (body.kind === "claim") return await prepareNotClaimed(id, body.request, appendedAt);
      if (body.kind === "answer") {
        const { conversation, thread, agent, text } = body.request;
        const userId = (await conversations.byId(conversation))?.userId;
        if (!userId) return undefined;
        const notice = { thread, message: renderAnswerNotSent(text, texts), onlyFor: agent };
        return { userId, purpose: `answer not sent ${appendedAt}`, notice };
      }
      if (body.kind === "handover") await tellFailed({ id, appendedAt }, body, body, error);
      if (body.kind !== "callback") return undefined;
      const event = parse(body.raw);
      if (event.kind === "handover") await tellFailed({ id, appendedAt }, body, event, error);
      if (event.kind !== "message") return undefined;
      const conversation = await conversations.byUser(event.userId);
      if (!conversation?.thread) return undefined;
      const owed: OwedNotice = {
        userId: conversation.userId,
        purpose: `not shown ${appendedAt}`,
        notice: { thread: conversation.thread, message: renderNotShown(error.message, texts) },
      };
      return owed;
    },
    tell: (item, owed) => tellOwedNotice(item, owed, notifier),
  };
}
