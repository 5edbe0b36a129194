import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { SlackApiError, ThreadGoneError, toBridgeError } from "../../errors.ts";
import { isSameThread, makeDerivedItemId, type Thread } from "../../ids.ts";
import {
  type MoveRefusal,
  renderMovedAway,
  renderMoveNote,
  renderNotMoved,
} from "../../views/moved.ts";
import type { Audit } from "../audit-port.ts";
import { askForTurn } from "../claims/ask-for-turn.ts";
import { type Conversation, isIn, type Moved, movedFrom } from "../conversation.ts";
import type { Team } from "../desk-ports.ts";
import { isPatientWith } from "../patience.ts";
import type { InboxBody, MoveRequest } from "../stored/inbox-body.ts";
import { ensureRoot, type OpenThreadDependencies } from "../to-slack/open-thread.ts";
import { postOnce, postRootOnce } from "../to-slack/post-once.ts";
import { postSteps } from "../to-slack/post-steps.ts";
import { refreshRoot } from "../to-slack/refresh-root.ts";
import {
  leftRootMessage,
  overflowSteps,
  rootMessage,
  rootTagOf,
} from "../to-slack/root-message.ts";
import { type SoFarDependencies, soFarSteps } from "./so-far-steps.ts";
import { withMove, withoutMove, withThreadInVain } from "./with-move.ts";

export interface MoveDependencies extends OpenThreadDependencies, SoFarDependencies {
  audit: Audit;
}

/**
 * Gives a conversation to another team: a thread opens in its channel, and from the moment at which that is recorded only
 * this one sends. It runs in the User's lane, so what the User wrote before is in the old thread, and what comes after is in
 * the new one. Whoever asked for it is told if somebody else was faster. Safe to repeat.
 */
export async function move(
  work: Work<InboxBody>,
  request: MoveRequest,
  dependencies: MoveDependencies,
): Promise<void> {
  const { conversations, desk } = dependencies;
  const conversation = await conversations.byId(request.conversation);
  if (!conversation) return;
  const done = doneBy(work, conversation);
  if (done) return await show(work, conversation, done, request, dependencies);
  const team = desk.teams.find(({ name }) => name === request.to);
  // Its root may be in Slack. Then that is found out first, and it will lead to the conversation in any case.
  const hasBegun = work.names().some((name) => ROOT.test(name));
  if (!team || (!hasBegun && whyNot(conversation, request, dependencies))) {
    return await refuse(work, conversation, request, dependencies);
  }
  const opened = await open(work, conversation, team, request, dependencies);
  if (!opened) return;
  const recorded = await record(work, opened, request, dependencies);
  if (conversation.openingSince !== undefined) dependencies.onThreadFound();
  const mine = recorded && doneBy(work, recorded);
  if (mine) await show(work, recorded, mine, request, dependencies);
}

const ROOT = /^root \d+$/;

const doneBy = ({ item }: Work<InboxBody>, { moved = [] }: Conversation): Moved | undefined =>
  moved.find((each) => each.item === item.id);

/** The thread in the team's channel; `undefined`: Slack does not take it there, and whoever wants it has been told. */
async function open(
  work: Work<InboxBody>,
  given: Conversation,
  team: Team,
  request: MoveRequest,
  dependencies: MoveDependencies,
): Promise<Thread | undefined> {
  const { conversations, inTurn, now } = dependencies;
  const { channel } = team;
  const { id, openingSince: since, openingIn } = given;
  const tag = rootTagOf(given, given.thread ? 1 : 0);
  const name = work.names().find((each) => ROOT.test(each)) ?? `root ${tag.opening}`;
  const root = {
    channel,
    begun: since === undefined || openingIn !== channel ? undefined : { tag, since, channel },
    async tag() {
      await conversations.update(id, (c) =>
        c.openingIn === channel ? c : { ...c, openingSince: now(), openingIn: channel },
      );
      return tag;
    },
    message: () =>
      rootMessage(withMove(given, plan(work, request.from, request, now())), dependencies),
  };
  try {
    return await inTurn(
      `root ${id}`,
      () => postRootOnce(work, name, root, dependencies),
      work.signal,
    );
  } catch (thrown) {
    if (work.stateOf(name) !== "new") throw thrown;
    await conversations.update(id, withoutMove);
    const error = toBridgeError(thrown);
    // While Slack is away everything of this User waits. But what it refuses in that channel alone must hold up nothing.
    if (!(error instanceof SlackApiError) || error.disposition === "retry") throw thrown;
    await tell(work, given, request, { why: "refused", reason: error.slackError }, dependencies);
    return undefined;
  }
}

const plan = (
  { item }: Work<InboxBody>,
  to: Thread,
  { from, agent, to: team }: MoveRequest,
  at: number,
) => ({ from, to, team, by: agent, at, item: item.id });

/** From here on only the new thread sends, unless the conversation has ended or left the old one while that opened. */
async function record(
  work: Work<InboxBody>,
  to: Thread,
  request: MoveRequest,
  { conversations, now }: MoveDependencies,
): Promise<Conversation | undefined> {
  const how = plan(work, to, request, now());
  const { by, at, item } = how;
  return await conversations.update(request.conversation, (c) => {
    if (doneBy(work, c)) return c;
    return c.state === "open" && isIn(c, request.from)
      ? withMove(c, how)
      : withThreadInVain(c, to, { by, at, item });
  });
}

async function show(
  work: Work<InboxBody>,
  conversation: Conversation,
  mine: Moved,
  request: MoveRequest,
  dependencies: MoveDependencies,
): Promise<void> {
  if (mine.inVain) {
    await showLeft(work, conversation, mine, dependencies);
    return await refuse(work, conversation, request, dependencies);
  }
  await recordDone(work, conversation, mine, request, dependencies);
  await askForTurn(conversation, work.item.id, dependencies);
  const { permalink, texts } = dependencies;
  const { agent, to: team, note } = request;
  const thread = await ensureRoot(work, conversation, dependencies);
  // The User may have been merged, or handed over once more, while the root was on its way.
  await refreshRoot(work, conversation, dependencies);
  const pointer = {
    thread: mine.thread,
    tag: () => ({ kind: "message" as const, items: [work.item.id], part: -1 }),
    message: () => renderMovedAway({ agent, team, link: permalink(thread) }, texts),
  };
  const pointing = postOnce(work, "pointer", pointer, dependencies);
  await unlessUnreachable(work, pointing, dependencies);
  await showLeft(work, conversation, mine, dependencies);
  const words = note === undefined ? [] : [{ message: renderMoveNote({ agent, note }, texts) }];
  await postSteps(work, thread, [...words, ...overflowSteps(conversation, texts)], dependencies);
  const soFar = await soFarSteps(work, conversation, dependencies);
  await postSteps(work, thread, soFar, dependencies, { first: SO_FAR });
}

const recordDone = (
  { item }: Work<InboxBody>,
  { id, userId }: Conversation,
  { at, by, team }: Moved,
  { to }: MoveRequest,
  { audit }: MoveDependencies,
): Promise<void> =>
  audit.record({
    id: makeDerivedItemId(item.id, "moved"),
    at,
    what: "move",
    by,
    userId,
    conversation: id,
    to,
    result: "done",
    ...defined({ from: team }),
  });

/** The part with which the conversation so far begins, far behind those in front of it. */
const SO_FAR = 100;

/** The root of a thread that the conversation has left, or never was in: it says where to go on, and has no buttons. */
async function showLeft(
  work: Work<InboxBody>,
  conversation: Conversation,
  left: Moved,
  dependencies: MoveDependencies,
): Promise<void> {
  const message = leftRootMessage(conversation, left, dependencies);
  // The numbers of roots are those of all threads before; only the newest is looked for.
  const tag = rootTagOf(conversation, left.inVain ? 0 : -1);
  const update = dependencies.posts.updateRoot(left.thread, message, tag);
  await unlessUnreachable(work, update, dependencies);
}

/**
 * Ignores that the old thread is gone, or that Slack does not let us write there any more: its channel may be archived, and the
 * new thread is what counts.
 */
async function unlessUnreachable(
  work: Work<InboxBody>,
  call: Promise<void>,
  { patience }: MoveDependencies,
): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof ThreadGoneError) return;
    const error = toBridgeError(thrown);
    if (!(error instanceof SlackApiError) || error.disposition === "retry") throw error;
    // It may refuse everything for a moment.
    const mayPass = error.disposition === "fatal";
    if (mayPass && (await isPatientWith(work, "waiting for the old", patience.openingMs)))
      throw error;
  }
}

/** `undefined`: nothing speaks against it. */
function whyNot(
  conversation: Conversation,
  { from, to }: MoveRequest,
  { desk, permalink }: MoveDependencies,
): MoveRefusal | undefined {
  if (conversation.state !== "open") return { why: "ended" };
  const { thread } = conversation;
  const team = desk.teamOf(conversation).name;
  if (!isIn(conversation, from)) {
    const left = movedFrom(conversation, from);
    const link = thread && !isSameThread(thread, from) ? permalink(thread) : undefined;
    return { why: "elsewhere", team, ...defined({ by: left?.by, link }) };
  }
  if (team === to) return { why: "there", team };
  return undefined;
}

async function refuse(
  work: Work<InboxBody>,
  conversation: Conversation,
  request: MoveRequest,
  dependencies: MoveDependencies,
): Promise<void> {
  const refusal = whyNot(conversation, request, dependencies) ?? { why: "no-team" as const };
  // A root that may have been posted before the team was taken out of the configuration leads nowhere.
  await dependencies.conversations.update(conversation.id, withoutMove);
  await tell(work, conversation, request, refusal, dependencies);
}

async function tell(
  work: Work<InboxBody>,
  conversation: Conversation,
  { from, agent, to, note }: MoveRequest,
  refusal: MoveRefusal,
  { audit, notifier, desk, texts, now }: MoveDependencies,
): Promise<void> {
  const { id, userId } = conversation;
  await audit.record({
    // After a crash it is tried again, and may succeed then.
    id: makeDerivedItemId(work.item.id, "move failed"),
    at: now(),
    what: "move",
    by: agent,
    userId,
    conversation: id,
    from: desk.teamOf(conversation).name,
    to,
    result: "failed",
    why: refusal.why,
  });
  const message = renderNotMoved({ to, refusal, ...defined({ note }) }, texts);
  await notifier.notice(userId, work.item.id, "not moved", {
    thread: from,
    message,
    onlyFor: agent,
  });
}
