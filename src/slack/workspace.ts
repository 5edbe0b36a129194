import type { WebClient } from "@slack/web-api";
import { ConfigError, SlackApiError, toBridgeError } from "../errors.ts";
import { callSlack } from "./web-api.ts";

/** Who we are in Slack. */
export interface Workspace {
  readonly team: string;
  /** Ends in `/`. */
  readonly url: string;
  readonly botUserId: string;
  readonly botId: string;
}

/**
 * Checks the token and the channel.
 *
 * @throws {ConfigError} Slack refuses the token, or the bot is not in the channel; says what to do
 * @throws {NetworkError} Slack cannot be reached
 */
export async function findWorkspace(client: WebClient, channel: string): Promise<Workspace> {
  const identity = await callSlack("auth.test", () => client.auth.test(), {
    idempotent: true,
  }).catch((error: unknown) => {
    if (error instanceof SlackApiError) {
      throw new ConfigError([
        `SLACK_BOT_TOKEN is refused by Slack (${error.slackError}); copy the Bot User OAuth Token again from your app at api.slack.com/apps, OAuth & Permissions`,
      ]);
    }
    throw error;
  });
  await checkChannel(client, channel);
  return {
    team: identity.team_id ?? "",
    // Ends in a slash then.
    url: URL.parse(identity.url ?? "")?.href ?? "https://slack.com/",
    botUserId: identity.user_id ?? "",
    botId: identity.bot_id ?? "",
  };
}

/** What to do when Slack does not take the app-level token. */
export const refusedAppToken = (slackError: string, cause: Error): ConfigError =>
  new ConfigError(
    [
      `SLACK_APP_TOKEN is refused by Slack (${slackError}); make one with the scope connections:write in your app at api.slack.com/apps, Basic Information, App-Level Tokens`,
    ],
    { cause },
  );

/**
 * Checks the app-level token before Socket Mode starts: Bolt would try for ever with a token that lacks its scope.
 *
 * @throws {ConfigError} Slack refuses the token; says what to do
 * @throws {NetworkError} Slack cannot be reached
 */
export async function checkAppToken(client: WebClient): Promise<void> {
  const open = () => client.apps.connections.open({});
  await callSlack("apps.connections.open", open, { idempotent: true }).catch((error: unknown) => {
    if (!(error instanceof SlackApiError)) throw error;
    throw refusedAppToken(error.slackError, error);
  });
}

async function checkChannel(client: WebClient, channel: string): Promise<void> {
  const invite = "invite the bot: in the channel write /invite and choose the app";
  try {
    const { channel: info } = await callSlack(
      "conversations.info",
      () => client.conversations.info({ channel }),
      { idempotent: true },
    );
    if (info?.is_archived) throw new ConfigError([`SLACK_CHANNEL ${channel} is archived`]);
    if (info?.is_member === false) {
      throw new ConfigError([`SLACK_CHANNEL ${channel}: the bot is not in it; ${invite}`]);
    }
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (!(error instanceof SlackApiError)) throw error;
    // A stand-in for Slack may lack the method; what is wrong with the channel shows at the first post then.
    if (error.slackError === "unknown_method") return;
    throw new ConfigError(
      [
        `SLACK_CHANNEL ${channel} cannot be seen by the bot (${error.slackError}); check the id, and ${invite}`,
      ],
      { cause: thrown },
    );
  }
}
