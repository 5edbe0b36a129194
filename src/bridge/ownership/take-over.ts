import type { Lanes, Work } from "../../delivery/lanes.ts";
import {
  BridgeError,
  ConversationClosedError,
  NotTakenOverError,
  OwnerUnchangedError,
  toBridgeError,
} from "../../errors.ts";
import { type ItemId, makeDerivedItemId, makeThreadKey } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { Conversation } from "../conversation.ts";
import { assertOwner } from "../owner.ts";
import type { Conversations, Parley, People } from "../ports.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { OutboxBody, ReplyBody, TakeOver } from "../stored/outbox-body.ts";
import { takeUser } from "./change-owner.ts";

export interface TakeOverDependencies {
  parley: Parley;
  conversations: Conversations;
  people: People;
  inbox: Pick<Lanes<InboxBody>, "append">;
  now: () => number;
}

/** How long an agent's wish to take a User over is tried while Parley cannot be reached: the agent meant now. */
const WISH_LIFE_MS = 10 * 60_000;

/** A reply that is refused more often than this is not kept any more; its text is still in Slack. */
const MAX_ROUNDS = 5;

/** The held item that keeps a refused reply until somebody takes the User over for it. */
const takeOverItem = (refused: ItemId): ItemId => makeDerivedItemId(refused, "take over");

/**
 * Keeps a refused reply, or what is left of it, as a held item until somebody decides. Returns that item and since when it
 * is held (ms); `undefined`: its writer has deleted it, or it was refused too often.
 */
export async function keepForTakeOver(
  refused: ItemId,
  { takeOver, ...left }: ReplyBody,
  outbox: Pick<Lanes<OutboxBody>, "append" | "look">,
): Promise<{ item: ItemId; since: number } | undefined> {
  const round = takeOver ? (takeOver.round ?? 1) + 1 : 1;
  if (round > MAX_ROUNDS) return undefined;
  const id = takeOverItem(refused);
  const lane = makeThreadKey(left.reply.thread);
  await outbox.append({ lane, id, body: { ...left, takeOver: { round } }, held: true });
  const kept = await outbox.look(id);
  return kept && { item: id, since: kept.appendedAt };
}

/**
 * Cancels a reply, and the items that keep it or would keep it after a refusal. False: the User has a part of it, or it is
 * being sent.
 */
export async function cancelReply(
  reply: ItemId,
  outbox: Pick<Lanes<OutboxBody>, "cancel" | "look">,
): Promise<boolean> {
  let isBack = await outbox.cancel(reply);
  let id = reply;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    id = takeOverItem(id);
    const kept = await outbox.look(id);
    if (!(await outbox.cancel(id))) isBack = false;
    // It has begun because we asked for the User, but nothing of it was sent.
    else if (kept?.body.kind === "reply") isBack = !kept.body.settled?.length;
  }
  return isBack;
}

/**
 * Takes the User of a refused reply over. Resolves with the User's open conversation once it has a thread; until then it
 * throws, so that the item is tried again. Parley is not asked again if something happened meanwhile: if a conversation
 * opened and ended, or there is another owner than before, the reply is refused again.
 *
 * @throws {NotTakenOverError} · {NotOwnerError} · {ConversationClosedError}
 */
export async function takeOverFor(
  work: Work<OutboxBody>,
  body: ReplyBody & { takeOver: TakeOver },
  dependencies: TakeOverDependencies,
): Promise<Conversation> {
  const { conversations, parley, now } = dependencies;
  const { reply, takeOver } = body;
  const here = await conversations.byThread(reply.thread);
  const latest = here && (await conversations.byUser(here.userId));
  if (!latest) throw new ConversationClosedError(makeThreadKey(reply.thread));
  if (latest.state === "open") {
    if (latest.thread) return latest;
    throw notOpenYet();
  }
  const { userId, openedAt } = latest;
  if (takeOver.since !== undefined && openedAt >= takeOver.since) {
    throw new ConversationClosedError(latest.id);
  }
  if (takeOver.taken) {
    // Its thread will open soon, unless another Service has the User by now.
    await assertOwner(parley, userId);
    throw notOpenYet();
  }
  const advance = (next: TakeOver) =>
    work.advance({ ...body, takeOver: next }, (work.item.progress ?? {}) as Json);
  const since = takeOver.since ?? now();
  if (takeOver.since === undefined) await advance({ ...takeOver, since });
  try {
    if (now() - work.item.appendedAt > WISH_LIFE_MS) throw new NotTakenOverError(userId);
    const owner = await parley.ownerOf(userId);
    const isOurs = owner === parley.self;
    const { from = owner } = takeOver;
    if (!isOurs && owner !== undefined && owner !== from) throw new NotTakenOverError(userId);
    if (from !== undefined && takeOver.from === undefined) {
      await advance({ ...takeOver, since, from });
    }
    const { name } = await dependencies.people.identityOf(takeOver.by ?? reply.agent);
    const item = makeDerivedItemId(work.item.id, `taken over ${since}`);
    await takeUser({ userId, agentName: name, item, isOurs }, dependencies);
  } catch (thrown) {
    // If Parley did it and another Service has the User nevertheless, asking again would take the User from that one.
    const isRefusal =
      thrown instanceof OwnerUnchangedError || toBridgeError(thrown).disposition === "dead-letter";
    throw isRefusal ? new NotTakenOverError(userId, { cause: thrown }) : thrown;
  }
  await advance({ ...takeOver, since, taken: true });
  throw notOpenYet();
}

const notOpenYet = (): BridgeError =>
  new BridgeError("The thread is not open yet", { code: "unexpected", disposition: "retry" });
