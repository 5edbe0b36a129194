import type { Block, KnownBlock } from "@slack/types";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";

/** A message as arguments of the Web API's client. Their types do not check the blocks; Slack and the tests do. */
export const toArguments = ({ text, blocks }: SlackMessage) => ({
  text,
  ...(blocks && { blocks: blocks as unknown as (Block | KnownBlock)[] }),
});
