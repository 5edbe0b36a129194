import type { WebClient } from "@slack/web-api";
import type { Alarms } from "../alarms.ts";
import type { Workspace } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import { ConfigError, SlackApiError, toBridgeError } from "../errors.ts";
import { missingScopes } from "./missing-scopes.ts";
import { faultOf } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

export interface WorkspaceOptions {
  /** Those of the teams. */
  channels: readonly string[];
  /** Posts show the User's name, which needs a scope of its own. */
  showUserIdentity: boolean;
}

/**
 * Checks the token, the channels and the scopes. While something is wrong with a channel or the scopes an alarm is raised;
 * if Slack refuses the token another alarm is. Missing scopes are no error, because much works without them.
 *
 * @throws {ConfigError} Slack refuses the token, or the bot is not in a channel; tells of all of them what to do
 * @throws {SlackApiError} something else keeps the app out, perhaps in front of Slack
 * @throws {NetworkError} Slack cannot be reached
 */
export async function checkWorkspace(
  client: WebClient,
  { channels, showUserIdentity }: WorkspaceOptions,
  alarms: Pick<Alarms, "raise" | "clear">,
): Promise<Workspace> {
  const { response_metadata, ...identity } = await identify(client);
  const found = await findChannels(client, channels).catch((error: unknown) => {
    if (error instanceof ConfigError) alarms.raise("slack-setup", error.problems.join(" "));
    throw error;
  });
  const scopes = response_metadata?.scopes;
  const kinds = new Set(found.map(({ is_private: isPrivate }) => kindOf(isPrivate)));
  const missing = scopes
    ? [...kinds].flatMap((channel) => missingScopes(scopes, { channel, showUserIdentity }))
    : [];
  if (missing.length > 0) alarms.raise("slack-setup", scopesAdvice([...new Set(missing)]));
  else alarms.clear("slack-setup");
  return {
    team: identity.team_id ?? "",
    // `URL` adds the slash at the end if it is missing.
    url: URL.parse(identity.url ?? "")?.href ?? "https://slack.com/",
    botUserId: identity.user_id ?? "",
    botId: identity.bot_id ?? "",
    ...defined({ enterprise: identity.enterprise_id || undefined }),
    channelNames: Object.fromEntries(found.flatMap(({ id, name }) => (name ? [[id, name]] : []))),
  };
}

const kindOf = (isPrivate: boolean | undefined) =>
  isPrivate === undefined ? "unknown" : isPrivate ? "private" : "public";

const scopesAdvice = (missing: readonly string[]): string =>
  `SLACK_BOT_TOKEN lacks the ${missing.length === 1 ? "scope" : "scopes"} ${missing.join(", ")}; add what is missing at api.slack.com/apps, OAuth & Permissions (manifest.yml has them all), and install the app again`;

const identify = (client: WebClient) =>
  callSlack("auth.test", () => client.auth.test(), { idempotent: true }).catch((error: unknown) => {
    if (!(error instanceof SlackApiError) || isOfWorkspace(error)) throw error;
    throw new ConfigError(
      [
        `SLACK_BOT_TOKEN is refused by Slack (${error.slackError}); copy the Bot User OAuth Token again from your app at api.slack.com/apps, OAuth & Permissions`,
      ],
      { cause: error },
    );
  });

/** Whether the workspace keeps the app out, so that the token is not at fault. */
const isOfWorkspace = ({ slackError }: SlackApiError): boolean =>
  faultOf(slackError) === "workspace";

/** The error for a refused socket, with what to do. */
export const refusedSocket = (cause: SlackApiError): ConfigError =>
  new ConfigError(
    [
      isOfWorkspace(cause)
        ? `Slack, or a proxy on the way, does not let the app open a socket (${cause.slackError}); check SLACK_API_URL and the proxy, and ask an administrator of the workspace`
        : `SLACK_APP_TOKEN is refused by Slack (${cause.slackError}); make one with the scope connections:write in your app at api.slack.com/apps, Basic Information, App-Level Tokens`,
    ],
    { cause },
  );

/**
 * Checks the app-level token before Socket Mode starts.
 *
 * @throws {ConfigError} Slack refuses the token; says what to do
 * @throws {SlackApiError} something else keeps the app out, perhaps in front of Slack
 * @throws {NetworkError} Slack cannot be reached
 */
export async function checkAppToken(client: WebClient): Promise<true> {
  const open = () => client.apps.connections.open({});
  await callSlack("apps.connections.open", open, { idempotent: true }).catch((error: unknown) => {
    if (!(error instanceof SlackApiError) || isOfWorkspace(error)) throw error;
    throw refusedSocket(error);
  });
  return true;
}

/** What Slack says about a channel, as far as it does. */
interface ChannelInfo {
  readonly id: string;
  readonly name?: string;
  readonly is_private?: boolean;
}

/** @throws {ConfigError} with what is wrong with any of them */
async function findChannels(
  client: WebClient,
  channels: readonly string[],
): Promise<readonly ChannelInfo[]> {
  const asked = channels.map((channel) => findChannel(client, channel));
  const problems = (await Promise.allSettled(asked)).flatMap((result) =>
    result.status === "rejected" && result.reason instanceof ConfigError
      ? result.reason.problems
      : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return await Promise.all(asked);
}

async function findChannel(client: WebClient, channel: string): Promise<ChannelInfo> {
  const invite = "invite the bot: in the channel write /invite and choose the app";
  try {
    const { channel: info } = await callSlack(
      "conversations.info",
      () => client.conversations.info({ channel }),
      { idempotent: true },
    );
    if (info?.is_archived) {
      throw new ConfigError([
        `SLACK_CHANNEL ${channel} is archived; unarchive it in Slack, or choose another one`,
      ]);
    }
    if (info?.is_member === false) {
      throw new ConfigError([`SLACK_CHANNEL ${channel}: the bot is not in it; ${invite}`]);
    }
    const { name, is_private } = info ?? {};
    return { id: channel, ...defined({ name, is_private }) };
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (!(error instanceof SlackApiError) || isOfWorkspace(error)) throw error;
    // A fake Slack may lack the method, and the app the scope, which is reported elsewhere. If something is wrong with the
    // channel, the first post will show it.
    if (error.slackError === "unknown_method" || error.slackError === "missing_scope") {
      return { id: channel };
    }
    throw new ConfigError(
      [
        `SLACK_CHANNEL ${channel} cannot be seen by the bot (${error.slackError}); check the id, and ${invite}`,
      ],
      { cause: thrown },
    );
  }
}
