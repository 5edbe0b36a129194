import { codeMrkdwn, literalMrkdwn } from "../../convert/text/literal-mrkdwn.ts";
import { unescapeText } from "../../convert/text/slack-text.ts";
import { sections } from "../../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { ParleyAccessError, ParleyApiError, toBridgeError } from "../../errors.ts";
import { parseUserId, type Thread, type UserId } from "../../ids.ts";
import type { OfferedChange } from "../../views/actions.ts";
import { renderConversations } from "../../views/conversation-list.ts";
import { renderServiceChoice } from "../../views/service-choice.ts";
import type { Permalink } from "../ports.ts";
import { type ChangeOwnerDependencies, changeOwner } from "./change-owner.ts";

export interface OwnerCommandDependencies extends ChangeOwnerDependencies {
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

/** As many lines as fit into a message. Teams with more open conversations use the App Home. */
const LIST_LIMIT = 25;

const HELP = `*/parley-owner* shows and changes which Service a User is with.
• \`/parley-owner\` lists the open conversations, those who wait longest first
• \`/parley-owner &lt;user&gt;\` shows who has the User now
• \`/parley-owner &lt;user&gt; &lt;service&gt;\` gives the User to a Service, by its whole name or id
• \`/parley-owner services\` lists the Services
\`&lt;user&gt;\` is a Parley User id, a customer id, or the link of a thread; \`user:…\` and \`customer:…\` say which id is meant. It does not work inside threads: Slack allows no commands there.`;

const NO_ID =
  "That is no id: one has at most 200 characters, no control characters, and is no path of dots.";

/** Answers with text for the person who asked. Never throws. */
export async function runOwnerCommand(
  command: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<SlackMessage> {
  return await answering(() => answer(command, dependencies));
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
    if (!offered || !to) return "This Service is no longer there. Nothing was changed.";
    const { userId, trigger } = offered;
    return await giveUser({ userId, to, agent, trigger }, dependencies);
  });
}

/** Invisible characters that are copied together with an id, from our own texts or from elsewhere. */
const UNSEEN = /[\u200b\u2060\ufeff]/g;

const say = (text: string): SlackMessage => ({ text, blocks: sections(text.split("\n")) });

async function answering(answer: () => Promise<string | SlackMessage>): Promise<SlackMessage> {
  try {
    const given = await answer();
    return typeof given === "string" ? say(given) : given;
  } catch (thrown) {
    return say(explain(thrown));
  }
}

async function answer(
  command: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<string | SlackMessage> {
  const [target = "", ...rest] = command.text.replaceAll(UNSEEN, "").trim().split(/\s+/);
  switch (target.toLowerCase()) {
    case "":
      return listConversations(dependencies);
    case "help":
      return HELP;
    case "services":
      return await listServices(dependencies);
  }
  const user = await findUser(unwrap(target), dependencies);
  if ("problem" in user) return user.problem;
  return rest.length === 0
    ? await showOwner(user.userId, dependencies)
    : await giveTo(user.userId, unescapeText(rest.join(" ")), command, dependencies);
}

function listConversations({
  conversations,
  permalink,
  texts,
  now,
}: OwnerCommandDependencies): string {
  const lines = conversations.open().map(({ userId, user, thread, waitingSince }) => ({
    userId,
    user,
    link: thread && permalink(thread),
    waitingSince,
  }));
  const count = lines.length === 1 ? "1 open conversation" : `${lines.length} open conversations`;
  const list = renderConversations(lines, now(), LIST_LIMIT, texts);
  return lines.length === 0 ? list : `*${count}*\n${list}`;
}

async function listServices({ parley }: OwnerCommandDependencies): Promise<string> {
  const services = await parley.services();
  const lines = services.map(({ id, name, isDefault }) => {
    const marks = [isDefault && "default", id === parley.self && "this bridge"].filter(Boolean);
    return `• *${literalMrkdwn(name)}* ${codeMrkdwn(id)}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`;
  });
  return lines.length > 0 ? lines.join("\n") : "Parley names no Services for this account.";
}

async function showOwner(
  userId: UserId,
  { parley, conversations, permalink }: OwnerCommandDependencies,
): Promise<string> {
  const [owner, services] = await Promise.all([parley.ownerOf(userId), parley.services()]);
  const who = `User ${literalMrkdwn(userId)}`;
  if (owner === undefined) return `Parley did not say who has ${who}.`;
  const name = services.find(({ id }) => id === owner)?.name ?? owner;
  const newest = await conversations.byUser(userId);
  const link =
    newest?.state === "open" && newest.thread ? ` · <${permalink(newest.thread)}|open thread>` : "";
  return `${who} is with *${literalMrkdwn(name)}*${owner === parley.self ? " (this bridge)" : ""}${link}`;
}

/** Only a whole name or an id is enough: with a Service of a similar name the User would wait in vain. */
async function giveTo(
  userId: UserId,
  wanted: string,
  { agent, trigger }: OwnerCommand,
  dependencies: OwnerCommandDependencies,
): Promise<string | SlackMessage> {
  const services = await dependencies.parley.services();
  const looked = plain(wanted);
  const exact = services.filter(({ id, name }) => id === wanted || plain(name) === looked);
  const [to, ...others] = exact;
  if (to && others.length === 0) {
    return await giveUser({ userId, to, agent, trigger }, dependencies);
  }
  const matches = to ? exact : services.filter(({ name }) => plain(name).includes(looked));
  return renderServiceChoice({ wanted, userId, trigger, matches, services }, dependencies.texts);
}

/** A name in a form for comparing: without differences of case, spaces and ways to write accents. */
const plain = (name: string): string =>
  name.normalize("NFKC").replaceAll(/\s+/g, " ").trim().toLowerCase();

async function giveUser(
  change: Parameters<typeof changeOwner>[0],
  dependencies: OwnerCommandDependencies,
): Promise<string> {
  const where = `User ${literalMrkdwn(change.userId)} is with *${literalMrkdwn(change.to.name)}*`;
  switch (await changeOwner(change, dependencies)) {
    case "already":
      return `${where} already.`;
    case "given":
      return `${where} now.`;
    case "taken":
      return `${where} now. A thread opens in the support channel.`;
  }
}

/** Finds a User by link, by customer id, or by Parley's own id. If a number fits two Users, neither is chosen. */
async function findUser(
  text: string,
  { parley, conversations, parsePermalink }: OwnerCommandDependencies,
): Promise<{ userId: UserId } | { problem: string }> {
  const thread = parsePermalink(text);
  if (thread) {
    const conversation = await conversations.byThread(thread);
    if (conversation) return { userId: conversation.userId };
    return { problem: "That link is no thread of a Parley conversation." };
  }
  if (/^https?:/.test(text)) {
    return { problem: "That link is no Slack message. Copy the link of a thread's first message." };
  }
  const [, kind, id = text] = text.match(/^(user|customer):(.+)$/) ?? [];
  const userId = parseUserId(id);
  if (userId === undefined) return { problem: NO_ID };
  if (kind === "user") return { userId };
  const customer = await conversations.userByExternalId(id);
  if (kind === "customer") {
    if (customer) return { userId: customer };
    return { problem: `No conversation with customer ${literalMrkdwn(id)} is known here.` };
  }
  if (customer && customer !== userId && /^\d+$/.test(id) && (await isUser(userId, parley))) {
    return {
      problem: `${id} could be a Parley User or a customer. Write \`user:${id}\` or \`customer:${id}\`.`,
    };
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

function explain(thrown: unknown): string {
  const error = toBridgeError(thrown);
  if (error instanceof ParleyAccessError) {
    return ":warning: Parley refuses this bridge altogether. Please tell whoever runs it.";
  }
  if (error instanceof ParleyApiError && error.disposition === "dead-letter") {
    const codes = error.notificationCodes.join(", ") || `HTTP ${error.httpStatus}`;
    return `:warning: Parley does not know this User, or refuses the change (${literalMrkdwn(codes)}).`;
  }
  if (error.code === "storage") {
    return ":warning: The bridge could not store this. Nothing was changed; try again in a moment.";
  }
  return ":warning: Parley cannot be reached right now. Nothing was changed as far as we know; try again in a moment.";
}
