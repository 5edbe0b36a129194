import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import {
  BridgeError,
  ConversationClosedError,
  type ErrorCode,
  NotTakenOverError,
  OwnerUnchangedError,
  toBridgeError,
} from "../../errors.ts";
import {
  type ItemId,
  makeDerivedItemId,
  makeThreadKey,
  type ServiceId,
  type UserId,
} from "../../ids.ts";
import type { Audit } from "../audit-port.ts";
import { heldItem } from "../claims/held-item.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { assertOwner } from "../owner.ts";
import type { Conversations, Parley, People } from "../ports.ts";
import { storeDone } from "../request-once.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { OutboxBody, ReplyBody, TakeOver } from "../stored/outbox-body.ts";
import { MOMENT, SERVICE } from "../stored/step-kinds.ts";
import { teamIn } from "../teams/team-in.ts";
import { takeUser } from "./change-owner.ts";

export interface TakeOverDependencies {
  parley: Parley;
  conversations: Conversations;
  audit: Audit;
  people: People;
  desk: Pick<Desk, "teams" | "teamOf">;
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
  outbox: Pick<Lanes<OutboxBody>, "append" | "find">,
): Promise<{ item: ItemId; since: number } | undefined> {
  const round = takeOver ? (takeOver.round ?? 1) + 1 : 1;
  if (round > MAX_ROUNDS) return undefined;
  const id = takeOverItem(refused);
  const lane = makeThreadKey(left.reply.thread);
  await outbox.append({ lane, id, body: { ...left, takeOver: { round } }, held: true });
  const kept = await outbox.find(id);
  return kept && { item: id, since: kept.appendedAt };
}

/**
 * Cancels a reply, and the items that keep it or would keep it after a refusal, or while a colleague answers. False: the User has a
 * part of it, or it is being sent.
 */
export async function cancelReply(
  reply: ItemId,
  outbox: Pick<Lanes<OutboxBody>, "cancel">,
): Promise<boolean> {
  const isBack = await cancelWithRefused(reply, outbox);
  return (await cancelWithRefused(heldItem(reply), outbox)) && isBack;
}

async function cancelWithRefused(
  reply: ItemId,
  outbox: Pick<Lanes<OutboxBody>, "cancel">,
): Promise<boolean> {
  let isBack = await outbox.cancel(reply);
  let id = reply;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    id = takeOverItem(id);
    if (!(await outbox.cancel(id))) isBack = false;
  }
  return isBack;
}

/**
 * Takes the User of a refused reply over. Resolves with the User's open conversation, which may have no thread yet; until
 * there is one it throws, so that the item is tried again. Parley is not asked again if something happened meanwhile: if a
 * conversation opened and ended, or there is another owner than before, the reply is refused again.
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
  if (!here || !latest) throw new ConversationClosedError(makeThreadKey(reply.thread));
  const { userId, openedAt } = latest;
  const asked = takeOver.since ?? work.resultOf(ASKED, MOMENT);
  const isTaken = asked !== undefined && openedAt >= asked;
  // An earlier attempt may have been cut off before it could record that.
  if (isTaken) await recordTakeOver(work, body, { userId, since: asked }, dependencies);
  if (latest.state === "open") return latest;
  if (isTaken) throw new ConversationClosedError(latest.id);
  if (takeOver.taken || work.stateOf(TAKEN) === "done") {
    // It will open soon, unless another Service has the User by now.
    await assertOwner(parley, userId);
    throw notOpenYet();
  }
  const since = asked ?? (await work.step(ASKED, { kind: MOMENT, run: async () => now() }));
  try {
    if (now() - work.item.appendedAt > WISH_LIFE_MS) throw new NotTakenOverError(userId);
    const owner = await parley.ownerOf(userId);
    const isOurs = owner === parley.self;
    const from = takeOver.from ?? (await rememberOwner(work, owner));
    if (!isOurs && owner !== undefined && owner !== from) throw new NotTakenOverError(userId);
    const { name } = await dependencies.people.identityOf(takeOver.by ?? reply.agent);
    const item = makeDerivedItemId(work.item.id, `taken over ${since}`);
    const team = teamIn(reply.thread, here, dependencies.desk);
    await takeUser({ userId, agentName: name, item, isOurs, team }, dependencies);
  } catch (thrown) {
    // If Parley did it and another Service has the User nevertheless, asking again would take the User from that one.
    const isRefusal =
      thrown instanceof OwnerUnchangedError || toBridgeError(thrown).disposition === "dead-letter";
    const error = isRefusal ? new NotTakenOverError(userId, { cause: thrown }) : thrown;
    if (error instanceof NotTakenOverError) {
      const why = isRefusal ? toBridgeError(thrown).code : error.code;
      await recordTakeOver(work, body, { userId, since, why }, dependencies);
    }
    throw error;
  }
  await recordTakeOver(work, body, { userId, since }, dependencies);
  await storeDone(work, TAKEN);
  throw notOpenYet();
}

/** When we first asked Parley for the User, ms. A conversation that opened later comes from this takeover. */
const ASKED = "asked";
/** Who had the User then. */
const OWNER = "owner";
/** Parley gave us the User. */
const TAKEN = "taken";

/** Whether we have asked Parley for the User already. */
export const hasAsked = (work: Work<OutboxBody>, { since }: TakeOver): boolean =>
  since !== undefined || work.stateOf(ASKED) === "done";

/** `since`: when Parley was first asked. `why`: of one that failed. */
async function recordTakeOver(
  work: Work<OutboxBody>,
  { reply, takeOver }: ReplyBody & { takeOver: TakeOver },
  { userId, since, why }: { userId: UserId; since: number; why?: ErrorCode },
  { audit, parley, now }: TakeOverDependencies,
): Promise<void> {
  await audit.record({
    id: makeDerivedItemId(work.item.id, `take-over ${why ? "failed" : "done"} ${since}`),
    at: now(),
    what: "take-over",
    by: takeOver.by ?? reply.agent,
    userId,
    ...defined({ from: takeOver.from ?? work.resultOf(OWNER, SERVICE), why }),
    to: parley.self,
    result: why ? "failed" : "done",
  });
}

/** The owner at the first time that Parley told one. */
async function rememberOwner(
  work: Work<OutboxBody>,
  owner: ServiceId | undefined,
): Promise<ServiceId | undefined> {
  if (owner === undefined) return work.resultOf(OWNER, SERVICE);
  return await work.step(OWNER, { kind: SERVICE, run: async () => owner });
}

const notOpenYet = (): BridgeError =>
  new BridgeError("The conversation is not open yet", { code: "unexpected", disposition: "retry" });
