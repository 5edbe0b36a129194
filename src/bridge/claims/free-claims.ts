import type { Lanes } from "../../delivery/lanes.ts";
import { type ConversationId, makeDerivedItemId } from "../../ids.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../pause.ts";
import type { Claim } from "../../views/root-state.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk, Permissions } from "../desk-ports.ts";
import { eachOpen } from "../each-open.ts";
import type { Conversations } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { claimItem } from "./claim-item.ts";

export interface FreeClaimsDependencies {
  conversations: Pick<Conversations, "open" | "byId">;
  desk: Pick<Desk, "teamOf">;
  permissions: Pick<Permissions, "refusalOf">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  log: Log;
}

/** By then every list of members that was old at the first look has been asked for again. */
const SECOND_LOOK_MS = 60_000;

/**
 * Nobody keeps a User who may not answer them any more: they may have left the team, or the company. It takes two looks to be
 * certain, because one may have met a list of members that was old.
 */
export async function freeClaims(
  dependencies: FreeClaimsDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { desk, permissions, inbox, log } = dependencies;
  const mayNotAnswer = async (conversation: Conversation, { by: agent }: Claim) => {
    const team = desk.teamOf(conversation);
    const refusal = await permissions.refusalOf({ agent }, { as: "agent", team });
    return refusal !== undefined && refusal.kind !== "not-known";
  };
  const doubtful = new Map<ConversationId, Claim>();
  await eachOpen(dependencies, signal, async (conversation) => {
    const { id, claim } = conversation;
    if (claim && (await mayNotAnswer(conversation, claim))) doubtful.set(id, claim);
  });
  if (doubtful.size === 0) return;
  await pause(SECOND_LOOK_MS, signal);
  let freed = 0;
  const round = await eachOpen(dependencies, signal, async (conversation) => {
    const { id, userId, claim } = conversation;
    const before = doubtful.get(id);
    if (!claim || claim.by !== before?.by || claim.since !== before.since) return;
    if (!(await mayNotAnswer(conversation, claim))) return;
    const item = makeDerivedItemId(id, `claim ${claim.by} ${claim.since} is free`);
    const request = { conversation: id, team: desk.teamOf(conversation).name, expects: claim.by };
    await inbox.append(claimItem(userId, item, request));
    freed += 1;
  });
  if (freed > 0) log.info({ freed, ...round }, "users.freed");
}
