import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, quiet } from "./notice.ts";
import { describeReason } from "./reason.ts";
import type { Texts } from "./texts/en.ts";

/** What a further handover brought that the thread did not have. */
export type HandoverNews = {
  readonly reason: string | null;
  /** About the User, or in the metadata. */
  readonly hasDetails: boolean;
  /** How many lines of the transcript, at its end. */
  readonly lines: number;
};

export function renderFurtherHandover(
  { reason, hasDetails, lines }: HandoverNews,
  texts: Texts,
): SlackMessage {
  const { furtherHandover } = texts;
  if (reason !== null) {
    return quiet(`:repeat: ${furtherHandover.reason(bold(describeReason(reason, texts)))}`);
  }
  const isTranscriptOnly = !hasDetails && lines > 0;
  return quiet(
    `:repeat: ${isTranscriptOnly ? furtherHandover.transcript : furtherHandover.details}`,
  );
}
