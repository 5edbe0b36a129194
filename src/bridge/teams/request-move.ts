import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import type { Refusal } from "../../errors.ts";
import { makeDerivedItemId, makeThreadKey, type Thread } from "../../ids.ts";
import type { MoveProblem } from "../../views/move-problem.ts";
import type { Audit } from "../audit-port.ts";
import { auditRefusal } from "../audit-refusal.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Actor, Deed, Desk, Permissions, Team } from "../desk-ports.ts";
import { userLane } from "../inbox-lanes.ts";
import type { InboxBody } from "../stored/inbox-body.ts";

export interface RequestMoveDependencies {
  desk: Desk;
  permissions: Permissions;
  audit: Audit;
  now: () => number;
  inbox: Pick<Lanes<InboxBody>, "append">;
}

/**
 * Stores the wish to give a conversation to the team `to`, behind all that its User wrote. `trigger` is Slack's id of this use of
 * a form or command: the same one is stored once. `from`: the thread that the conversation has for whoever wishes that.
 */
export async function requestMove(
  {
    conversation,
    from,
    to,
    actor,
    note,
    trigger,
  }: {
    conversation: Conversation;
    from: Thread | undefined;
    to: string;
    actor: Actor;
    note?: string;
    trigger: string;
  },
  dependencies: RequestMoveDependencies,
): Promise<"appended" | "duplicate" | MoveProblem> {
  const { desk, audit, inbox, now } = dependencies;
  if (conversation.state !== "open") return { problem: "not-open" };
  if (desk.teams.length < 2) return { problem: "one-team" };
  if (!from) return { problem: "not-ready" };
  const team = desk.teams.find(({ name }) => name === to);
  if (!team) return { problem: "team-gone" };
  const current = desk.teamOf(conversation);
  if (movedFrom(conversation, from)) return { problem: "left", team: current.name };
  if (current.name === team.name) return { problem: "with-team", team: team.name };
  const { teams, refusal } = await teamsToMoveTo(actor, { current, others: [team] }, dependencies);
  const { id, userId } = conversation;
  if (refusal && teams.length === 0) {
    const attempt = { by: actor.agent, place: makeThreadKey(from), at: now(), why: refusal.kind };
    const deed = { what: "move", userId, conversation: id, from: current.name, to } as const;
    await auditRefusal({ ...deed, ...attempt }, audit);
    return { problem: "refused", refusal };
  }
  const request = {
    conversation: id,
    from,
    to: team.name,
    agent: actor.agent,
    ...defined({ note: note || undefined }),
  };
  return await inbox.append({
    lane: userLane(userId),
    id: makeDerivedItemId(trigger, `move ${id}`),
    body: { kind: "move", request },
  });
}

/**
 * Those of the other teams to which somebody may move a User, and why not to the rest. Agents of the team that has the User may give
 * the User away; who leads another one may fetch them.
 */
export async function teamsToMoveTo(
  actor: Actor,
  { current, others }: { current: Team; others: readonly Team[] },
  { permissions }: Pick<RequestMoveDependencies, "permissions">,
): Promise<{ readonly teams: readonly Team[]; readonly refusal?: Refusal }> {
  const refusalOf = (as: Deed["as"], team: Team) =>
    permissions.refusalOf(actor, { as, team }, LOOK_UP_WITHIN_MS);
  const refusal = await refusalOf("agent", current);
  if (!refusal) return { teams: others };
  const asLead = await Promise.all(others.map((team) => refusalOf("lead", team)));
  return { teams: others.filter((_, index) => !asLead[index]), refusal };
}

/** Slack waits 3 s for an answer. */
const LOOK_UP_WITHIN_MS = 800;
