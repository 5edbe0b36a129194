import { context } from "../convert/to-slack/blocks.ts";
import type { RichMessage } from "../convert/to-slack/slack-message.ts";
import type { Texts } from "./texts/en.ts";

/** The same message, saying that it may be a repeat: for a post that may be in Slack already when nobody can look. */
export const renderPossibleRepeat = (
  { text, blocks, plainBlocks }: RichMessage,
  { possibleRepeat }: Texts,
): RichMessage => {
  const caption = context(`_${possibleRepeat.caption}_`);
  return {
    text: `${text}\n_(${possibleRepeat.short})_`,
    ...(blocks && { blocks: [...blocks, caption] }),
    ...(plainBlocks && { plainBlocks: [...plainBlocks, caption] }),
  };
};
