import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { formatDuration } from "./format-duration.ts";
import { mention, notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** Whom a reminder names: nobody, these user groups and members by their ids, or everybody in the channel who is active. */
export type Named = "nobody" | "here" | readonly string[];

interface Wait {
  /** The name of the User; literal text. */
  readonly user: string;
  /** For how long they have waited, ms. */
  readonly forMs: number;
}

/** In the thread: a User waits for an answer. `claimant`: Slack id of who has claimed it. */
export function renderReminder(
  { user, forMs }: Wait,
  named: Named,
  claimant: string | undefined,
  texts: Texts,
): SlackMessage {
  const { reminder } = texts;
  const time = formatDuration(forMs, texts);
  const who = literalMrkdwn(user);
  const words = claimant ? reminder.owesAnswer(who, time) : reminder.nobodyAnswered(who, time);
  return notice(`:bell: ${[...mentions(named), words].join(" ")}`);
}

/** The same to one person directly. `link`: the thread. */
export function renderDirectReminder(
  { user, forMs }: Wait,
  link: string,
  texts: Texts,
): SlackMessage {
  const time = formatDuration(forMs, texts);
  return notice(`:bell: ${texts.reminder.direct(literalMrkdwn(user), time, link)}`);
}

/** In the thread: whoever had claimed it does not answer any more, so it is free. */
export const renderReleased = (claimant: string, forMs: number, texts: Texts): SlackMessage =>
  notice(`:wave: ${texts.reminder.released(mention(claimant), formatDuration(forMs, texts))}`);

/** As mrkdwn that pings them. */
export const mentions = (named: Named): string[] => {
  if (named === "nobody") return [];
  if (named === "here") return ["<!here>"];
  return named.map((id) => (id.startsWith("S") ? `<!subteam^${id}>` : mention(id)));
};
