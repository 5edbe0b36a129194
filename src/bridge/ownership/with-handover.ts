import { anyReasonOf } from "../../convert/text/reason-of.ts";
import { shorten } from "../../convert/text/slack-text.ts";
import type { TranscriptLine } from "../../convert/to-slack/parley-message.ts";
import { defined } from "../../defined.ts";
import type { Json } from "../../json.ts";
import type { UserDetails } from "../../views/root-user.ts";
import type { Conversation } from "../conversation.ts";
import { joinMetadata, joinTranscripts } from "./join-handovers.ts";

/** Only this many of the newest reasons are kept, and each is cut to a length that people still read. */
const MAX_FURTHER_REASONS = 10;
const REASON_LIMIT = 500;

/**
 * Adds what a `further` handover at the moment `at` (ms) brings; the first reason stays, and a new one is listed behind it.
 * Returns the same object if it brings nothing new.
 */
export function withHandover(
  conversation: Conversation,
  further: {
    user?: UserDetails;
    metadata?: Json;
    transcript?: readonly TranscriptLine[];
  },
  at: number,
): Conversation {
  const metadata = joinMetadata(conversation.metadata, further.metadata);
  const transcript = joinTranscripts(conversation.transcript, further.transcript);
  const furtherReasons = addReason(conversation, anyReasonOf(further.metadata), at);
  const user = { ...conversation.user, ...further.user };
  const bringsNothingNew =
    metadata === conversation.metadata &&
    transcript === conversation.transcript &&
    furtherReasons === conversation.furtherReasons &&
    JSON.stringify(user) === JSON.stringify(conversation.user);
  if (bringsNothingNew) return conversation;
  return {
    ...conversation,
    user,
    ...defined({ metadata, furtherReasons, transcript }),
  };
}

/** A reason that is known already is not added: it is the same handover, reported twice. */
function addReason(
  { metadata, furtherReasons }: Conversation,
  given: string | undefined,
  at: number,
): Conversation["furtherReasons"] {
  const first = anyReasonOf(metadata);
  if (first === undefined || given === undefined || given === first) return furtherReasons;
  const reason = shorten(given, REASON_LIMIT);
  const known = furtherReasons ?? [];
  if (known.some((earlier) => earlier.reason === reason)) return furtherReasons;
  return [...known, { reason, at }].slice(-MAX_FURTHER_REASONS);
}
