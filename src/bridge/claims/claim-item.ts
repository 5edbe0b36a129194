import type { NewItem } from "../../delivery/lanes.ts";
import type { ItemId, UserId } from "../../ids.ts";
import { BEHIND_MESSAGES, userLane } from "../inbox-lanes.ts";
import type { ClaimRequest, InboxBody } from "../stored/inbox-body.ts";

/** What stores a claim: one after the other for each User, and no barrier between what the User wrote. */
export const claimItem = (
  userId: UserId,
  id: ItemId,
  request: ClaimRequest,
): NewItem<InboxBody> => ({
  lane: userLane(userId),
  id,
  sort: BEHIND_MESSAGES,
  body: { kind: "claim", request },
});
