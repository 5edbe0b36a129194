import type { WebClient } from "@slack/web-api";
import type { Alarms } from "../alarms.ts";
import type { ChannelTrouble, Workspace } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import { ConfigError, SlackApiError } from "../errors.ts";
import { allowsShared, type FindChannel, type FoundChannel } from "./find-channel.ts";
import { missingScopes } from "./missing-scopes.ts";
import type { OptionalScopes } from "./optional-scopes.ts";
import { faultOf } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

/** A team, as far as its channel goes. */
interface ChannelOwner {
  readonly name: string;
  readonly channel: string;
  /** Where the configuration says which channel that is; missing: in `SLACK_CHANNEL`, for a team that nobody has named. */
  readonly writtenAt?: string;
  readonly allowShared: boolean;
}

export interface WorkspaceOptions {
  teams: readonly ChannelOwner[];
  find: FindChannel;
  /** Posts are to show the User's name, which needs a scope of its own. */
  showUserIdentity: boolean;
  /** People may be written to directly, which needs one too. */
  writesToPeople: boolean;
  optionalScopes: Pick<OptionalScopes, "saw">;
}

/** What Slack says about us and about the channels. */
export interface Inspection {
  readonly workspace: Workspace;
  readonly channels: readonly FoundChannel[];
  /** What is wrong with channels, and what to do; one for each team that has such a channel. */
  readonly problems: readonly ChannelProblem[];
  /** What the app may do, and what it lacks of that; missing: Slack does not tell. */
  readonly scopes?: { readonly given: readonly string[]; readonly missing: readonly string[] };
  /** What is switched off because the app lacks a scope for it, and what to do. */
  readonly warnings: readonly string[];
}

interface ChannelProblem {
  readonly channel: string;
  readonly trouble: ChannelTrouble;
  readonly advice: string;
}

/**
 * Checks the token, the channels and the scopes. While something is wrong with a channel or the scopes an alarm is raised;
 * if Slack refuses the token another alarm is. Missing scopes are no error, because much works without them; where an optional one is missing, that is all that does not.
 *
 * @throws {ConfigError} Slack refuses the token; says what to do
 * @throws {SlackApiError} something else keeps the app out, perhaps in front of Slack
 * @throws {NetworkError} Slack cannot be reached
 */
export async function inspectWorkspace(
  client: WebClient,
  { teams, find, showUserIdentity, writesToPeople, optionalScopes }: WorkspaceOptions,
  alarms: Pick<Alarms, "raise" | "clear">,
): Promise<Inspection> {
  const { response_metadata, ...identity } = await identify(client);
  const perChannel = Map.groupBy(teams, ({ channel }) => channel);
  const channels = await Promise.all(
    [...perChannel].map(([id, owners]) => find(id, { allowShared: allowsShared(owners, id) })),
  );
  const problems = channels.flatMap((found) =>
    (perChannel.get(found.id) ?? []).flatMap((owner) => {
      const advice = adviceAbout(found, owner);
      if (found.trouble === undefined || advice === undefined) return [];
      return [{ channel: found.id, trouble: found.trouble, advice }];
    }),
  );
  const scopes = response_metadata?.scopes;
  const kinds = new Set(channels.map(kindOf));
  const missingFor = (channel: ReturnType<typeof kindOf>) =>
    scopes ? missingScopes(scopes, { channel, showUserIdentity, writesToPeople }) : [];
  const missing = [...new Set([...kinds].flatMap(missingFor))];
  const advices = [
    ...problems.map(({ advice }) => advice),
    ...(missing.length > 0 ? [scopesAdvice(missing)] : []),
  ];
  if (advices.length > 0) alarms.raise("slack-setup", advices.join(" "));
  else alarms.clear("slack-setup");
  return {
    workspace: {
      team: identity.team_id ?? "",
      // `URL` adds the slash at the end if it is missing.
      url: URL.parse(identity.url ?? "")?.href ?? "https://slack.com/",
      botUserId: identity.user_id ?? "",
      botId: identity.bot_id ?? "",
      ...defined({ enterprise: identity.enterprise_id || undefined }),
      channelNames: Object.fromEntries(
        channels.flatMap(({ id, name }) => (name ? [[id, name]] : [])),
      ),
    },
    channels,
    problems,
    ...(scopes && { scopes: { given: scopes, missing } }),
    warnings: scopes ? optionalScopes.saw(scopes) : [],
  };
}

/** @throws {ConfigError} with what is wrong with any channel */
export const refuseProblems = ({ workspace, problems }: Inspection): Workspace => {
  if (problems.length > 0) throw new ConfigError(problems.map(({ advice }) => advice));
  return workspace;
};

const kindOf = ({ isPrivate }: FoundChannel) =>
  isPrivate === undefined ? "unknown" : isPrivate ? "private" : "public";

/** What to do about scopes that the app was not given. */
export const scopesAdvice = (missing: readonly string[]): string =>
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

/** What to write where Slack has given a channel another id. */
export const renumberedAdvice = (from: string, to: string): string =>
  `Slack has given channel ${from} the id ${to}: write ${to} where the configuration says ${from}. Both work.`;

const INVITE = "invite the bot: in the channel write /invite and choose the app";

/** `undefined`: nothing is wrong. */
function adviceAbout(
  { id, trouble, slackError }: FoundChannel,
  { name, writtenAt }: ChannelOwner,
): string | undefined {
  const where =
    writtenAt === undefined ? `SLACK_CHANNEL ${id}` : `Team ${name}, ${writtenAt} ${id}`;
  switch (trouble) {
    case undefined:
      return undefined;
    case "archived":
      return `${where} is archived; unarchive it in Slack, or choose another one`;
    case "removed":
      return `${where}: the bot is not in it; ${INVITE}`;
    case "shared":
      return `${where} is shared with another company; end that in Slack, choose another one, or set allow-shared: true for the team`;
    case "deleted":
    case "unseen":
      return `${where} cannot be seen by the bot (${slackError}); check the id, which Slack changes in some cases (a bridge that was told so goes on, and its log says channel.renumbered), and ${INVITE}`;
    default:
      return trouble satisfies never;
  }
}
