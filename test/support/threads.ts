import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";

type Message = FakeSlack["state"]["messages"][number];

/** The roots that the bridge posted in the channel, oldest first. */
export const rootsOf = (slack: FakeSlack): Message[] =>
  slack.state.messages.filter(
    ({ channel, thread_ts, ts, bot_id }) =>
      channel === slack.channel && bot_id === slack.botId && (!thread_ts || thread_ts === ts),
  );

/** What the bridge wrote in a thread, oldest first, without the root. */
export const postsIn = (slack: FakeSlack, rootTs: string): Message[] =>
  slack.state.messages.filter(
    ({ thread_ts, ts, bot_id }) => thread_ts === rootTs && ts !== rootTs && bot_id === slack.botId,
  );
