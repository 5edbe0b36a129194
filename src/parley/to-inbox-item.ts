import { BEHIND_MESSAGES, UNKNOWN_LANE, userLane } from "../bridge/inbox-lanes.ts";
import type { ParleyEvent } from "../bridge/parley-event.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import { defined } from "../defined.ts";
import type { NewItem } from "../delivery/lanes.ts";
import { makeArrivalItemId, makeBodyItemId, makeMessageItemId } from "../ids.ts";

/** Without an id of its own, the same message within this time is a redelivery; later it may well be a new "ok". */
const NAMELESS_SLOT_MS = 10_000;

/** Where a callback waits, and what makes two of them the same. */
export function toInboxItem(
  event: ParleyEvent,
  raw: string,
  receivedAt: number,
  groupMs: number,
): NewItem<InboxBody> {
  const body: InboxBody = { kind: "callback", raw, receivedAt };
  const inSlot = makeBodyItemId(raw, slotOf(receivedAt));
  switch (event.kind) {
    case "message": {
      const lane = userLane(event.userId);
      const notBefore = groupMs > 0 ? receivedAt + groupMs : undefined;
      const { id } = event.message;
      if (id === undefined) return { lane, id: inSlot, body, ...defined({ notBefore }) };
      // Messages go by Parley's own order, in which they need not arrive.
      const order = defined({ sort: toSortKey(id), notBefore });
      return { lane, id: makeMessageItemId(event.userId, id), body, ...order };
    }
    // Messages overtake it: it says nothing about order, and a late one says nothing at all.
    case "typing":
      return {
        lane: userLane(event.userId),
        id: makeArrivalItemId(raw),
        sort: BEHIND_MESSAGES,
        body,
      };
    // Nothing in them tells a redelivery from the same thing happening again, and each handler may run twice.
    case "handover":
    case "owner-changed":
    case "merged":
      return { lane: userLane(event.userId), id: makeArrivalItemId(raw), body };
    // The same bytes at once are the same callback.
    case "unknown":
      return { lane: UNKNOWN_LANE, id: inSlot, body };
  }
}

const slotOf = (at: number): string => `slot ${Math.floor(at / NAMELESS_SLOT_MS)}`;

/** Parley's message ids are whole numbers that grow; padded so that they sort as text. Others keep their arrival. */
const toSortKey = (id: string): string | undefined =>
  /^\d+$/.test(id) ? id.padStart(20, "0") : undefined;
