import { plainName } from "../../convert/text/plain-name.ts";
import { unescapeText } from "../../convert/text/slack-text.ts";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { ParleyApiError, toBridgeError } from "../../errors.ts";
import { parseUserId, type Thread, type UserId } from "../../ids.ts";
import type { OfferedChange } from "../../views/actions.ts";
import { type OwnerAnswer, renderOwnerAnswer } from "../../views/owner-answer.ts";
import { auditRefusal } from "../audit-refusal.ts";
import {
  type ClaimByCommandDependencies,
  claimByCommand,
  readClaimWords,
} from "../claims/claim-by-command.ts";
import type { Deed } from "../desk-ports.ts";
import { listOpen } from "../list-open.ts";
import type { Permalink } from "../ports.ts";
import { type RequestMoveDependencies, requestMove } from "../teams/request-move.ts";
import { type ChangeOwnerDependencies, changeOwner, LOOK_UP_WITHIN_MS } from "./change-owner.ts";
import { type DeclineByCommandDependencies, declineByCommand } from "./decline-by-command.ts";

export interface OwnerCommandDependencies
  extends ChangeOwnerDependencies,
    ClaimByCommandDependencies,
    DeclineByCommandDependencies,
    RequestMoveDependencies {
  conversations: ChangeOwnerDependencies["conversations"];
  desk: ChangeOwnerDependencies["desk"];
  permalink: Permalink;
  parsePermalink: (text: string) => Thread | undefined;
}

/** One use of `/parley-owner`. */
export interface OwnerCommand {
  text: string;
  /** Slack id. */
  agent: string;
  /** Slack's id of this use, so that a repeat of it changes nothing. */
  trigger: string;
}

/** Answers the person who asked. Never throws. */
export async function runOwnerCommand(
  command: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<SlackMessage> {
  return await answering(() => answer(command, dependencies), dependencies);
}

/**
 * Carries out what a button of the command's answer offers; returns the answer for the person who pressed it. Never throws.
 * `offered` is missing if the button says nothing that can be read.
 */
export async function giveOfferedUser(
  { offered, agent }: { offered: OfferedChange | undefined; agent: string },
  dependencies: OwnerCommandDependencies,
): Promise<SlackMessage> {
  return await answering(async () => {
    const services = await dependencies.parley.services();
    const to = services.find(({ id }) => id === offered?.to);
    if (!offered || !to) return { kind: "problem", problem: "service-gone" };
    const { userId, trigger } = offered;
    return await giveUser({ userId, to, agent, trigger }, dependencies);
  }, dependencies);
}

/**
 * Moves a User to the team that a button of the command's answer offers; returns the answer for the person who pressed it. Never
 * throws. `offered` is missing if the button says nothing that can be read.
 */
export async function moveOfferedUser(
  { offered, agent }: { offered: OfferedChange | undefined; agent: string },
  dependencies: OwnerCommandDependencies,
): Promise<SlackMessage> {
  return await answering(
    async () =>
      offered
        ? await moveUser({ ...offered, agent }, dependencies)
        : { kind: "not-moved", problem: "team-gone" },
    dependencies,
  );
}

/** Invisible characters that are copied together with an id, from our own texts or from elsewhere. */
const UNSEEN = /[\u200b\u2060\ufeff]/g;

async function answering(
  answer: () => Promise<OwnerAnswer>,
  { texts }: Pick<OwnerCommandDependencies, "texts">,
): Promise<SlackMessage> {
  try {
    return renderOwnerAnswer(await answer(), texts);
  } catch (thrown) {
    return renderOwnerAnswer({ kind: "failed", error: toBridgeError(thrown) }, texts);
  }
}

async function answer(
  command: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const [target = "", ...rest] = command.text.replaceAll(UNSEEN, "").trim().split(/\s+/);
  switch (target.toLowerCase()) {
    case "":
    case "list":
      return {
        kind: "conversations",
        lines: await listOpen(
          await dependencies.permissions.teamsOf(command.agent, LOOK_UP_WITHIN_MS),
          command.agent,
          dependencies,
        ),
        now: dependencies.now(),
      };
    case "help":
      return { kind: "help" };
    case "services":
      return await listServices(dependencies);
  }
  const user = await findUser(unwrap(target), dependencies);
  if ("problem" in user) return user;
  if (rest.length === 0) {
    return await showOwner(user.userId, command.agent, dependencies);
  }
  const claim = readClaimWords(rest);
  if (claim) return await claimByCommand(claim, { ...command, ...user }, dependencies);
  const [first = "", ...others] = rest;
  if (first.toLowerCase() === "decline" && others.length > 0) {
    const refused = await refusalFor(user.userId, command.agent, "lead", dependencies);
    return refused ?? (await declineByCommand(others, { ...command, ...user }, dependencies));
  }
  const isCutShort = others.length === 0 && WANTS_MORE.has(first.toLowerCase());
  if (isCutShort && !(await isService(rest, dependencies))) return { kind: "help" };
  const isMove = first.toLowerCase() === "move" && others.length > 0;
  // Where there is a single team nobody can be moved, and all Services have to be found by their names.
  const isAlone = dependencies.desk.teams.length < 2;
  if (isMove && !(isAlone && (await isService(rest, dependencies)))) {
    return await moveToNamed(user.userId, unescapeText(others.join(" ")), command, dependencies);
  }
  return await giveToNamed(user.userId, unescapeText(rest.join(" ")), command, dependencies);
}

/** What says nothing by itself. */
const WANTS_MORE: ReadonlySet<string> = new Set(["assign", "decline", "move"]);

/** Whether these words are the whole name of a Service. */
async function isService(
  words: readonly string[],
  { parley }: Pick<OwnerCommandDependencies, "parley">,
): Promise<boolean> {
  const sought = plainName(unescapeText(words.join(" ")));
  return (await parley.services()).some(({ name }) => plainName(name) === sought);
}

/** Only a whole name is enough, as of Services. */
async function moveToNamed(
  userId: UserId,
  wanted: string,
  { agent, trigger }: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const { desk } = dependencies;
  const sought = plainName(wanted);
  const teams = desk.teams.map(({ name }) => name);
  const exact =
    teams.find((name) => name === wanted) ?? teams.find((name) => plainName(name) === sought);
  if (exact !== undefined || teams.length < 2) {
    return await moveUser({ userId, to: exact ?? wanted, agent, trigger }, dependencies);
  }
  const matches = teams.filter((name) => plainName(name).includes(sought));
  return { kind: "which-team", wanted, userId, trigger, matches, teams };
}

async function moveUser(
  { userId, to, agent, trigger }: OfferedChange & { agent: string },
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const conversation = await dependencies.conversations.byUser(userId);
  if (!conversation) return { kind: "not-moved", problem: "not-open" };
  const { thread: from } = conversation;
  const wish = { conversation, from, to, actor: { agent }, trigger };
  const result = await requestMove(wish, dependencies);
  // A second press of the same button has been heard, too.
  const isStored = result === "appended" || result === "duplicate";
  return isStored ? { kind: "moving", userId, team: to } : { kind: "not-moved", ...result };
}

async function listServices({ parley }: OwnerCommandDependencies): Promise<OwnerAnswer> {
  const services = await parley.services();
  const named = services.map((service) => ({ ...service, isUs: service.id === parley.self }));
  return { kind: "services", services: named };
}

/** A User who is in no thread of ours is nobody's in particular. */
async function showOwner(
  userId: UserId,
  agent: string,
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const { parley, conversations, permalink } = dependencies;
  const refused = await refusalFor(userId, agent, undefined, dependencies);
  if (refused) return refused;
  const [owner, services] = await Promise.all([parley.ownerOf(userId), parley.services()]);
  if (owner === undefined) return { kind: "owner", userId };
  const name = services.find(({ id }) => id === owner)?.name ?? owner;
  const newest = await conversations.byUser(userId);
  const thread = newest?.state === "open" ? newest.thread : undefined;
  return {
    kind: "owner",
    userId,
    owner: { name, isUs: owner === parley.self },
    ...(thread && { link: permalink(thread) }),
  };
}

/** Only a whole name or an id is enough: with a Service of a similar name the User would wait in vain. */
async function giveToNamed(
  userId: UserId,
  wanted: string,
  { agent, trigger }: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const refused = await refusalFor(userId, agent, "lead", dependencies);
  if (refused) return refused;
  const services = await dependencies.parley.services();
  const sought = plainName(wanted);
  const exact = services.filter(({ id, name }) => id === wanted || plainName(name) === sought);
  const [to, ...others] = exact;
  if (to && others.length === 0) {
    return await giveUser({ userId, to, agent, trigger }, dependencies);
  }
  const matches = to ? exact : services.filter(({ name }) => plainName(name).includes(sought));
  return { kind: "which-service", wanted, userId, trigger, matches, services };
}

async function giveUser(
  change: Parameters<typeof changeOwner>[0],
  dependencies: OwnerCommandDependencies,
): Promise<OwnerAnswer> {
  const { userId, to, agent } = change;
  const refused = await refusalFor(userId, agent, "lead", dependencies);
  if (refused) return refused;
  const outcome = await changeOwner(change, dependencies);
  return { kind: "given", userId, service: to.name, outcome };
}

/**
 * Agents see and move the Users in the threads of their teams, and nobody else does. What it takes with those who are in no
 * thread is `otherwise` a role in any team; missing: nothing.
 */
async function refusalFor(
  userId: UserId,
  agent: string,
  otherwise: Deed["as"] | undefined,
  { conversations, permissions, desk, audit, now }: OwnerCommandDependencies,
): Promise<OwnerAnswer | undefined> {
  const newest = await conversations.byUser(userId);
  const team = newest?.state === "open" ? desk.teamOf(newest) : undefined;
  const as = team ? "agent" : otherwise;
  const refusal = as && (await permissions.refusalOf({ agent }, { as, team }, LOOK_UP_WITHIN_MS));
  if (!refusal) return undefined;
  const attempt = { what: "command", by: agent, at: now(), why: refusal.kind, userId } as const;
  await auditRefusal({ ...attempt, place: `user/${userId}` }, audit);
  return { kind: "refused", refusal };
}

type Problem = Extract<OwnerAnswer, { kind: "problem" }>;

/** The User as whom the one who is meant lives on: Parley does not know those any more who were merged into another. */
async function findUser(
  text: string,
  dependencies: OwnerCommandDependencies,
): Promise<{ userId: UserId } | Problem> {
  const found = await findNamed(text, dependencies);
  if ("problem" in found) return found;
  return { userId: await dependencies.conversations.currentId(found.userId) };
}

/** Finds a User by link, by customer id, or by Parley's own id. If a number fits two Users, neither is chosen. */
async function findNamed(
  text: string,
  { parley, conversations, parsePermalink }: OwnerCommandDependencies,
): Promise<{ userId: UserId } | Problem> {
  const thread = parsePermalink(text);
  if (thread) {
    const conversation = await conversations.byThread(thread);
    if (conversation) return { userId: conversation.userId };
    return { kind: "problem", problem: "no-thread" };
  }
  if (/^https?:/.test(text)) return { kind: "problem", problem: "no-message-link" };
  const [, kind, id = text] = text.match(/^(user|customer):(.+)$/) ?? [];
  const userId = parseUserId(id);
  if (userId === undefined) return { kind: "problem", problem: "no-id" };
  if (kind === "user") return { userId };
  const customer = await conversations.userByExternalId(id);
  if (kind === "customer") {
    return customer ? { userId: customer } : { kind: "problem", problem: "unknown-customer", id };
  }
  if (customer && customer !== userId && /^\d+$/.test(id) && (await isUser(userId, parley))) {
    return { kind: "problem", problem: "ambiguous", id };
  }
  return { userId: customer ?? userId };
}

/** Whether Parley knows a User of this id. */
async function isUser(
  userId: UserId,
  parley: OwnerCommandDependencies["parley"],
): Promise<boolean> {
  try {
    await parley.ownerOf(userId);
    return true;
  } catch (error) {
    if (error instanceof ParleyApiError && error.disposition === "dead-letter") return false;
    throw error;
  }
}

/** Slack may have wrapped a link: `<https://…>` or `<https://…|label>`, with `&` escaped. */
const unwrap = (text: string): string =>
  text.replace(/^<([^>|]+)(?:\|[^>]*)?>$/, "$1").replaceAll("&amp;", "&");
