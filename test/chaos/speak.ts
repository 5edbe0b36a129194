import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { SlackError } from "../../fakes/slack/slack-error.ts";
import { eventually } from "./eventually.ts";

/** Nobody keeps a channel archived for longer. */
const PATIENCE_MS = 30_000;

/** Posts as a member does: while the channel is archived Slack takes no word, and they try again. */
export const speak = (
  slack: FakeSlack,
  words: Parameters<FakeSlack["post"]>[0],
): ReturnType<FakeSlack["post"]> =>
  eventually(
    async () => {
      try {
        return { posted: await slack.post(words) };
      } catch (error) {
        if (error instanceof SlackError && error.code === "is_archived") return undefined;
        throw error;
      }
    },
    { timeoutMs: PATIENCE_MS, what: `${words.channel} takes words` },
  ).then(({ posted }) => posted);
