import { defined } from "../../defined.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import { type ItemId, makeBodyItemId, type UserId } from "../../ids.ts";
import { causeOf } from "../../views/cause-of.ts";
import type { OwnerChange } from "../../views/owner-answer.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Audit } from "../audit-port.ts";
import { audited } from "../audited.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk, Permissions, Team } from "../desk-ports.ts";
import { userLane } from "../inbox-lanes.ts";
import type { Notifier } from "../notifier.ts";
import { giveTo } from "../owner.ts";
import type { Conversations, Parley, People, Service } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { recordHandBack } from "./end-conversation.ts";
import { withHandingBack, withoutHandingBack } from "./handing-back.ts";
import { takenOver } from "./taken-over.ts";

export interface ChangeOwnerDependencies {
  parley: Parley;
  people: People;
  conversations: Conversations;
  audit: Audit;
  notifier: Notifier;
  permissions: Permissions;
  desk: Desk;
  inbox: Pick<Lanes<InboxBody>, "append">;
  texts: Texts;
  now: () => number;
}

/** Whoever asks has just been looked up, so there is an answer by now, or none in time. */
export const LOOK_UP_WITHIN_MS = 500;

/**
 * Gives a User to a Service because an agent (Slack id) wants it, outside of any thread. `trigger` identifies this use of
 * the command. Nothing is done where somebody else is giving the User to another Service at this moment, or has just done so.
 */
export async function changeOwner(
  change: {
    userId: UserId;
    to: Service;
    agent: string;
    trigger: string;
  },
  dependencies: ChangeOwnerDependencies,
): Promise<OwnerChange> {
  const { parley, conversations, audit, now } = dependencies;
  const { userId, to, agent, trigger } = change;
  const newest = await conversations.byUser(userId);
  const open = newest?.state === "open" ? newest : undefined;
  const from = await parley.ownerOf(userId);
  const hasUser = from === to.id;
  const isOurs = to.id === parley.self;
  if (hasUser && (!isOurs || open)) return "already";
  const { name } = await dependencies.people.identityOf(agent);
  const item = makeBodyItemId(`${userId} ${to.id}`, trigger);
  const about = defined({ userId, conversation: open?.id, from });
  const deed = {
    id: item,
    at: now(),
    what: "change-owner",
    by: agent,
    ...about,
    to: to.id,
  } as const;
  const act = async (): Promise<OwnerChange> => {
    if (!isOurs) return await give(userId, to, open, { item, agent, name }, dependencies);
    const team = await teamOfTaker(agent, newest, dependencies);
    const taking = { userId, agentName: name, item, isOurs: hasUser, ...defined({ team }) };
    await takeUser(taking, dependencies);
    return "taken";
  };
  return await audited(deed, audit, act, (outcome) =>
    outcome === "overtaken" ? outcome : undefined,
  );
}

/** Whoever takes a User over should be able to answer; the team that had the User last comes first. */
async function teamOfTaker(
  agent: string,
  last: Conversation | undefined,
  { permissions, desk }: Pick<ChangeOwnerDependencies, "permissions" | "desk">,
): Promise<Team | undefined> {
  if (desk.teams.length < 2) return undefined;
  const teams = await permissions.teamsOf(agent, LOOK_UP_WITHIN_MS);
  const before = last && desk.teamOf(last).name;
  return teams.find(({ name }) => name === before) ?? teams[0];
}

/**
 * Takes a User over, and has a thread of `team` opened if there is none. `isOurs`: we own the User already. Safe to repeat for
 * the same `item`.
 */
export async function takeUser(
  {
    userId,
    agentName,
    item,
    isOurs,
    team,
  }: {
    userId: UserId;
    agentName: string;
    item: ItemId;
    isOurs: boolean;
    team?: Team;
  },
  {
    parley,
    inbox,
    desk,
    now,
  }: Pick<ChangeOwnerDependencies, "parley" | "inbox" | "now"> & { desk: Pick<Desk, "teams"> },
): Promise<void> {
  // The root shows it, and where there is a single team it says nothing.
  const metadata = takenOver(agentName, desk.teams.length > 1 ? team?.name : undefined);
  if (!isOurs) await giveTo(parley, userId, parley.self, metadata);
  const body: InboxBody = { kind: "handover", userId, metadata, receivedAt: now() };
  await inbox.append({ lane: userLane(userId), id: item, body });
}

async function give(
  userId: UserId,
  to: Service,
  open: Conversation | undefined,
  by: { item: ItemId; agent: string; name: string },
  dependencies: ChangeOwnerDependencies,
): Promise<OwnerChange> {
  const { parley, conversations } = dependencies;
  if (open) {
    const begun = await conversations.update(open.id, (c) =>
      withHandingBack(c, to.id, dependencies.now()),
    );
    if (begun?.handingBackTo !== to.id) return "overtaken";
  }
  // If this fails the User only sees the agent's name for longer, which the thread says.
  const refusal = open && (await parley.unsetAgent(userId).then(() => undefined, toBridgeError));
  try {
    await giveTo(parley, userId, to.id, { reason: "owner_changed", changedBy: by.name });
  } catch (error) {
    if (open) await conversations.update(open.id, (c) => withoutHandingBack(c, to.id));
    throw error;
  }
  if (!open) return "given";
  const unsetRefusal = refusal && causeOf(refusal, dependencies.texts);
  const done = { to, by: by.agent, ...defined({ unsetRefusal }) };
  await recordHandBack(by.item, open, done, dependencies);
  return "given";
}
