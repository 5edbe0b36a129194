import { expect } from "vitest";
import type { ParleyUser } from "../../fakes/parley/state.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { type Database, openDatabase } from "../../src/state/database.ts";
import { readRichText } from "./read-rich-text.ts";
import { postsIn, rootsOf } from "./threads.ts";
import { CALLBACK_TOKEN, type World } from "./world.ts";

type Message = FakeSlack["state"]["messages"][number];
type Ephemeral = FakeSlack["state"]["ephemerals"][number];

/** How long a condition may take on a busy machine. */
export const PATIENCE = { timeout: 10_000, interval: 10 };

export interface HandedOver {
  readonly user: ParleyUser;
  /** As it was when the thread opened. */
  readonly root: Message;
}

/** The roots about one User, oldest first. */
export const rootsAbout = (slack: FakeSlack, userId: string): Message[] =>
  rootsOf(slack).filter((root) => textOf(root).includes(`Parley User \`${userId}\``));

/** Hands a User over and resolves when the thread is open and the bridge is done with the handover. */
export async function handOver(
  world: World,
  { user, metadata }: { user?: ParleyUser; metadata?: unknown } = {},
): Promise<HandedOver> {
  const { slack, parley } = world;
  const about = user ?? parley.createUser();
  const before = rootsAbout(slack, about.id).length;
  const to = parley.agentService.identification;
  const { delivered } = await parley.handOver({ userId: about.id, to, metadata });
  await delivered;
  await lastCallbackHandled(world, about.id);
  const root = rootsAbout(slack, about.id)[before];
  if (!root) throw new Error(`No thread about User ${about.id} was opened`);
  return { user: about, root };
}

/** Resolves when the bridge is done with the newest callback about a User that it has stored. */
export async function lastCallbackHandled({ log }: World, userId: string): Promise<void> {
  const stored = log.lines.findLast(
    ({ event, fields }) => event === "callback.stored" && fields.lane === `user/${userId}`,
  );
  const isItsEnd = ({ event, fields }: (typeof log.lines)[number]) =>
    event === "delivery.attempted" &&
    fields.item === stored?.fields.item &&
    fields.outcome !== "deferred";
  await expect.poll(() => log.lines.some(isItsEnd), PATIENCE).toBe(true);
}

/** How many attempts in a lane came to an end so far, whatever their outcome. */
export const settledIn = ({ log }: World, lane: string): number =>
  log.lines.filter(({ event, fields }) => event === "delivery.attempted" && fields.lane === lane)
    .length;

/** An agent hands the User back to the bot with the message shortcut; resolves when root and thread say so. */
export async function handBack({ slack }: World, root: Message): Promise<void> {
  await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts: root.ts,
  });
  const opened = await slack.waitFor(() =>
    [...slack.state.views.values()].find(({ status }) => status === "open"),
  );
  await slack.submitView({ user: "U0ANNA", viewId: opened.view.id, values: {} });
  await slack.waitFor(() => /Handed back/.test(textOf(root)));
  await slack.waitFor(() =>
    postsIn(slack, root.ts).some(({ text }) => /handed this User back/.test(text)),
  );
}

/** All texts of a message, one a line: its own and those of its blocks. */
export const textOf = ({ text, blocks }: Pick<Message, "text" | "blocks">): string =>
  [text, ...textsIn(blocks ?? [])].join("\n");

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && /^rich_text_(?:section|quote|preformatted)$/.test(String(value.type))) {
    return [readRichText(value as Readonly<Record<string, unknown>>)];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    key === "text" && typeof item === "string" ? [item] : textsIn(item),
  );
}

/** What Slack would act on in a message: mentions and links. Moments are harmless, and so is plain text. */
export function activeMarkup({ text, blocks }: Pick<Message, "text" | "blocks">): string[] {
  return [text, ...mrkdwnIn(blocks ?? [])]
    .flatMap((mrkdwn) => mrkdwn.match(/<[^>]*>?/g) ?? [])
    .filter((markup) => !markup.startsWith("<!date^"));
}

function mrkdwnIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "mrkdwn" && "text" in value) return [String(value.text)];
  return Object.values(value).flatMap(mrkdwnIn);
}

/** The names of the reactions on a message. */
export const reactionsOn = (slack: FakeSlack, ts: string): string[] =>
  slack.state.messages.find((message) => message.ts === ts)?.reactions?.map(({ name }) => name) ??
  [];

/** What only this agent was told in a thread, oldest first. */
export const toldTo = (slack: FakeSlack, agent: string, rootTs: string): Ephemeral[] =>
  slack.state.ephemerals.filter(
    ({ user, thread_ts, deleted }) => user === agent && thread_ts === rootTs && !deleted,
  );

/** Posts to a route of the bridge, with the callback token unless told otherwise. */
export const postTo = (
  world: World,
  path: string,
  body: unknown,
  authorization: string | null = CALLBACK_TOKEN,
): Promise<Response> =>
  fetch(`${world.bridgeUrl()}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(authorization !== null && { authorization }),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** A second connection to the bridge's own state, for what no request can do to it. */
export const openState = ({ env }: World): Promise<Database> =>
  openDatabase(env.STATE_URL?.slice("sqlite:".length) ?? "", { exclusive: false });
