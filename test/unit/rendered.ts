import { checkBlocks } from "../../fakes/slack/block-limits.ts";
import type { SlackMessage } from "../../src/convert/to-slack/slack-message.ts";
import { mrkdwnIn } from "../support/threads.ts";

type Block = Record<string, unknown>;

export const blocksOf = ({ blocks = [] }: SlackMessage): Block[] => blocks as unknown as Block[];

/** What Slack would say against a message. */
export const problemsOf = (message: SlackMessage): readonly string[] => [
  ...checkBlocks(blocksOf(message), "message").hints,
  ...(message.text === "" ? ["no_text"] : []),
];

/** Every text that Slack reads as mrkdwn: the message's own and those of its blocks. */
export function textsOf(message: SlackMessage): string[] {
  return [message.text, ...mrkdwnIn(message.blocks)];
}

/** The markup that the bridge itself writes: moments, agents, its own links, a channel, the sign of a reply. */
const OURS =
  /<(?:!date\^\d+\^[^<>|]*\|[^<>]*|@U0(?:ANNA|BEN|LEA)|#C0[A-Z0-9]*|https:\/\/w\.slack\.com\/[^<>|]*\|[^<>]*)>|`>>`/g;

/** What is left in texts that Slack would take for markup. A quotation's `>` can neither ping nor disguise. */
export const foreignMarkup = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => {
    const rest = text.replaceAll(OURS, "").replaceAll(/^>/gm, "");
    return rest.match(/[<>].{0,20}|&(?!(?:amp|lt|gt);).{0,20}/g) ?? [];
  });

export const foreignMarkupIn = (message: SlackMessage): string[] => foreignMarkup(textsOf(message));
