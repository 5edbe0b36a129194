import { isObject } from "./block-limits.ts";
import type { Delivery, Parcel } from "./delivery.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import { makeId, type Workspace } from "./workspace.ts";

/** An event's inner object, such as a message event. */
export type SlackEvent = { type: string } & Record<string, unknown>;

/** Around every event over HTTP and inside every envelope of a socket. */
export interface EventEnvelope extends Record<string, unknown> {
  type: "event_callback";
  event_id: string;
  event_time: number;
  event: SlackEvent;
}

/** Events kept back until {@link HeldEvents.release}. */
export interface HeldEvents {
  readonly events: readonly EventEnvelope[];
  /**
   * Lets events through again and delivers the kept ones one after the other, in this order. Given as indexes into
   * `events`, those that are left out are lost.
   */
  release(order?: "fifo" | "lifo" | readonly number[]): Promise<DeliveryOutcome[]>;
}

interface Held {
  readonly envelope: EventEnvelope;
  readonly resolve: (outcome: DeliveryOutcome) => void;
}

export interface Events {
  /** Every envelope so far by event_id, also the dropped and missed ones. */
  readonly sent: ReadonlyMap<string, EventEnvelope>;
  /** Envelopes lost for good: dropped on purpose, sent while nobody listened, or never acknowledged. */
  readonly lost: readonly EventEnvelope[];
  /** Delivers if the app is subscribed to `subscription`; `undefined` skips that check. */
  emit(event: SlackEvent, subscription?: string): Promise<DeliveryOutcome>;
  redeliver(
    eventId: string,
    retry?: { readonly retryNum?: number; readonly reason?: string },
  ): Promise<DeliveryOutcome>;
  hold(): HeldEvents;
  /** Loses the next `count` events, or all that match, until the returned function is called. */
  drop(which: number | ((event: SlackEvent) => boolean)): () => void;
}

export function createEvents({ state, journal, now }: Workspace, delivery: Delivery): Events {
  const sent = new Map<string, EventEnvelope>();
  const lost: EventEnvelope[] = [];
  const drops = new Set<(event: SlackEvent) => boolean>();
  let held: Held[] | undefined;

  const send = async (envelope: EventEnvelope): Promise<DeliveryOutcome> => {
    const outcome = await delivery.send(toParcel(envelope));
    if (outcome.status !== "delivered") lost.push(envelope);
    return outcome;
  };

  return {
    sent,
    lost,
    emit(event, subscription) {
      if (subscription !== undefined && !state.botEvents.has(subscription)) {
        return Promise.resolve({ status: "dropped", attempts: 0 });
      }
      const channel = state.channels.get(channelIdOf(event) ?? "");
      const envelope = makeEnvelope(event, now(), channel?.isShared ?? false);
      sent.set(envelope.event_id, envelope);
      if ([...drops].some((matches) => matches(event))) {
        lost.push(envelope);
        journal.changed("event-dropped", envelope.event_id);
        return Promise.resolve({ status: "dropped", attempts: 0, eventId: envelope.event_id });
      }
      if (!held) return send(envelope);
      const queue = held;
      return new Promise((resolve) => {
        queue.push({ envelope, resolve });
        journal.changed("event-held", envelope.event_id);
      });
    },
    redeliver(eventId, { retryNum = 1, reason = "http_timeout" } = {}) {
      const envelope = sent.get(eventId);
      if (!envelope) throw new Error(`No such event: ${eventId}`);
      return delivery.sendAgain(toParcel(envelope), { attempt: retryNum, reason });
    },
    hold() {
      held ??= [];
      const queue = held;
      return {
        get events() {
          return queue.map(({ envelope }) => envelope);
        },
        async release(order = "fifo") {
          if (held === queue) held = undefined;
          const entries = queue.splice(0);
          const inOrder =
            order === "fifo"
              ? entries
              : order === "lifo"
                ? entries.toReversed()
                : order.flatMap((index) => entries[index] ?? []);
          for (const { envelope, resolve } of entries.filter((entry) => !inOrder.includes(entry))) {
            lost.push(envelope);
            resolve({ status: "dropped", attempts: 0, eventId: envelope.event_id });
          }
          const outcomes: DeliveryOutcome[] = [];
          for (const { envelope, resolve } of inOrder) {
            const outcome = await send(envelope);
            resolve(outcome);
            outcomes.push(outcome);
          }
          return outcomes;
        },
      };
    },
    drop(which) {
      let left = typeof which === "number" ? which : Number.POSITIVE_INFINITY;
      const matches = (event: SlackEvent): boolean => {
        if (typeof which === "function") return which(event);
        left -= 1;
        if (left <= 0) drops.delete(matches);
        return true;
      };
      if (left > 0) drops.add(matches);
      return () => drops.delete(matches);
    },
  };
}

/** Where an event happened, if it names one channel. */
function channelIdOf({ channel, item }: SlackEvent): string | undefined {
  if (typeof channel === "string") return channel;
  return isObject(item) && typeof item.channel === "string" ? item.channel : undefined;
}

function makeEnvelope(event: SlackEvent, nowMs: number, isShared: boolean): EventEnvelope {
  return {
    token: identity.verificationToken,
    team_id: identity.teamId,
    context_team_id: identity.teamId,
    context_enterprise_id: null,
    api_app_id: identity.appId,
    event,
    type: "event_callback",
    event_id: makeId("Ev"),
    event_time: Math.floor(nowMs / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: identity.teamId,
        user_id: identity.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: isShared,
    event_context: `4-${makeId("ctx", 12)}`,
  };
}

function toParcel(envelope: EventEnvelope): Parcel {
  return {
    type: "events_api",
    label: `event:${envelope.event.type}`,
    payload: envelope,
    eventId: envelope.event_id,
  };
}
