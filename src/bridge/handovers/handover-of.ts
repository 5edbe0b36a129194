import { type HandoverId, makeHandoverId, makeKeyedHandoverId, type UserId } from "../../ids.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { HandoverFacts } from "./handover-facts.ts";
import type { Handovers } from "./handovers.ts";

/** A handover that an item tells of. `isNamed`: whoever hands over knows the id. */
export interface KnownHandover {
  readonly id: HandoverId;
  readonly isNamed: boolean;
}

/** The handover of an item of the inbox, which is kept from now on. Safe to repeat. */
export async function handoverOf(
  body: InboxBody & { readonly kind: "handover" | "callback" },
  { userId, key }: Pick<HandoverFacts, "key"> & { readonly userId: UserId },
  { handovers }: { readonly handovers: Pick<Handovers, "add"> },
): Promise<KnownHandover> {
  // The route has kept it.
  if (body.kind === "handover" && body.handover) return { id: body.handover, isNamed: true };
  const at = body.receivedAt;
  if (key !== undefined) {
    const kept = await handovers.add({ id: makeKeyedHandoverId(key), userId, at });
    // Else it was given to the handover of another User too.
    if (kept.userId === userId) return { id: kept.id, isNamed: true };
  }
  const raw = body.kind === "callback" ? body.raw : JSON.stringify(body);
  const { id } = await handovers.add({ id: makeHandoverId(raw), userId, at });
  return { id, isNamed: false };
}
