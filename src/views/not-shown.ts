import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { causeText, notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** A message of the User is missing in the thread. */
export const renderNotShown = (cause: string, texts: Texts): SlackMessage =>
  notice(`:x: ${texts.notShown(causeText(cause))}`);
