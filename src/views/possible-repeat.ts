import { context } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Texts } from "./texts/en.ts";

/** The same message, saying that it may be a repeat: for a post that may be in Slack already when nobody can look. */
export const renderPossibleRepeat = (
  { text, blocks }: SlackMessage,
  { possibleRepeat }: Texts,
): SlackMessage => ({
  text: `${text}\n_(${possibleRepeat.short})_`,
  ...(blocks && { blocks: [...blocks, context(`_${possibleRepeat.caption}_`)] }),
});
