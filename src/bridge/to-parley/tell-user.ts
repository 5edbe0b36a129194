import type { UserTexts } from "../../config/desk-rules.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import { NotOwnerError, toBridgeError } from "../../errors.ts";
import type { Language } from "../../language.ts";
import { causeOf } from "../../views/cause-of.ts";
import { languageOf } from "../../views/language-of.ts";
import type { Texts } from "../../views/texts/en.ts";
import { renderToldUser } from "../../views/told-user.ts";
import { userTextFor } from "../../views/user-texts.ts";
import { isStillDue } from "../clock-of.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { refuseIfInDoubt } from "../doubt.ts";
import { hasOpened } from "../has-opened.ts";
import { type LetRepliesPassDependencies, letRepliesPass } from "../let-replies-pass.ts";
import type { Notifier } from "../notifier.ts";
import { assertOwner, behindRefusal } from "../owner.ts";
import type { Conversations, Parley } from "../ports.ts";
import { requestOnce } from "../request-once.ts";
import type { OutboxBody, TellUserBody } from "../stored/outbox-body.ts";
import { type EarlierThreadsDependencies, letEarlierPass } from "../teams/earlier-threads.ts";

export interface TellUserDependencies
  extends LetRepliesPassDependencies,
    EarlierThreadsDependencies {
  outbox: LetRepliesPassDependencies["outbox"] & EarlierThreadsDependencies["outbox"];
  parley: Parley;
  conversations: Conversations;
  desk: Pick<Desk, "opensAt">;
  notifier: Notifier;
  userTexts: UserTexts;
  language: Language;
  texts: Texts;
}

const TOLD = "told";

/**
 * Tells the User something by itself, at most once: where nobody knows whether it arrived it does not go again. It is left out
 * where the conversation has gone on, or another Service has the User. The thread, if there is one, shows it.
 */
export async function tellUser(
  work: Work<OutboxBody>,
  body: TellUserBody,
  dependencies: TellUserDependencies,
): Promise<void> {
  const { parley, conversations, desk, notifier, texts, now } = dependencies;
  const isNew = work.stateOf(TOLD) === "new";
  // With the reply that went just before, although its record may not have been on disk when this began.
  const conversation = await conversations.update(body.conversation, (c) => c);
  if (!conversation) return;
  if (isNew && !isWanted(body, conversation)) return;
  const { userId, thread } = conversation;
  if (isNew && body.clock) {
    if (thread) await letEarlierPass(conversation, thread, work.item.lane, dependencies);
    if (await letRepliesPass(work, conversation, dependencies)) return;
  }
  // It has opened while that waited for Parley.
  if (isNew && body.text === "outside-hours" && hasOpened(conversation, now(), { desk })) return;
  const values = defined({ opensAt: desk.opensAt(conversation, now()) });
  const reader = defined({ language: languageOf(conversation) });
  const text = userTextFor(body.text, reader, values, dependencies);
  if (text === undefined) return;
  let outcome: Parameters<typeof renderToldUser>[1] = "told";
  try {
    refuseIfInDoubt(work);
    await requestOnce(
      work,
      TOLD,
      () => parley.send(userId, { text }),
      () => assertOwner(parley, userId),
    );
  } catch (thrown) {
    const refusal = toBridgeError(thrown);
    const error = (await behindRefusal(parley, userId, refusal, work.item)) ?? refusal;
    // Whoever has the User now is told of in another way.
    if (error instanceof NotOwnerError) return;
    if (error.disposition === "uncertain") outcome = "uncertain";
    else if (error.disposition === "dead-letter") outcome = { cause: causeOf(error, texts) };
    else throw error;
  }
  if (!thread) return;
  const message = renderToldUser(text, outcome, texts);
  await notifier.notice(userId, work.item.id, "told user", { thread, message });
}

const isWanted = ({ clock, step }: TellUserBody, conversation: Conversation): boolean =>
  conversation.state === "open" && (clock === undefined || isStillDue(clock, step, conversation));
