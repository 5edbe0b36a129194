import { defined } from "../defined.ts";
import type { Handler, OnDeadLetter, Work } from "../delivery/lanes.ts";
import { BridgeError, PayloadError, ThreadGoneError } from "../errors.ts";
import { makeConversationId } from "../ids.ts";
import { renderFurtherHandover, renderNotShown } from "../views/notices.ts";
import { type Conversation, withHandover } from "./conversation.ts";
import type { InboxBody, ParleyEvent } from "./events.ts";
import { type Notifier, type OwedNotice, tellOwedNotice } from "./notify.ts";
import { askOwnership, nameService, OWNER_TRIES } from "./owner.ts";
import { recordTakenAway } from "./ownership/end-conversation.ts";
import { handoverNews } from "./ownership/handover-news.ts";
import { mergeUsers } from "./ownership/merge-users.ts";
import type { Parley, Threads } from "./ports.ts";
import { handoverNewsSchema } from "./stored/progress-schemas.ts";
import { readStored } from "./stored/read-stored.ts";
import { loseThread, openAgain, whereItBelongs } from "./to-slack/open-again.ts";
import { ensureRoot, recordConversation } from "./to-slack/open-thread.ts";
import { createPostOnce } from "./to-slack/post-once.ts";
import { postSteps } from "./to-slack/post-steps.ts";
import { type RelayMessageDependencies, relayMessage } from "./to-slack/relay-message.ts";
import { overflowSteps, rootMessage, rootTag } from "./to-slack/root-message.ts";
import { type ShowNoticeDependencies, showNotice } from "./to-slack/show-notice.ts";

export interface InboxDependencies extends RelayMessageDependencies, ShowNoticeDependencies {
  parley: Pick<Parley, "self" | "ownerOf" | "services">;
  notifier: Notifier;
  threads: Threads;
}

/** Tells the thread that something of its User could not be shown. What belongs to no thread is only logged. */
export function createInboxOnDeadLetter({
  conversations,
  notifier,
  parse,
}: Pick<InboxDependencies, "conversations" | "notifier" | "parse">): OnDeadLetter<InboxBody> {
  return {
    async prepare({ body, appendedAt }, error) {
      if (body.kind !== "callback") return undefined;
      const event = parse(body.raw);
      if (event.kind !== "message") return undefined;
      const conversation = await conversations.byUser(event.userId);
      if (!conversation?.thread) return undefined;
      const owed: OwedNotice = {
        userId: conversation.userId,
        purpose: `not shown ${appendedAt}`,
        notice: { thread: conversation.thread, message: renderNotShown(error.message) },
      };
      return owed;
    },
    tell: (item, owed) => tellOwedNotice(item, owed, notifier),
  };
}

type EventOf<Kind extends ParleyEvent["kind"]> = ParleyEvent & { readonly kind: Kind };

/** The note of an item: what a further handover brought that was not known before it. */
const NEWS = "news";

/** A typing sign older than this says nothing any more. */
const TYPING_LIFE_MS = 20_000;

/** Handles what waits for Slack, one item of a User at a time. May run twice for an item; posts each thing once. */
export function createParleyEventHandler(dependencies: InboxDependencies): Handler<InboxBody> {
  const { parley, threads, conversations, parse, notifier, now } = dependencies;

  return async (work) => {
    try {
      await handle(work);
    } catch (thrown) {
      if (thrown instanceof ThreadGoneError) await loseThread(work, thrown, dependencies);
      throw thrown;
    }
  };

  async function handle(work: Work<InboxBody>): Promise<void> {
    const { body } = work.item;
    switch (body.kind) {
      case "callback":
        return await handleEvent(work, await follow(parse(body.raw)), body.receivedAt);
      case "handover":
        return await takeOver(
          work,
          await follow({ ...body, user: body.user ?? {} }),
          body.receivedAt,
        );
      case "notice": {
        const poster = createPostOnce(work, threads, now);
        const notice = await whereItBelongs(work, poster, body.notice, dependencies);
        return await showNotice(work, poster, notice, dependencies);
      }
      case "root": {
        const conversation = await conversations.byId(body.conversation);
        if (conversation) await refreshRoot(conversation);
        return;
      }
      case "thread-gone":
        return await openAgain(work, body, dependencies);
    }
  }

  /** What still names a User who was merged into another is about that one. */
  async function follow<Event extends ParleyEvent>(event: Event): Promise<Event> {
    if (event.kind === "unknown" || event.kind === "merged") return event;
    return { ...event, userId: await conversations.currentId(event.userId) };
  }

  async function handleEvent(
    work: Work<InboxBody>,
    event: ParleyEvent,
    receivedAt: number,
  ): Promise<void> {
    switch (event.kind) {
      case "message":
        return await relayMessage(work, event, receivedAt, dependencies);
      case "handover":
        return await takeOver(work, event, receivedAt);
      case "owner-changed":
        return await loseUser(work, event);
      case "typing":
        return await showTyping(event, receivedAt);
      case "merged":
        return await mergeUsers(
          work.item,
          { from: event.from, to: event.userId, user: event.user, at: now() },
          conversations,
          threads,
          notifier,
        );
      case "unknown":
        throw new PayloadError(`Callback not understood: ${event.shape}`);
    }
  }

  async function takeOver(
    work: Work<InboxBody>,
    event: EventOf<"handover">,
    receivedAt: number,
  ): Promise<void> {
    const { userId, user, metadata, transcript } = event;
    const newest = await conversations.byUser(userId);
    if (newest?.state === "open" && newest.id !== makeConversationId(userId, work.item.id)) {
      return await addToHandover(work, event, receivedAt, newest);
    }
    let conversation = newest?.state === "open" ? newest : undefined;
    if (!conversation) {
      if (newest && !(await isStillOurs(work, event, receivedAt, newest))) return;
      conversation = await recordConversation(
        work,
        conversations,
        defined({
          userId,
          user: { ...newest?.user, ...user },
          openedAt: receivedAt,
          metadata,
          transcript,
        }),
        newest,
      );
    }
    const poster = createPostOnce(work, threads, now);
    const thread = await ensureRoot(work, poster, conversation, dependencies);
    await postSteps(work, poster, thread, overflowSteps(conversation), dependencies);
  }

  /**
   * A handover that comes after the end of a conversation may belong to that one, hours late: then only Parley knows. One
   * that was not heard of before may also be ahead of what Parley tells, so a no to it counts only after some tries.
   */
  async function isStillOurs(
    work: Work<InboxBody>,
    event: EventOf<"handover">,
    receivedAt: number,
    ended: Conversation,
  ): Promise<boolean> {
    const { attempt } = work.item;
    if ((await askOwnership(parley, event.userId, attempt)) !== "other") return true;
    const isRepeat = withHandover(ended, event, receivedAt) === ended;
    const isOvertaken = ended.ending !== undefined && receivedAt <= ended.ending.at;
    if (isRepeat || isOvertaken || attempt >= OWNER_TRIES) return false;
    throw new BridgeError("Parley does not say yet that the User is ours", {
      code: "unexpected",
      disposition: "retry",
    });
  }

  /** A further handover of a User who is with us already: the root shows it, and the thread says what is new. */
  async function addToHandover(
    work: Work<InboxBody>,
    event: EventOf<"handover">,
    receivedAt: number,
    open: Conversation,
  ): Promise<void> {
    const poster = createPostOnce(work, threads, now);
    const add = (conversation: Conversation) => withHandover(conversation, event, receivedAt);
    const isNews = add(open) !== open;
    // Noted before it is recorded: an attempt after a crash finds nothing new, and still has to show it.
    if (isNews) await poster.note(NEWS, handoverNews(open, add(open)));
    const told = (await conversations.update(open.id, add)) ?? open;
    if (!told.thread) {
      await ensureRoot(work, poster, told, dependencies);
      return;
    }
    const noted = poster.noteOf(NEWS);
    if (noted === undefined) return;
    const news = readStored(handoverNewsSchema, noted, "news of a handover");
    await refreshRoot(told);
    const overflow = overflowSteps(
      defined({
        metadata: news.hasDetails || news.reason !== null ? event.metadata : undefined,
        transcript: news.lines > 0 ? told.transcript?.slice(-news.lines) : undefined,
      }),
    );
    const steps = [{ words: renderFurtherHandover(news) }, ...overflow];
    await postSteps(work, poster, told.thread, steps, dependencies);
  }

  async function loseUser(
    work: Work<InboxBody>,
    { userId, newOwner }: EventOf<"owner-changed">,
  ): Promise<void> {
    const newest = await conversations.byUser(userId);
    if (!newest || newest.handingBackTo === newOwner) return;
    const isEnded = newest.state !== "open";
    // An earlier attempt may have ended the conversation without showing it.
    if (isEnded && (newest.state !== "taken-away" || newest.ending?.to?.id !== newOwner)) return;
    // The User was away before: this may be that change of owner once more, and only Parley knows.
    const mayBeOld = newest.previous !== undefined && !isEnded;
    if (mayBeOld && (await askOwnership(parley, userId, work.item.attempt)) === "ours") return;
    const to = await nameService(parley, newOwner);
    await recordTakenAway(newest, to, dependencies);
  }

  async function showTyping(
    { userId, active }: EventOf<"typing">,
    receivedAt: number,
  ): Promise<void> {
    if (now() - receivedAt > TYPING_LIFE_MS) return;
    const newest = await conversations.byUser(userId);
    if (newest?.state !== "open" || !newest.thread) return;
    // Messages overtake it in the lane: what the User was typing may be in the thread already.
    if (active && receivedAt < (newest.lastWroteAt ?? 0)) return;
    await threads.showTyping(newest.thread, active);
  }

  async function refreshRoot(conversation: Conversation): Promise<void> {
    if (!conversation.thread) return;
    await threads.updateRoot(
      conversation.thread,
      rootMessage(conversation, threads),
      rootTag(conversation),
    );
  }
}
