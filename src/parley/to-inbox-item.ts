import type { InboxBody, ParleyEvent } from "../bridge/events.ts";
import { BEHIND_MESSAGES, inboxLane } from "../bridge/notify.ts";
import { defined } from "../defined.ts";
import type { NewItem } from "../delivery/lanes.ts";
import { makeBodyItemId, makeMessageItemId } from "../ids.ts";

/** Without an id of its own, the same message within this time is a redelivery; later it may well be a new "ok". */
const NAMELESS_SLOT_MS = 10_000;

/** Messages are known by their id; what has none and changes only our state is harmless twice. */
export function toInboxItem(
  event: ParleyEvent,
  raw: string,
  receivedAt: number,
  groupMs: number,
): NewItem<InboxBody> {
  const body: InboxBody = { kind: "callback", raw, receivedAt };
  if (event.kind === "unknown") {
    return { lane: "unknown", id: makeBodyItemId(raw, slotOf(receivedAt)), body };
  }
  const lane = inboxLane(event.userId);
  if (event.kind === "typing") {
    return { lane, id: makeBodyItemId(raw, arrival()), sort: BEHIND_MESSAGES, body };
  }
  if (event.kind !== "message") return { lane, id: makeBodyItemId(raw, arrival()), body };
  const { id } = event.message;
  const notBefore = groupMs > 0 ? receivedAt + groupMs : undefined;
  return id === undefined
    ? { lane, id: makeBodyItemId(raw, slotOf(receivedAt)), body, ...defined({ notBefore }) }
    : {
        lane,
        id: makeMessageItemId(event.userId, id),
        body,
        ...defined({ sort: toSortKey(id), notBefore }),
      };
}

const slotOf = (at: number): string => `slot ${Math.floor(at / NAMELESS_SLOT_MS)}`;

/** Unique for each arrival, across restarts too. */
export const arrival = (): string => `arrival ${crypto.randomUUID()}`;

/** Parley's message ids are whole numbers that grow; padded so that they sort as text. Others keep their arrival. */
const toSortKey = (id: string): string | undefined =>
  /^\d+$/.test(id) ? id.padStart(20, "0") : undefined;
