import type { Handler, Item, Lanes, Work } from "../delivery/lanes.ts";
import { PayloadError, ThreadGoneError } from "../errors.ts";
import { type PostAnswerDependencies, postAnswer } from "./answers/post-answer.ts";
import { type CheckChannelDependencies, checkChannel } from "./channels/check-channel.ts";
import { type TellPersonDependencies, tellPerson } from "./channels/tell-person.ts";
import { type ClaimDependencies, claim } from "./claims/claim.ts";
import { type TakeTurnDependencies, takeTurn } from "./claims/take-turn.ts";
import type { Desk } from "./desk-ports.ts";
import { handoverOf } from "./handovers/handover-of.ts";
import { type HandoverDependencies, handover } from "./ownership/handover.ts";
import { type MergeUsersDependencies, mergeUsers } from "./ownership/merge-users.ts";
import { type TakenAwayDependencies, takenAway } from "./ownership/taken-away.ts";
import type { EventOf, ParleyEvent } from "./parley-event.ts";
import type { Patience } from "./patience.ts";
import type { Conversations, Parley } from "./ports.ts";
import type { InboxBody } from "./stored/inbox-body.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";
import { type MoveDependencies, move } from "./teams/move.ts";
import { inCurrentThread, loseThread, openAgain } from "./to-slack/open-again.ts";
import { refreshRoot } from "./to-slack/refresh-root.ts";
import { type RelayMessageDependencies, relayMessage } from "./to-slack/relay-message.ts";
import { type RemindDependencies, release, remind } from "./to-slack/remind.ts";
import { type ShowNoticeDependencies, showNotice } from "./to-slack/show-notice.ts";
import { showTyping } from "./to-slack/show-typing.ts";

export interface InboxDependencies
  extends RelayMessageDependencies,
    HandoverDependencies,
    TakenAwayDependencies,
    MergeUsersDependencies,
    MoveDependencies,
    PostAnswerDependencies,
    ClaimDependencies,
    TakeTurnDependencies,
    ShowNoticeDependencies,
    RemindDependencies,
    CheckChannelDependencies,
    TellPersonDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  conversations: Conversations;
  desk: Desk;
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "isWaiting" | "waitingIn">;
  patience: Patience;
}

/** What may be a User's message; the handler itself sees what it is. */
export const eventGoesAhead = ({ body }: Item<InboxBody>): boolean => body.kind === "callback";

/** Handles what waits for Slack, one item of a User at a time. May run twice for an item; posts each thing once. */
export function createParleyEventHandler(dependencies: InboxDependencies): Handler<InboxBody> {
  return async (work) => {
    try {
      await handle(work, dependencies);
    } catch (thrown) {
      if (thrown instanceof ThreadGoneError) await loseThread(work, thrown, dependencies);
      throw thrown;
    }
  };
}

async function handle(work: Work<InboxBody>, dependencies: InboxDependencies): Promise<void> {
  const { conversations, parse } = dependencies;
  const { body } = work.item;
  switch (body.kind) {
    case "callback": {
      const given = parse(body.raw);
      if (given.kind !== "message") await work.untilHead();
      if (given.kind === "handover") return await takeHandover(work, body, given, dependencies);
      const event = await underCurrentId(given, conversations);
      return await handleEvent(work, event, body.receivedAt, dependencies);
    }
    case "handover":
      return await takeHandover(work, body, { ...body, user: body.user ?? {} }, dependencies);
    case "notice": {
      const notice = await inCurrentThread(work, body.notice, dependencies);
      return await showNotice(work, notice, dependencies);
    }
    case "root": {
      const conversation = await conversations.byId(body.conversation);
      return conversation && (await refreshRoot(work, conversation, dependencies));
    }
    case "answer":
      return await postAnswer(work, body.request, dependencies);
    case "move":
      return await move(work, body.request, dependencies);
    case "claim":
      return await claim(work, body.request, dependencies);
    case "turn":
      return await takeTurn(work, body, dependencies);
    case "thread-gone":
      return await openAgain(work, body, dependencies);
    case "channel":
      return await checkChannel(work, body, dependencies);
    case "remind":
      return await remind(work, body, dependencies);
    case "release":
      return await release(work, body, dependencies);
    case "direct":
      return await tellPerson(work, body, dependencies);
    default:
      return body satisfies never;
  }
}

async function takeHandover(
  work: Work<InboxBody>,
  body: InboxBody & { readonly kind: "callback" | "handover" },
  given: EventOf<"handover">,
  dependencies: InboxDependencies,
): Promise<void> {
  const known = await handoverOf(body, given, dependencies);
  const event = await underCurrentId(given, dependencies.conversations);
  await handover(work, event, known, body.receivedAt, dependencies);
}

async function handleEvent(
  work: Work<InboxBody>,
  event: Exclude<ParleyEvent, EventOf<"handover">>,
  receivedAt: number,
  dependencies: InboxDependencies,
): Promise<void> {
  switch (event.kind) {
    case "message":
      return await relayMessage(work, event, receivedAt, dependencies);
    case "owner-changed":
      return await takenAway(work.item, event, dependencies);
    case "typing":
      return await showTyping(event, receivedAt, dependencies);
    case "merged":
      return await mergeUsers(work.item, event, dependencies);
    case "unknown":
      throw new PayloadError(`Callback not understood: ${event.shape}`);
    default:
      return event satisfies never;
  }
}

/**
 * The event of the User as whom the one that it names lives on: callbacks may still use the id of a merged User. A message, which
 * may go ahead, finds that out itself.
 */
async function underCurrentId<Event extends ParleyEvent>(
  event: Event,
  conversations: Conversations,
): Promise<Event> {
  if (event.kind === "unknown" || event.kind === "merged" || event.kind === "message") return event;
  return { ...event, userId: await conversations.currentId(event.userId) };
}
