import slackEmoji from "../../src/convert/to-parley/slack-emoji.json" with { type: "json" };

/** Slack's names of each emoji, the usual one first, by its code points in hex: `1F389`. */
export const SLACK_EMOJI: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(slackEmoji.names).map(([code, names]) => [code, names.split(" ")]),
);
