import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** In a thread that has lost its first message: `link` is where the conversation goes on. */
export const renderGoesOnElsewhere = (link: string, texts: Texts): SlackMessage =>
  quiet(`:warning: ${texts.goesOnElsewhere(link)}`);
