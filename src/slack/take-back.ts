import type { WebClient } from "@slack/web-api";
import type { Log } from "../log.ts";
import { isSlacksWord } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

/** In place of a stray post that Slack does not let us delete, e.g. because it carries the User's name. */
const INSTEAD =
  ":wastebasket: _This belonged into a thread that is not there any more; the conversation goes on in another one._";

/** Takes a post back that went into the open channel. Safe to repeat; what Slack refuses is only logged. */
export async function takeBack(
  client: WebClient,
  log: Log,
  { channel, ts }: { channel: string; ts: string },
): Promise<void> {
  const steps = [
    () => callSlack("chat.delete", () => client.chat.delete({ channel, ts }), { idempotent: true }),
    () =>
      callSlack("chat.update", () => client.chat.update({ channel, ts, text: INSTEAD }), {
        idempotent: true,
      }),
  ];
  for (const step of steps) {
    try {
      await step();
      return log.warn({ channel, ts }, "stray.taken-back");
    } catch (error) {
      if (!isSlacksWord(error)) throw error;
      if (error.slackError === "message_not_found") return;
      log.error({ channel, ts, error: error.message }, "stray.not-taken-back");
    }
  }
}
