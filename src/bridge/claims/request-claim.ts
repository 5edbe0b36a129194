import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import type { Refusal } from "../../errors.ts";
import { makeDerivedItemId, type Thread } from "../../ids.ts";
import type { ClaimProblem } from "../../views/claim-problem.ts";
import type { Audit } from "../audit-port.ts";
import { auditRefusal } from "../audit-refusal.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Actor, Deed, Desk, Permissions } from "../desk-ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { claimItem } from "./claim-item.ts";

export interface RequestClaimDependencies {
  desk: Pick<Desk, "teamOf">;
  permissions: Permissions;
  audit: Audit;
  now: () => number;
  inbox: Pick<Lanes<InboxBody>, "append">;
}

/** Somebody's wish that `to` (Slack id) answers a User from now on; missing: nobody. */
export interface ClaimWish {
  readonly conversation: Conversation;
  /** Where it was asked for. Missing: not in a thread. */
  readonly from?: Thread;
  readonly actor: Actor;
  readonly to?: string;
  /** Who answered when this was asked for, Slack id; missing: nobody. */
  readonly expects?: string;
  readonly note?: string;
  /** The moment of it by Slack's clock, where Slack tells it. */
  readonly ts?: string;
  /** Slack's id of this use of a button, form or command: the same one is stored once. */
  readonly trigger: string;
}

/**
 * Stores the wish, behind all that the User wrote. Agents of the team that has the User may take and assign; to release a User whom a
 * colleague has takes somebody who leads the team.
 */
export async function requestClaim(
  wish: ClaimWish,
  dependencies: RequestClaimDependencies,
): Promise<"appended" | "duplicate" | ClaimProblem> {
  const { conversation, from, actor, to, expects, note, ts, trigger } = wish;
  const { desk, inbox } = dependencies;
  const { id, userId, claim, state } = conversation;
  if (state !== "open") return { problem: "not-open" };
  const team = desk.teamOf(conversation);
  if (from && movedFrom(conversation, from)) return { problem: "left", team: team.name };
  const by = actor.agent;
  const isOfColleague = expects !== undefined && expects !== by;
  const as = to === undefined && isOfColleague ? "lead" : "agent";
  const refusal = await refusalOf(wish, { as, team }, dependencies);
  if (refusal) return { problem: "refused", refusal };
  if (to !== undefined && claim?.by === to) {
    return { problem: to === by ? "yours" : "has-already" };
  }
  if (to === undefined && !claim) return { problem: "unclaimed" };
  if (claim?.by !== expects) return { problem: "overtaken", ...defined({ by: claim?.by }) };
  if (to !== undefined && to !== by) {
    const deed = { as: "agent", team } as const;
    const other = await dependencies.permissions.refusalOf({ agent: to }, deed, LOOK_UP_WITHIN_MS);
    if (other?.kind === "not-known") return { problem: "not-known" };
    if (other) return { problem: "not-agent", team: team.name };
  }
  const given = defined({ to, expects, ts, note: note || undefined });
  const request = { conversation: id, team: team.name, by, ...given };
  return await inbox.append(claimItem(userId, makeDerivedItemId(trigger, `claim ${id}`), request));
}

async function refusalOf(
  { conversation, actor, to, expects }: ClaimWish,
  deed: Deed,
  { permissions, audit, now }: RequestClaimDependencies,
): Promise<Refusal | undefined> {
  const refusal = await permissions.refusalOf(actor, deed, LOOK_UP_WITHIN_MS);
  if (!refusal) return undefined;
  const { id, userId } = conversation;
  const attempt = { what: "claim", by: actor.agent, at: now(), why: refusal.kind } as const;
  const about = { userId, conversation: id, ...defined({ from: expects, to }) };
  await auditRefusal({ ...attempt, ...about, place: id }, audit);
  return refusal;
}

/** Slack waits 3 s for an answer. */
const LOOK_UP_WITHIN_MS = 800;
