import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { readRichText } from "./read-rich-text.ts";
import type { World } from "./world.ts";

export type Message = FakeSlack["state"]["messages"][number];

/** A message, in whichever fake it is. */
interface Words {
  readonly text: string;
  readonly blocks?: readonly unknown[] | undefined;
}
type Ephemeral = FakeSlack["state"]["ephemerals"][number];

/** The roots that the bridge posted in the channel, oldest first. */
export const rootsOf = (slack: FakeSlack): Message[] =>
  slack.state.messages.filter(
    ({ channel, thread_ts, ts, bot_id }) =>
      channel === slack.channel && bot_id === slack.botId && (!thread_ts || thread_ts === ts),
  );

/** The roots about one User with details below them, which tell of whom they are, oldest first. */
export const rootsAbout = (slack: FakeSlack, userId: string): Message[] =>
  rootsOf(slack).filter(({ ts }) =>
    detailsIn(slack, ts).some((details) =>
      textOf(details)
        .split("\n")
        // In whichever language: `Parley User …`, `Parley-gebruiker …`.
        .some((line) => line.startsWith("Parley") && line.endsWith(`\`${userId}\``)),
    ),
  );

/** Everything but the root that the bridge wrote in a thread, oldest first. */
const belowRoot = (slack: FakeSlack, rootTs: string): Message[] =>
  slack.state.messages.filter(
    ({ thread_ts, ts, bot_id }) => thread_ts === rootTs && ts !== rootTs && bot_id === slack.botId,
  );

export const isDetails = ({ metadata }: Message): boolean =>
  metadata?.event_type === "parley_details";

/** The details in a thread: normally one message, the first below the root. */
export const detailsIn = (slack: FakeSlack, rootTs: string): Message[] =>
  belowRoot(slack, rootTs).filter(isDetails);

/** What the bridge wrote in a thread, oldest first, without the root and the details. */
export const postsIn = (slack: FakeSlack, rootTs: string): Message[] =>
  belowRoot(slack, rootTs).filter((message) => !isDetails(message));

/** All texts of the root and of the details below it, one a line. */
export const shownOf = (slack: FakeSlack, root: Message): string =>
  [root, ...detailsIn(slack, root.ts)].map(textOf).join("\n");

/** The texts of what the bridge wrote in a thread, oldest first. */
export const textsIn = ({ slack }: Pick<World, "slack">, rootTs: string): string[] =>
  postsIn(slack, rootTs).map(({ text }) => text);

/** What only this agent was told in a thread, oldest first. */
export const toldTo = (slack: FakeSlack, agent: string, rootTs: string): Ephemeral[] =>
  slack.state.ephemerals.filter(
    ({ user, thread_ts, deleted }) => user === agent && thread_ts === rootTs && !deleted,
  );

/** The texts that only this member was ever shown, anywhere, oldest first. */
export const textsTo = (slack: FakeSlack, member: string): string[] =>
  slack.state.ephemerals.filter(({ user }) => user === member).map(({ text }) => text);

/** The names of the reactions on a message. */
export const reactionsOn = (slack: FakeSlack, ts: string): string[] =>
  slack.state.messages.find((message) => message.ts === ts)?.reactions?.map(({ name }) => name) ??
  [];

/** All texts of a message, one a line: its own and those of its blocks. */
export const textOf = ({ text, blocks }: Words): string =>
  [text, ...blockTexts(blocks ?? [])].join("\n");

function blockTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(blockTexts);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && /^rich_text_(?:section|quote|preformatted)$/.test(String(value.type))) {
    return [readRichText(value as Readonly<Record<string, unknown>>)];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    key === "text" && typeof item === "string" ? [item] : blockTexts(item),
  );
}

/** What Slack would act on in a message: mentions and links. Moments are harmless, and so is plain text. */
export function activeMarkup({ text, blocks }: Words): string[] {
  return [text, ...mrkdwnIn(blocks ?? [])]
    .flatMap((mrkdwn) => mrkdwn.match(/<[^>]*>?/g) ?? [])
    .filter((markup) => !markup.startsWith("<!date^"));
}

/** Every text that Slack reads as mrkdwn. */
export function mrkdwnIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "mrkdwn" && "text" in value) return [String(value.text)];
  return Object.values(value).flatMap(mrkdwnIn);
}
