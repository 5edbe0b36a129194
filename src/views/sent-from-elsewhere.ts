import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { mention, quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/**
 * To everyone in the thread of a User whom `agent` (Slack id) took over for a reply of `writer` that stands elsewhere, at
 * `link`.
 */
export const renderSentFromElsewhere = (
  agent: string,
  writer: string,
  link: string,
  { reply }: Texts,
): SlackMessage =>
  quiet(`:outbox_tray: ${reply.sentFromElsewhere(mention(agent), link, mention(writer))}`);
