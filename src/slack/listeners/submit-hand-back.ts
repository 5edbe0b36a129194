import type { ViewOutput } from "@slack/bolt";
import { escapeText, unescapeText } from "../../convert/text/slack-text.ts";
import { intentOf, withoutMarker } from "../../convert/to-parley/reply-intent.ts";
import { defined } from "../../defined.ts";
import type { Thread } from "../../ids.ts";
import { HAND_BACK_INPUTS } from "../../views/hand-back-form.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Submission } from "./requests.ts";
import { storeHandBack } from "./store-hand-back.ts";
import { typedIn } from "./typed-in.ts";

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
  const { botService, replyMode, texts } = dependencies;
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
  const wish = defined({
    outcome: given.outcome,
    tags: tags.length > 0 ? tags : undefined,
    note: given.note,
    messageForUser: given.messageForUser,
    lastMessage: lastMessage || undefined,
  });
  await storeHandBack({ thread, destination, refuse }, wish, { ack, body, view }, dependencies);
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
