import type { Lanes } from "../../delivery/lanes.ts";
import { makeDerivedItemId } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { turnsLane } from "../inbox-lanes.ts";
import { isTakenOver } from "../ownership/taken-over.ts";
import type { InboxBody } from "../stored/inbox-body.ts";

/**
 * Has a conversation that opens for a team, or that waits when the team opens, given to one of its agents, where they take turns; once
 * for each `occasion`. A User whom an agent has taken over is not: whoever did it answers.
 */
export async function askForTurn(
  conversation: Conversation,
  occasion: string,
  {
    desk,
    inbox,
  }: { desk: Pick<Desk, "rulesOf" | "teamOf">; inbox: Pick<Lanes<InboxBody>, "append"> },
): Promise<void> {
  const { id, metadata } = conversation;
  if (desk.rulesOf(conversation).assign !== "round-robin" || isTakenOver(metadata)) return;
  const { name: team } = desk.teamOf(conversation);
  await inbox.append({
    lane: turnsLane(team),
    id: makeDerivedItemId(id, `turn ${occasion}`),
    body: { kind: "turn", conversation: id, team },
  });
}
