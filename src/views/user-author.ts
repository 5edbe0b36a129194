import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { nameOf } from "./name-of.ts";
import type { Texts } from "./texts/en.ts";

/** Easy to tell apart at the size of a picture in Slack. */
const ICONS = [
  "bear",
  "butterfly",
  "cat",
  "dolphin",
  "elephant",
  "fox_face",
  "frog",
  "hedgehog",
  "koala",
  "ladybug",
  "lion_face",
  "octopus",
  "otter",
  "owl",
  "panda_face",
  "parrot",
  "penguin",
  "rabbit",
  "sloth",
  "snail",
  "swan",
  "tiger",
  "turtle",
  "whale",
] as const;

/** How a User appears in a thread: the name that was given, and an animal that stays the same. */
export function userAuthor(
  user: Parameters<typeof nameOf>[0],
  texts: Texts,
): NonNullable<SlackMessage["author"]> {
  let hash = 7;
  for (const letter of user.userId) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  const index = hash % ICONS.length;
  return { name: literalMrkdwn(nameOf(user, texts)), icon: `:${ICONS[index]}:` };
}
