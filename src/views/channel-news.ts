import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { bold, notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

type Trouble = keyof Texts["channel"]["trouble"];

/** A channel of a team, for somebody who answers for the team. */
export interface ChannelNews {
  readonly channel: string;
  /** Missing: Slack has never told it. */
  readonly name: string | undefined;
  readonly team: string;
  /** Users of the team who wait for an answer. */
  readonly waiting: number;
}

/** A channel that is gone is no link any more, so its name stands as text. */
const nameOf = ({ channel, name }: ChannelNews): string =>
  name === undefined ? literalMrkdwn(channel) : `#${literalMrkdwn(name)}`;

/** Tells one person directly that something is wrong with the channel, how many Users wait, and what to do. */
export function renderChannelTrouble(
  news: ChannelNews,
  trouble: Trouble,
  { channel: texts }: Texts,
): SlackMessage {
  const lines = [
    `:rotating_light: ${texts.trouble[trouble](nameOf(news), bold(news.team))}`,
    trouble === "shared" ? texts.goesOn : texts.waiting(news.waiting),
    texts.toDo[trouble],
  ];
  return notice(lines.join("\n"));
}

/** Tells one person directly that it is in order again. */
export const renderChannelBack = (
  news: ChannelNews,
  was: Trouble | undefined,
  { channel: texts }: Texts,
): SlackMessage =>
  notice(
    `:white_check_mark: ${(was === "shared" ? texts.unshared : texts.back)(nameOf(news), bold(news.team))}`,
  );
