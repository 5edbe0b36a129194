import { expect } from "vitest";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { NewUser, ParleyUser } from "../../fakes/parley/state.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { Fields } from "../../src/log.ts";
import type { CapturedLog } from "./captured-log.ts";
import { rootsOf } from "./threads.ts";
import type { World } from "./world.ts";

/** How long a condition may take on a busy machine. */
export const PATIENCE = { timeout: 15_000, interval: 10 };

export interface Opened {
  readonly user: ParleyUser;
  /** `ts` of the thread's root. */
  readonly ts: string;
  /** The lane of what goes to Slack, as the log names it. */
  readonly inbox: string;
  /** The lane of what goes to Parley, as the log names it. */
  readonly outbox: string;
}

/** Hands a User over; resolves once the thread is open and recorded. */
export async function openConversation(
  { slack, parley, log }: Pick<World, "slack" | "parley" | "log">,
  given: { readonly user?: NewUser; readonly metadata?: unknown } = {},
): Promise<Opened> {
  const user = parley.createUser(given.user);
  const known = new Set(rootsOf(slack).map(({ ts }) => ts));
  await parley.handOver({
    userId: user.id,
    to: parley.agentService.identification,
    metadata: given.metadata ?? { reason: "question_too_complex" },
  });
  const inbox = `user/${user.id}`;
  await expect.poll(() => settled(log, inbox), PATIENCE).toHaveLength(1);
  const root = rootsOf(slack).find(({ ts }) => !known.has(ts));
  const ts = root?.ts ?? "";
  return { user, ts, inbox, outbox: `${slack.teamId}/${slack.channel}/${ts}` };
}

/** The attempts of a lane so far, as the log shows them. */
export const attempts = ({ lines }: CapturedLog, lane: string): Fields[] =>
  lines
    .filter(({ event, fields }) => event === "delivery.attempted" && fields.lane === lane)
    .map(({ fields }) => fields);

/** The attempts of a lane that were the last of their item. */
export const settled = (log: CapturedLog, lane: string): Fields[] =>
  attempts(log, lane).filter(
    ({ outcome }) => outcome === "done" || outcome === "ignored" || outcome === "dead",
  );

/** What the bridge asked Parley to change about a User, e.g. `PUT agent/unset`, in order, with repeats. */
export const changesAt = (parley: FakeParley, userId: string): string[] =>
  parley.requests
    .filter(({ method, path }) => method !== "GET" && path.startsWith(`/users/${userId}/`))
    .map(({ method, path }) => `${method} ${path.slice(`/users/${userId}/`.length)}`);

/** The texts that only this member sees, oldest first. */
export const toldTo = (slack: FakeSlack, user: string): string[] =>
  slack.state.ephemerals.filter((told) => told.user === user).map(({ text }) => text);

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
