import type { WebClient } from "@slack/web-api";
import type { Alarms } from "../alarms.ts";
import type { Workspace } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import { ConfigError, SlackApiError, toBridgeError } from "../errors.ts";
import { missingScopes } from "./missing-scopes.ts";
import { faultOf } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

export interface WorkspaceOptions {
  channel: string;
  /** Posts show the User's name, which needs a scope of its own. */
  showUserIdentity: boolean;
}

/**
 * Checks the token, the channel and the scopes. While something is wrong with the channel or the scopes an alarm is raised;
 * if Slack refuses the token another alarm is. Missing scopes are no error, because much works without them.
 *
 * @throws {ConfigError} Slack refuses the token, or the bot is not in the channel; says what to do
 * @throws {SlackApiError} something else keeps the app out, perhaps in front of Slack
 * @throws {NetworkError} Slack cannot be reached
 */
export async function checkWorkspace(
  client: WebClient,
  { channel, showUserIdentity }: WorkspaceOptions,
  alarms: Pick<Alarms, "raise" | "clear">,
): Promise<Workspace> {
  const { response_metadata, ...identity } = await identify(client);
  const info = await findChannel(client, channel).catch((error: unknown) => {
    if (error instanceof ConfigError) alarms.raise("slack-setup", error.problems.join(" "));
    throw error;
  });
  const kind = info?.is_private === undefined ? "unknown" : info.is_private ? "private" : "public";
  const scopes = response_metadata?.scopes;
  const missing = scopes ? missingScopes(scopes, { channel: kind, showUserIdentity }) : [];
  if (missing.length > 0) alarms.raise("slack-setup", scopesAdvice(missing));
  else alarms.clear("slack-setup");
  return {
    team: identity.team_id ?? "",
    // `URL` adds the slash at the end if it is missing.
    url: URL.parse(identity.url ?? "")?.href ?? "https://slack.com/",
    botUserId: identity.user_id ?? "",
    botId: identity.bot_id ?? "",
    ...defined({
      enterprise: identity.enterprise_id || undefined,
      channelName: info?.name || undefined,
    }),
  };
}

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

/** What Slack says about the channel; `undefined` if it does not say. */
async function findChannel(
  client: WebClient,
  channel: string,
): Promise<{ name?: string; is_private?: boolean } | undefined> {
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
    return info;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (!(error instanceof SlackApiError) || isOfWorkspace(error)) throw error;
    // A fake Slack may lack the method, and the app the scope, which is reported elsewhere. If something is wrong with the
    // channel, the first post will show it.
    if (error.slackError === "unknown_method" || error.slackError === "missing_scope") {
      return undefined;
    }
    throw new ConfigError(
      [
        `SLACK_CHANNEL ${channel} cannot be seen by the bot (${error.slackError}); check the id, and ${invite}`,
      ],
      { cause: thrown },
    );
  }
}
