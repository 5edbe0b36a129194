import { ConfigError, SlackApiError } from "../../errors.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import { findPerson } from "../../slack/find-person.ts";
import { toArguments } from "../../slack/message-arguments.ts";
import { makePermalink } from "../../slack/permalink.ts";
import { REACTIONS } from "../../slack/reaction-names.ts";
import { callSlack } from "../../slack/web-api.ts";
import {
  renderTestAnswer,
  renderTestOver,
  renderTestRoot,
  renderTestRootOver,
} from "../../views/live-test.ts";
import { textsFor } from "../../views/texts/texts-for.ts";
import type { Site } from "./site.ts";

/**
 * Opens a thread that says that it is a test, and hands it back: all that a handover does in Slack, one step after the other. It
 * concerns no User, and Parley hears nothing of it. Nothing is stored, so whatever ends it leaves only what is in the
 * thread by then, which says itself that nobody has to do anything.
 *
 * @throws {ConfigError} Slack refuses a step · {BridgeError} it can pass
 */
export async function checkLiveHandover(
  { outside: { client }, config, inspection }: Pick<Site, "outside" | "config" | "inspection">,
  wanted: string,
): Promise<readonly Remark[]> {
  const who = isMe(wanted) ? undefined : await findPerson(client, wanted);
  const { workspace } = await inspection();
  const texts = textsFor(config.language);
  // The one that gets what no other team gets.
  const { name, channel } = config.teams.find(({ when }) => when === undefined) ?? config.teams[0];

  const step = <Result>(method: string, call: () => Promise<Result>): Promise<Result> =>
    callSlack(method, call).catch((error: unknown) => {
      throw error instanceof SlackApiError ? refusedStep(error, channel) : error;
    });
  const post = async (message: Parameters<typeof toArguments>[0], thread_ts?: string) => {
    const place = { channel, ...(thread_ts !== undefined && { thread_ts }) };
    const answer = await step("chat.postMessage", () =>
      client.chat.postMessage({ ...place, ...toArguments(message) }),
    );
    return answer.ts ?? "";
  };

  const root = await post(renderTestRoot(who, texts));
  const answer = await post(renderTestAnswer(texts), root);
  await step("reactions.add", () =>
    client.reactions.add({ channel, timestamp: answer, name: REACTIONS.delivered }),
  );
  await step("chat.update", () =>
    client.chat.update({ channel, ts: root, ...toArguments(renderTestRootOver(texts)) }),
  );
  await post(renderTestOver(who, texts), root);

  const link = makePermalink(workspace.url, { team: workspace.team, channel, ts: root });
  return [
    {
      status: "ok",
      detail: `a test thread was opened for ${who ?? "nobody by name, because the app's token does not tell who you are,"} in the channel of ${name}, answered, marked, and handed back: ${link}`,
    },
    {
      status: "open",
      detail:
        "that Parley hands a User over and takes one back was not tried, because that takes a User: write to your bot until it hands over, answer, and press Hand back",
    },
  ];
}

/** Whoever asks; a bot's token does not tell who that is. */
const isMe = (wanted: string): boolean => /^@?me$/i.test(wanted);

const refusedStep = ({ message }: SlackApiError, channel: string): ConfigError =>
  new ConfigError([
    `Slack refuses a step of the test in ${channel} (${message}); check the settings of the channel, such as who may post there, and the scopes of the app`,
  ]);
