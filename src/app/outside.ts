import { WebClient } from "@slack/web-api";
import type { Alarms } from "../alarms.ts";
import type { Parley, Service } from "../bridge/ports.ts";
import { systemClock } from "../clock.ts";
import { type ClockWatch, createClockWatch } from "../clock-watch.ts";
import type { Config } from "../config/read-config.ts";
import { channelsOf, isWithoutFile } from "../config/team-config.ts";
import { defined } from "../defined.ts";
import { nameSomebody } from "../desk/responsible.ts";
import type { Log } from "../log.ts";
import { checkBotService } from "../parley/check-bot-service.ts";
import { createParleyApi, type ParleyApi } from "../parley/parley-api.ts";
import { createParleyClient } from "../parley/parley-client.ts";
import { createReach } from "../reach.ts";
import { createAccessWatch } from "../slack/access-watch.ts";
import { createBoltLog } from "../slack/bolt-log.ts";
import type { ChannelIds } from "../slack/channel-ids.ts";
import { allowsShared, createFindChannel, type FoundChannel } from "../slack/find-channel.ts";
import { createOptionalScopes, type OptionalScopes } from "../slack/optional-scopes.ts";
import type { SeenAnswer } from "../slack/slack-fetch.ts";
import { type SlackClientOptions, webClientOptions } from "../slack/web-api.ts";
import { checkAppToken, type Inspection, inspectWorkspace } from "../slack/workspace.ts";
import type { State } from "../state/state.ts";
import { createCanDeliver } from "./can-deliver.ts";

/** The connections to Slack and Parley, and the questions that both the start and the doctor ask them. */
export interface Outside {
  readonly client: WebClient;
  readonly clientOptions: SlackClientOptions;
  readonly parleyApi: ParleyApi;
  readonly parley: Parley;
  /** Both sides can be reached from here, as far as is known. */
  readonly canDeliver: () => boolean;
  /** Is told the time of every answer of both. */
  readonly clock: ClockWatch;
  readonly optionalScopes: OptionalScopes;
  /** What is wrong with channels is told, not thrown. Like the others: @throws {ConfigError} somebody has to act; says what to do · {BridgeError} it can pass */
  inspectWorkspace(): Promise<Inspection>;
  /** One of the teams' channels, as Slack says. */
  lookAt(channel: string): Promise<FoundChannel>;
  /** Checks the token for sockets, if there is one. */
  askAppToken(): Promise<true>;
  askBotService(): Promise<Service>;
}

/** More of them are read by nobody. */
const MAX_ADVICES = 5;
/** Without any state, as the doctor asks. */
const NO_STATE = { mayAct: () => Promise.resolve(), clockAheadMs: () => 0 };

interface OutsideOptions {
  channelIds?: ChannelIds;
  /** Slack has refused to let us write in this channel of a team. */
  onRefusal?: (channel: string) => void;
}

/** `mayAct` is asked before every request: if it rejects, nothing is sent. */
export function connectOutside(
  config: Config,
  log: Log,
  alarms: Alarms,
  { mayAct, clockAheadMs }: Pick<State, "mayAct" | "clockAheadMs"> = NO_STATE,
  { channelIds, onRefusal }: OutsideOptions = {},
): Outside {
  const { slack, showUserIdentity } = config;
  const channels = channelsOf(config.teams);
  const clock = createClockWatch(alarms, clockAheadMs);
  const reach = createReach(systemClock.monotonic);
  const watchAccess = createAccessWatch(alarms, {
    channels,
    ...(!isWithoutFile(config.teams) && { maxAdvices: MAX_ADVICES }),
    ...defined({ onRefusal }),
  });
  const onAnswer = (seen: SeenAnswer) => {
    clock.saw("Slack", seen.date);
    // Calls of `apps.*` use the app's token, so their answers say nothing about the bot's.
    if (!seen.method.startsWith("apps.")) watchAccess(seen);
  };
  const clientOptions = webClientOptions(slack.apiUrl, {
    onAnswer,
    mayAct,
    ...(channelIds && { address: (form: string) => channelIds.toCurrent(form) }),
    watch: (request) => reach.watch("Slack", request),
  });
  const logger = createBoltLog(log.child({ component: "slack" }));
  const connect = (token: string) => new WebClient(token, { ...clientOptions, logger });
  const client = connect(slack.botToken.reveal());
  const parleyApi = createParleyApi({
    ...config.parley,
    alarms,
    onDate: (date) => clock.saw("Parley", date),
    mayAct,
    watch: (request) => reach.watch("Parley", request),
  });
  const parley = createParleyClient(parleyApi, config.parley);
  const find = createFindChannel(client, channelIds);
  const optionalScopes = createOptionalScopes(() => showUserIdentity !== false, log);
  const needs = {
    teams: config.teams,
    showUserIdentity: showUserIdentity === true,
    writesToPeople: nameSomebody(config.teams),
  };
  return {
    client,
    clientOptions,
    parleyApi,
    parley,
    canDeliver: createCanDeliver(
      reach,
      [() => client.auth.test(), parleyApi.checkAccess],
      systemClock.monotonic,
    ),
    clock,
    optionalScopes,
    inspectWorkspace: () => inspectWorkspace(client, { ...needs, find, optionalScopes }, alarms),
    lookAt: (channel) => find(channel, { allowShared: allowsShared(config.teams, channel) }),
    askAppToken: async () =>
      slack.appToken ? await checkAppToken(connect(slack.appToken.reveal())) : true,
    askBotService: () => checkBotService(parley, config.parley.botService, alarms),
  };
}
