import { actions, section } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { ACTIONS, actionButton, type UndecidedReply } from "./actions.ts";
import { mention, notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** To somebody whose reply went to a User whom `claimant` (Slack id) answers. */
export const renderTalkedOver = (claimant: string, { collision }: Texts): SlackMessage =>
  notice(`:speech_balloon: ${collision.toWriter(mention(claimant))}`);

/** To whoever answers a User to whom `writer` (Slack id) has written too. */
export const renderIsTalkedOver = (writer: string, { collision }: Texts): SlackMessage =>
  notice(`:speech_balloon: ${collision.toClaimant(mention(writer))}`);

/** To the writer of a reply that is held back because `claimant` (Slack id) answers the User, or did so a moment ago. */
export function renderHeldBack(
  held: UndecidedReply,
  claimant: string | undefined,
  { collision: { held: words, buttons } }: Texts,
): SlackMessage {
  const text = `:lock: ${words(claimant === undefined ? undefined : mention(claimant))}`;
  const sendAnyway = { text: buttons.sendAnyway, style: "primary" } as const;
  const keep = { text: buttons.keepAsNote };
  return {
    text,
    blocks: [
      section(text),
      actions(
        actionButton(ACTIONS.sendAgain, held, sendAnyway),
        actionButton(ACTIONS.dismiss, held, keep),
      ),
    ],
  };
}
