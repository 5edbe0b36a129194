import type { Lanes, Work } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import { makeDerivedItemId } from "../../ids.ts";
import type { Log } from "../../log.ts";
import type { AgentsInTurn, Desk } from "../desk-ports.ts";
import type { Conversations } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { PERSON } from "../stored/step-kinds.ts";
import { claimItem } from "./claim-item.ts";

export interface TakeTurnDependencies {
  conversations: Conversations;
  desk: Desk;
  agentsInTurn: AgentsInTurn;
  inbox: Pick<Lanes<InboxBody>, "append">;
  log: Log;
}

/** For so long Slack is asked again who is there. Then the User waits for whoever takes them. */
const LIFE_MS = 60_000;
const CHOSEN = "chosen";

/**
 * Gives a conversation that nobody has yet to the agent whose turn it is. All turns of a team are in one lane, so that no two replicas
 * give two Users to the same one. Safe to repeat.
 */
export async function takeTurn(
  work: Work<InboxBody>,
  { conversation: id, team: name }: InboxBody & { readonly kind: "turn" },
  { conversations, desk, agentsInTurn, inbox, log }: TakeTurnDependencies,
): Promise<void> {
  const { item } = work;
  const conversation = await conversations.byId(id);
  const team = desk.teams.find((each) => each.name === name);
  if (conversation?.state !== "open" || !team || desk.teamOf(conversation).name !== name) return;
  let agent = work.resultOf(CHOSEN, PERSON);
  if (agent === undefined) {
    if (conversation.claim) return;
    const next = await agentsInTurn.next(team).catch((thrown: unknown) => {
      const error = toBridgeError(thrown);
      if (item.triedMs < LIFE_MS) throw error;
      log.warn({ team: name, error: error.message }, "turn.nobody");
      return undefined;
    });
    if (next === undefined) return;
    agent = await work.step(CHOSEN, { kind: PERSON, run: async () => next });
  }
  const request = { conversation: id, team: name, to: agent };
  await inbox.append(claimItem(conversation.userId, makeDerivedItemId(item.id, "claim"), request));
  await agentsInTurn.passed(team, agent);
}
