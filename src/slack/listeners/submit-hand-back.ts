import type { ViewOutput } from "@slack/bolt";
import { isAnswerWaiting } from "../../bridge/answers/is-answer-waiting.ts";
import { movedFrom } from "../../bridge/conversation.ts";
import { escapeText, unescapeText } from "../../convert/text/slack-text.ts";
import { intentOf, withoutMarker } from "../../convert/to-parley/reply-intent.ts";
import { defined } from "../../defined.ts";
import { makeDerivedItemId, makeThreadKey, type Thread } from "../../ids.ts";
import { errorFields } from "../../log.ts";
import { HAND_BACK_INPUTS } from "../../views/hand-back-form.ts";
import { fromOptionValue } from "../../views/service-option.ts";
import { withinTime } from "../../within-time.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { refusalIn } from "./refusal-in.ts";
import type { Submission } from "./requests.ts";
import { typedIn } from "./typed-in.ts";

/** Slack waits 3 s for the whole answer. */
const SERVICES_TIMEOUT_MS = 1_500;

const MAX_TAGS = 10;
const TAG_LENGTH = 40;

/**
 * Stores the hand-back behind the replies that were written before it, and only then closes the modal. Until it is stored
 * the modal stays open and says why, so that the agent types nothing twice.
 */
export async function submitHandBack(
  { value: thread, ack, body, view }: Submission<Thread>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, outbox, parley, botService, replyMode, texts, log } = dependencies;
  const { handBackForm: words } = texts;
  const refuse = (problem: string, input: string = HAND_BACK_INPUTS.destination) =>
    ack({ response_action: "errors", errors: { [input]: problem } });
  const { destination = botService, lastMessage: typed = "", tags, ...given } = readInputs(view);
  // `intentOf` reads escaped text, as Slack sends messages; a form alone has it as it was typed.
  const written = { text: escapeText(typed) };
  for (const input of ["lastMessage", "messageForUser"] as const) {
    const text = input === "lastMessage" ? typed : (given[input] ?? "");
    if (intentOf({ text: escapeText(text) }, replyMode) === "note") {
      return await refuse(words.lastMessageIsNote, HAND_BACK_INPUTS[input]);
    }
  }
  if (tags.length > MAX_TAGS || tags.some((tag) => tag.length > TAG_LENGTH)) {
    return await refuse(words.tooManyTags, HAND_BACK_INPUTS.tags);
  }
  const lastMessage = replyMode === "explicit" ? unescapeText(withoutMarker(written).text) : typed;
  const service = fromOptionValue(destination, () => parley.services());
  const to = await withinTime(service, SERVICES_TIMEOUT_MS, undefined).catch(() => undefined);
  if (to === undefined) {
    return await refuse(words.serviceUnknown);
  }
  try {
    const conversation = thread && (await conversations.byThread(thread));
    if (!thread || conversation?.state !== "open") {
      return await refuse(words.isOver);
    }
    if (movedFrom(conversation, thread)) {
      return await refuse(texts.leftThread.unlinked(desk.teamOf(conversation).name));
    }
    const refusal = await refusalIn(
      thread,
      conversation,
      { by: body.user.id, what: "form" },
      dependencies,
    );
    if (refusal !== undefined) return await refuse(refusal);
    // It would come after the hand-back, and go to nobody.
    if (await isAnswerWaiting(conversation, dependencies)) return await refuse(words.answerWaits);
    const lane = makeThreadKey(thread);
    const result = await outbox.append({
      lane,
      id: makeDerivedItemId(view.id, `hand back ${lane}`),
      body: {
        kind: "hand-back",
        request: {
          thread,
          agent: body.user.id,
          to,
          ...defined({
            outcome: given.outcome,
            tags: tags.length > 0 ? tags : undefined,
            note: given.note,
            messageForUser: given.messageForUser,
            lastMessage: lastMessage || undefined,
          }),
        },
      },
    });
    if (result === "duplicate") {
      return await refuse(words.sentAlready);
    }
  } catch (error) {
    log.error(errorFields(error), "hand-back.not-stored");
    return await refuse(words.notStored);
  }
  await ack();
}

function readInputs(view: ViewOutput) {
  const chosenIn = (id: string) => view.state.values[id]?.[id]?.selected_option?.value;
  return {
    destination: chosenIn(HAND_BACK_INPUTS.destination),
    outcome: chosenIn(HAND_BACK_INPUTS.outcome),
    tags: toTags(typedIn(view, HAND_BACK_INPUTS.tags) ?? ""),
    note: typedIn(view, HAND_BACK_INPUTS.note),
    messageForUser: typedIn(view, HAND_BACK_INPUTS.messageForUser),
    lastMessage: typedIn(view, HAND_BACK_INPUTS.lastMessage),
  };
}

/** Each once, in the order in which they were written. */
const toTags = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];
