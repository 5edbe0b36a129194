import { expect } from "vitest";
import type { NewUser, ParleyUser } from "../../fakes/parley/state.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { settledIn } from "./attempts.ts";
import { type Message, postsIn, rootsAbout, textOf } from "./threads.ts";
import { CALLBACK_TOKEN, type World } from "./world.ts";

/** How long a condition may take on a busy machine. */
export const PATIENCE = { timeout: 15_000, interval: 10 };

export interface HandedOver {
  readonly user: ParleyUser;
  /** As it was when the thread opened. */
  readonly root: Message;
  /** `ts` of the thread's root. */
  readonly ts: string;
  /** The lane of what goes to Slack, as the log names it. */
  readonly inbox: string;
  /** The lane of what goes to Parley, as the log names it. */
  readonly outbox: string;
}

/** Hands a User over, a new one by default; resolves once the thread is open and the bridge is done with the handover. */
export async function handOver(
  { slack, parley, log }: Pick<World, "slack" | "parley" | "log">,
  given: { user?: ParleyUser | NewUser; metadata?: unknown } = {},
): Promise<HandedOver> {
  const user = isThere(given.user) ? given.user : parley.createUser(given.user);
  const before = rootsAbout(slack, user.id).length;
  const to = parley.agentService.identification;
  const { metadata } = given;
  const { delivered } = await parley.handOver({ userId: user.id, to, metadata });
  await delivered;
  await lastCallbackHandled({ log }, user.id);
  const root = rootsAbout(slack, user.id)[before];
  if (!root) throw new Error(`No thread about User ${user.id} was opened`);
  const { ts } = root;
  const outbox = `${slack.teamId}/${slack.channel}/${ts}`;
  return { user, root, ts, inbox: `user/${user.id}`, outbox };
}

const isThere = (user: ParleyUser | NewUser | undefined): user is ParleyUser =>
  user !== undefined && "messages" in user;

/** Resolves when the bridge is done with the newest callback about a User that it has stored; waits for the first. */
export async function lastCallbackHandled(
  { log }: Pick<World, "log">,
  userId: string,
): Promise<void> {
  const lane = `user/${userId}`;
  const newest = () =>
    log.lines.findLast(({ event, fields }) => event === "callback.stored" && fields.lane === lane);
  const isDone = () => settledIn(log, lane).some(({ item }) => item === newest()?.fields.item);
  await expect.poll(isDone, PATIENCE).toBe(true);
}

/**
 * Somebody writes; resolves once the bridge has taken it in. What is written next then arrives behind it, at whichever replica:
 * what arrives after a later message has gone comes after it.
 */
export async function writeFirst(
  slack: FakeSlack,
  post: Parameters<FakeSlack["post"]>[0],
): Promise<{ readonly ts: string }> {
  const { ts, delivered } = await slack.post(post);
  await delivered;
  return { ts };
}

/** Opens the hand-back modal as a member would, by default with the shortcut on the root. */
export async function openModal(
  slack: FakeSlack,
  ts: string,
  { user = "U0ANNA", by = "shortcut" }: { user?: string; by?: "shortcut" | "button" } = {},
) {
  const known = new Set(slack.state.views.keys());
  const at = { user, channel: slack.channel, ts };
  const outcome =
    by === "shortcut"
      ? await slack.shortcut({ ...at, callbackId: "parley_hand_back" })
      : await slack.click({ ...at, actionId: "parley_hand_back" });
  expect(outcome.status).toBe("delivered");
  const { view } = await slack.waitFor(() =>
    [...slack.state.views.values()].find((open) => !known.has(open.view.id) && open.user === user),
  );
  return view;
}

/** Hands a User back from a thread, with the modal; resolves once the modal is submitted. */
export async function submitHandBack(
  slack: FakeSlack,
  ts: string,
  values: Readonly<Record<string, string>> = {},
  user = "U0ANNA",
) {
  const { id } = await openModal(slack, ts, { user });
  return slack.submitView({ user, viewId: id, values });
}

/** An agent hands the User back to the bot; resolves when root and thread say so. */
export async function handBack({ slack }: World, root: Message): Promise<void> {
  await submitHandBack(slack, root.ts);
  await slack.waitFor(() => /Handed back/.test(textOf(root)));
  await slack.waitFor(() =>
    postsIn(slack, root.ts).some(({ text }) => /handed this User back/.test(text)),
  );
}

/** Posts to a route of the bridge, with the callback token unless told otherwise. */
export const postTo = (
  world: Pick<World, "bridgeUrl">,
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
