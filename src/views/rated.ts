import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { notice, quoted } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

const MOST = 5;

/** What a User thinks of the conversation, for all in its thread. */
export function renderRated(
  { stars, comment }: { stars: number; comment?: string },
  { rated }: Texts,
): SlackMessage {
  const shown = "★".repeat(stars) + "☆".repeat(MOST - stars);
  const said = comment === undefined ? "" : `\n${quoted(comment)}`;
  return notice(`${shown} ${rated(stars, MOST)}${said}`);
}
