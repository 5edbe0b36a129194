import type { ConversationId, ItemId, UserId } from "../../ids.ts";
import type { JsonObject } from "../../json.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";

/** What the bot is told, as it is sent. Moments are in ISO 8601; `null`: it is not so, or nobody knows. */
export interface BotEvent {
  readonly type: `handover.${BotEventBody["kind"]}`;
  /** When it happened. */
  readonly timestamp: string;
  readonly data: About & JsonObject;
}

/** What every event says. */
interface About {
  /** Of what stands in `data`; it grows when something in it changes its meaning, not when something is added. */
  readonly version: 1;
  /** The id of the newest handover that belongs to it, as the answer to a request for it said, or made of Parley's callback; `null`: there is none. */
  readonly handover: string | null;
  readonly conversation: ConversationId | null;
  readonly userId: UserId;
  /** The name of the team that has it, or would get it. */
  readonly team: string | null;
}

/** Whoever is told what becomes of handovers. */
export interface BotReceiver {
  /** False: it has said that it wants to hear no more, or there is none. */
  isOn(): boolean;
  /**
   * Safe to repeat: it knows by the id what it has had already. Resolves when it has taken the event.
   *
   * @throws a member of the error family
   */
  tell(id: ItemId, event: BotEvent): Promise<void>;
}
