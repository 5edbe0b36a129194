import { z } from "zod";
import type { AuditedDeed } from "../../bridge/audit-port.ts";
import { audited } from "../../bridge/audited.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { defined } from "../../defined.ts";
import { makeDerivedItemId, type Thread } from "../../ids.ts";
import { ACTIONS, type UndecidedReply } from "../../views/actions.ts";
import { type Decided, renderDecided } from "../../views/decided.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { publishHome } from "./publish-home.ts";
import { refusalIn } from "./refusal-in.ts";
import type { Press } from "./requests.ts";

/** Where a button is. Slack may leave the thread out if only one agent sees the message. */
const container = z.looseObject({
  channel_id: z.string(),
  thread_ts: z.string().optional(),
});

/** What somebody has decided about a reply, with all that is needed to act on it. */
interface Decision extends UndecidedReply, ListenerDependencies {
  /** The channel of the reply. */
  at: { channel: string };
  /** Slack id of who decides. */
  agent: string;
  /** The thread of a reply of which nobody knew what to do. */
  dead: Thread | undefined;
  /** Slack's id of this press. */
  trigger: string;
  respond: (answer: Answer) => Promise<unknown>;
}

/** What takes the place of the buttons, or stands beside them. */
interface Answer {
  readonly text?: string;
  readonly response_type?: "ephemeral";
  readonly replace_original?: boolean;
  readonly delete_original?: boolean;
}

/** In the App Home the page is made anew, and says what became of it. */
const answerIn = (
  { body, client, respond }: Press<UndecidedReply>,
  dependencies: ListenerDependencies,
): Decision["respond"] => {
  const { view, user } = body;
  if (view?.type !== "home") return respond;
  const wish = ACTIONS.showHome.read(view.private_metadata);
  return ({ text }) => publishHome({ agent: user.id, client }, wish, dependencies, text);
};

/**
 * A button counts only in the thread of its reply, in the one where the conversation goes on, or in the App Home, which nobody
 * can pass on: somebody may have forwarded the message to another channel. If the reply is settled nobody knows its thread any more, but `act` finds nothing to do then.
 */
const inItsThread =
  (act: (decision: Decision) => Promise<void>) =>
  async (press: Press<UndecidedReply>, dependencies: ListenerDependencies): Promise<void> => {
    const { value, body } = press;
    const respond = answerIn(press, dependencies);
    const isAtHome = body.view?.type === "home";
    const { outbox, conversations, texts, log } = dependencies;
    const tell = (text: string) =>
      respond({ response_type: "ephemeral", replace_original: false, text });
    const refuse = (outcome: Decided) => tell(renderDecided(outcome, texts));
    if (!value) return void (await refuse("settled"));
    const { item } = value;
    const place = container.safeParse(body.container).data;
    const channel = place?.channel_id ?? body.channel?.id ?? "";
    const found = await outbox.find(item);
    let dead: Thread | undefined;
    let at = { channel };
    if (found?.body.kind === "reply") {
      const { thread } = found.body.reply;
      if (found.state === "dead") dead = thread;
      const isIn = (own: Thread) =>
        own.channel === channel && [own.ts, undefined].includes(place?.thread_ts);
      if (isAtHome) at = thread;
      const conversation = await conversations.byThread(thread);
      const current = isIn(thread) ? thread : conversation?.thread;
      if (!isAtHome && !(current && isIn(current))) {
        log.warn({ item, channel, thread: place?.thread_ts }, "button.elsewhere");
        return void (await refuse("elsewhere"));
      }
      const refusal = await refusalIn(
        thread,
        conversation,
        { by: body.user.id, what: "button" },
        dependencies,
      );
      if (refusal !== undefined) return void (await tell(escapeText(refusal)));
    }
    const by = { agent: body.user.id, trigger: body.trigger_id };
    await act({ ...dependencies, ...value, ...by, dead, at, respond });
  };

/** Does what decides about a reply that had failed, or may have arrived; that is recorded. False: it was settled already. */
async function decide(
  { item, dead, agent: by, trigger, conversations, audit, now }: Decision,
  what: AuditedDeed,
  act: () => Promise<boolean>,
): Promise<boolean> {
  // Others are let go, or kept inside, for the first time.
  if (!dead) return await act();
  const about = await conversations.byThread(dead);
  const whose = defined({ userId: about?.userId, conversation: about?.id });
  const id = makeDerivedItemId(item, `${what} ${trigger}`);
  const deed = { id, at: now(), what, by, ...whose };
  return await audited(deed, audit, act, (isDone) => (isDone ? undefined : "settled"));
}

/** Answers in the place of the buttons, so that nobody presses them again. */
const say = ({ respond, texts }: Decision, outcome: Decided): Promise<unknown> =>
  respond({ replace_original: true, text: renderDecided(outcome, texts) });

/** Sends a reply that is held or a dead letter. A second press finds nothing to send. */
export const sendAgain = inItsThread(async (decision) => {
  const { item, ts, at, outbox, reactions } = decision;
  const isBack = await decide(decision, "send-again", () => outbox.requeue(item));
  if (isBack) {
    reactions.unmark(at, ts, "failed");
    reactions.unmark(at, ts, "uncertain");
    reactions.unmark(at, ts, "note");
  }
  await say(decision, isBack ? "onItsWay" : "settled");
});

/** Sends a refused reply after the User has been taken over for it. A second press finds nothing to do. */
export const takeOver = inItsThread(async (decision) => {
  const { item, ts, at, agent, outbox, reactions } = decision;
  const kept = await outbox.find(item);
  // In one step: if somebody else has pressed, what is known of their take over must not be lost.
  const isBack =
    kept?.body.kind === "reply" &&
    (await outbox.requeue(item, {
      ...kept.body,
      takeOver: { ...kept.body.takeOver, by: agent },
    }));
  if (isBack) reactions.unmark(at, ts, "failed");
  await say(decision, isBack ? "takingOver" : "settled");
});

/** Gives the reply up for good. */
export const dismiss = inItsThread(async (decision) => {
  const { item, respond, outbox } = decision;
  await decide(decision, "dismiss", () => outbox.discard(item));
  await respond({ delete_original: true });
});

/** The agent knows that the User has got the uncertain reply, so it needs nothing more. */
export const itArrived = inItsThread(async (decision) => {
  const { item, ts, at, respond, outbox, reactions } = decision;
  if (await decide(decision, "confirm", () => outbox.discard(item))) {
    reactions.unmark(at, ts, "uncertain");
    reactions.markLater(at, ts, "delivered");
  }
  await respond({ delete_original: true });
});

/** Keeps a reply inside that has not gone yet; a note is marked in the same way. */
export const undo = inItsThread(async (decision) => {
  const { item, ts, at, outbox, reactions } = decision;
  const isBack = await outbox.cancel(item);
  if (isBack) reactions.markLater(at, ts, "note");
  await say(decision, isBack ? "undone" : "tooLate");
});
