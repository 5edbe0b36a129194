import { isAnswerWaiting } from "../../bridge/answers/is-answer-waiting.ts";
import { movedFrom } from "../../bridge/conversation.ts";
import type { HandBackRequest } from "../../bridge/stored/outbox-body.ts";
import { makeDerivedItemId, makeThreadKey, type Thread } from "../../ids.ts";
import { errorFields } from "../../log.ts";
import { fromOptionValue } from "../../views/service-option.ts";
import { withinTime } from "../../within-time.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { refusalIn } from "./refusal-in.ts";
import type { Submission } from "./requests.ts";

/** Slack waits 3 s for the whole answer. */
const SERVICES_TIMEOUT_MS = 1_500;

/**
 * Stores a hand-back behind the replies that were written before it, and only then closes the form. `destination` is the value of
 * an option; `refuse` leaves the form open with a word about it.
 */
export async function storeHandBack(
  {
    thread,
    destination,
    refuse,
  }: {
    thread: Thread | undefined;
    destination: string;
    refuse: (problem: string) => Promise<void>;
  },
  wish: Omit<HandBackRequest, "thread" | "agent" | "to">,
  { ack, body, view }: Pick<Submission<Thread>, "ack" | "body" | "view">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, outbox, parley, texts, log } = dependencies;
  const { handBackForm: words } = texts;
  const service = fromOptionValue(destination, () => parley.services());
  const to = await withinTime(service, SERVICES_TIMEOUT_MS, undefined).catch(() => undefined);
  if (to === undefined) return await refuse(words.serviceUnknown);
  const agent = body.user.id;
  try {
    const conversation = thread && (await conversations.byThread(thread));
    if (!thread || conversation?.state !== "open") return await refuse(words.isOver);
    if (movedFrom(conversation, thread)) {
      return await refuse(texts.leftThread.unlinked(desk.teamOf(conversation).name));
    }
    const attempt = { by: agent, what: "form" } as const;
    const refusal = await refusalIn(thread, conversation, attempt, dependencies);
    if (refusal !== undefined) return await refuse(refusal);
    // It would come after the hand-back, and go to nobody.
    if (await isAnswerWaiting(conversation, dependencies)) return await refuse(words.answerWaits);
    const lane = makeThreadKey(thread);
    const result = await outbox.append({
      lane,
      id: makeDerivedItemId(view.id, `hand back ${lane}`),
      body: { kind: "hand-back", request: { thread, agent, to, ...wish } },
    });
    if (result === "duplicate") return await refuse(words.sentAlready);
  } catch (error) {
    log.error(errorFields(error), "hand-back.not-stored");
    return await refuse(words.notStored);
  }
  await ack();
}
