import type { Item } from "../../delivery/lanes.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import type { Notifier } from "../notifier.ts";
import { askOwnership, nameService } from "../owner.ts";
import type { EventOf } from "../parley-event.ts";
import type { Patience } from "../patience.ts";
import type { Conversations, Parley } from "../ports.ts";
import { recordTakenAway } from "./end-conversation.ts";

export interface TakenAwayDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  conversations: Conversations;
  audit: Audit;
  notifier: Notifier;
  texts: Texts;
  patience: Patience;
  now: () => number;
}

/** Another Service owns the User from now on; no news where an agent of ours wanted just that. Safe to repeat. */
export async function takenAway(
  item: Pick<Item<unknown>, "triedMs">,
  { userId, newOwner }: EventOf<"owner-changed">,
  dependencies: TakenAwayDependencies,
): Promise<void> {
  const { parley, conversations } = dependencies;
  const newest = await conversations.byUser(userId);
  if (!newest || newest.handingBackTo === newOwner) return;
  const isEnded = newest.state !== "open";
  // An earlier attempt may have ended the conversation without showing it.
  if (isEnded && (newest.state !== "taken-away" || newest.ending?.to?.id !== newOwner)) return;
  // The User was away before: this may be that change of owner once more, and only Parley knows.
  const mayBeOld = newest.previous !== undefined && !isEnded;
  if (mayBeOld && (await askOwnership(userId, item, dependencies)) === "ours") return;
  const to = await nameService(parley, newOwner);
  await recordTakenAway(newest, to, dependencies);
}
