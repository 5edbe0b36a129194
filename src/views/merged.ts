import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** In the thread that ends: `link` is where the User goes on. */
export const renderMergedAway = (link: string, { merged }: Texts): SlackMessage =>
  quiet(`:link: ${merged.away(link)}`);

/** In the thread that goes on: `link` is the one that ended. */
export const renderMergedIn = (link: string, { merged }: Texts): SlackMessage =>
  quiet(`:link: ${merged.in(link)}`);

/** In a thread whose User has another id from now on. */
export const renderRenamed = (userId: string, { merged }: Texts): SlackMessage =>
  quiet(`:link: ${merged.renamed(literalMrkdwn(userId))}`);
