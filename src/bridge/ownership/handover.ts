import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { BridgeError, CancelledError } from "../../errors.ts";
import { makeConversationId } from "../../ids.ts";
import type { Json } from "../../json.ts";
import { renderFurtherHandover } from "../../views/further-handover.ts";
import type { Conversation, Opening } from "../conversation.ts";
import type { KnownHandover } from "../handovers/handover-of.ts";
import type { Handovers } from "../handovers/handovers.ts";
import { type Arrival, withArrival } from "../handovers/lease.ts";
import { type AskOwnershipDependencies, askOwnership } from "../owner.ts";
import type { EventOf } from "../parley-event.ts";
import type { Patience } from "../patience.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import { NEWS } from "../stored/step-kinds.ts";
import {
  ensureRoot,
  type OpenThreadDependencies,
  recordConversation,
} from "../to-slack/open-thread.ts";
import { postSteps } from "../to-slack/post-steps.ts";
import { refreshRoot } from "../to-slack/refresh-root.ts";
import { overflowSteps } from "../to-slack/root-message.ts";
import { isHandBackUnderWay } from "./handing-back.ts";
import { handoverNews } from "./handover-news.ts";
import { isTakenOver } from "./taken-over.ts";
import { withHandover } from "./with-handover.ts";

export interface HandoverDependencies extends OpenThreadDependencies, AskOwnershipDependencies {
  handovers: Pick<Handovers, "add" | "belongsTo">;
  patience: Patience;
  /** Called once for each handover that a conversation gets: by the one process that has recorded it. */
  onHandover: (metadata: Json | undefined) => void;
}

/** The User is ours from now on: a conversation opens, or the open one shows what is new. Safe to repeat. */
export async function handover(
  work: Work<InboxBody>,
  event: EventOf<"handover">,
  known: KnownHandover,
  receivedAt: number,
  dependencies: HandoverDependencies,
): Promise<void> {
  const { conversations, handovers, texts } = dependencies;
  const { userId, user, metadata, transcript, expiresInSeconds } = event;
  const arrival = { ...known, at: receivedAt, ...defined({ expiresInSeconds }) };
  const newest = await conversations.byUser(userId);
  notDuringHandBack(work, newest, dependencies);
  if (newest?.state === "open" && newest.id !== makeConversationId(userId, work.item.id)) {
    return await addToHandover(work, event, arrival, newest, dependencies);
  }
  let conversation = newest?.state === "open" ? newest : undefined;
  if (!conversation) {
    if (newest && !(await isStillOurs(work, event, receivedAt, newest, dependencies))) {
      return await handovers.belongsTo(known.id, newest.id);
    }
    const opening: Omit<Opening, "id" | "team" | "previous"> = {
      userId,
      user: { ...newest?.user, ...user },
      openedAt: receivedAt,
      ...defined({ metadata, transcript }),
    };
    conversation = await recordConversation(
      work,
      dependencies,
      withArrival(opening, arrival),
      newest,
    );
    count(event, dependencies);
  }
  await handovers.belongsTo(known.id, conversation.id);
  const thread = await ensureRoot(work, conversation, dependencies);
  await postSteps(work, thread, overflowSteps(conversation, texts), dependencies);
}

/**
 * The Service that gets the User back may hand the User over again before that is recorded: then this handover belongs to
 * the next conversation. Waits for the outcome, for a while.
 */
function notDuringHandBack(
  { item }: Work<InboxBody>,
  newest: Conversation | undefined,
  { patience, now }: HandoverDependencies,
): void {
  if (!newest || !isHandBackUnderWay(newest, now()) || item.triedMs >= patience.ownerMs) return;
  throw notYet("A hand-back is under way");
}

/**
 * A handover that comes after the end of a conversation may belong to that one, hours late: then only Parley knows. One
 * that was not heard of before may also be ahead of what Parley tells, so a no to it counts only after a while.
 */
async function isStillOurs(
  work: Work<InboxBody>,
  event: EventOf<"handover">,
  receivedAt: number,
  ended: Conversation,
  dependencies: AskOwnershipDependencies,
): Promise<boolean> {
  const { item } = work;
  if ((await askOwnership(event.userId, item, dependencies)) !== "other") return true;
  const isRepeat = withHandover(ended, event, receivedAt) === ended;
  const isOvertaken = ended.ending !== undefined && receivedAt <= ended.ending.at;
  const hasWaited = item.triedMs >= dependencies.patience.ownerMs;
  if (isRepeat || isOvertaken || hasWaited) return false;
  throw notYet("Parley does not say yet that the User is ours");
}

const notYet = (message: string): BridgeError =>
  new BridgeError(message, { code: "unexpected", disposition: "retry" });

/** A further handover of a User who is with us already: the root shows it, and the thread says what is new. */
async function addToHandover(
  work: Work<InboxBody>,
  event: EventOf<"handover">,
  arrival: Arrival,
  open: Conversation,
  dependencies: HandoverDependencies,
): Promise<void> {
  const { conversations, handovers, texts } = dependencies;
  const add = (conversation: Conversation) =>
    conversation.state === "open" ? withHandover(conversation, event, arrival.at) : conversation;
  // Stored before it is recorded: an attempt after a crash finds nothing new, and still has to show it.
  const news =
    add(open) === open && work.stateOf("news") === "new"
      ? undefined
      : await work.step("news", { kind: NEWS, run: async () => handoverNews(open, add(open)) });
  let isNew = false;
  const updated =
    (await conversations.update(open.id, (c) => {
      const after = c.state === "open" ? withArrival(add(c), arrival) : c;
      isNew = !knows(c, arrival) && knows(after, arrival);
      return after;
    })) ?? open;
  // It has just ended, so this handover is the first of the next one. It begins again, with what is true now.
  if (updated.state !== "open") throw new CancelledError(work.item.id);
  if (isNew) count(event, dependencies);
  await handovers.belongsTo(arrival.id, open.id);
  if (!updated.thread) {
    await ensureRoot(work, updated, dependencies);
    return;
  }
  const hasLease = updated.lease?.handover === arrival.id;
  if (news || hasLease) await refreshRoot(work, updated, dependencies);
  if (!news) return;
  const overflow = overflowSteps(
    defined({
      metadata: news.hasDetails || news.reason !== null ? event.metadata : undefined,
      transcript: news.lines > 0 ? updated.transcript?.slice(-news.lines) : undefined,
    }),
    texts,
  );
  const steps = [{ message: renderFurtherHandover(news, texts) }, ...overflow];
  await postSteps(work, updated.thread, steps, dependencies);
}

const knows = ({ handovers = [] }: Conversation, { id }: Arrival): boolean =>
  handovers.includes(id);

/** What an agent takes over is nobody's handover. */
function count(
  { metadata }: EventOf<"handover">,
  { onHandover }: Pick<HandoverDependencies, "onHandover">,
): void {
  if (!isTakenOver(metadata)) onHandover(metadata);
}
