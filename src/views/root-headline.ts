import { isSeen } from "../convert/text/clean-name.ts";
import { anyReasonOf, reasonOf } from "../convert/text/reason-of.ts";
import { oneLine } from "../convert/text/slack-text.ts";
import type { TranscriptLine } from "../convert/to-slack/parley-message.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { RootDetails } from "./details-parts.ts";
import { describeReason } from "./reason.ts";
import type { UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** As whom bots name the User in a transcript. */
const USER_NAMES =
  /^(?:user|customer|client|visitor|guest|human|gebruiker|klant|bezoeker|nutzer|nutzerin|kunde|kundin|besucher)$/i;

type Facts = RootDetails & { readonly user: UserDetails };

/** What a conversation is about: what the User wants, or the reason in words. On one line, literal text. */
export function headlineOf(facts: Facts, texts: Texts): string {
  const wish = wishOf(facts);
  if (wish !== undefined) return wish;
  const reason = reasonOf(facts.metadata);
  return reason ? oneLine(describeReason(reason, texts)) : texts.root.newConversation;
}

/**
 * What the User wants: the bot's summary, the question that it could not answer, or the last message before the handover. On one
 * line, literal text; `undefined`: nobody has told.
 */
export function wishOf({ metadata, transcript, user }: Facts): string | undefined {
  const words =
    wordsIn(metadata, "summary") ??
    wordsIn(metadata, "question") ??
    lastMessageOf(user, transcript);
  return words && oneLine(words);
}

/** The reason to the letter, on one line; as JSON if it is no text. */
export const reasonLine = (metadata: Json | undefined): string | undefined => {
  const reason = anyReasonOf(metadata);
  return reason && oneLine(reason);
};

function wordsIn(metadata: Json | undefined, field: string): string | undefined {
  const words = isJsonObject(metadata) ? metadata[field] : undefined;
  return typeof words === "string" && isSeen(words) ? words : undefined;
}

function lastMessageOf(
  { name, email }: UserDetails,
  transcript: readonly TranscriptLine[] = [],
): string | undefined {
  const isUser = (from: string): boolean =>
    USER_NAMES.test(from.trim()) || from === name || from === email;
  return transcript.findLast(({ from, text }) => isUser(from) && isSeen(text))?.text;
}
