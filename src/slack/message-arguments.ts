import type { Block, KnownBlock } from "@slack/types";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";

/** What `convert/` made, as the Web API's client wants it. Blocks are checked by Slack, and by the tests. */
export const toArguments = ({ text, blocks }: SlackMessage) => ({
  text,
  ...(blocks && { blocks: blocks as unknown as (Block | KnownBlock)[] }),
});
