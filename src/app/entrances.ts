import type { Alarms } from "../alarms.ts";
import { createAvailabilityRoute } from "../bot/availability-route.ts";
import { createHandoverRoute } from "../bot/handover-route.ts";
import { createHandoverStateRoute } from "../bot/handover-state-route.ts";
import { createRatingRoute } from "../bot/rating-route.ts";
import type { Service, Workspace } from "../bridge/ports.ts";
import { rate } from "../bridge/rate.ts";
import { identifyBridge, VERSION } from "../build-info.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/read-config.ts";
import { createAuthenticRequests } from "../http/authentic-requests.ts";
import { createHttpServer } from "../http/http-server.ts";
import { createRefusalLog } from "../http/refusal-log.ts";
import { errorFields, type Log } from "../log.ts";
import { createHealth } from "../ops/health.ts";
import type { Metrics } from "../ops/metrics.ts";
import { createCallbackRoute } from "../parley/callback-route.ts";
import { parseCallback } from "../parley/parse-callback.ts";
import { refuseOtherAccount } from "../parley/refuse-other-account.ts";
import { registerListeners } from "../slack/listeners/register-listeners.ts";
import { parsePermalink } from "../slack/permalink.ts";
import { createSlackApp } from "../slack/slack-app.ts";
import { storeBeforeAck } from "../slack/store-before-ack.ts";
import { refuseProblems } from "../slack/workspace.ts";
import type { State } from "../state/state.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Outside } from "./outside.ts";

/** Wherever something comes in: from Slack, from Parley, and from whoever watches the bridge. Nothing is started. */
export async function createEntrances(
  config: Config,
  dependencies: Dependencies,
  {
    log,
    alarms,
    state,
    clock,
    outside,
    workspace,
    botService,
    metrics,
  }: {
    log: Log;
    alarms: Alarms;
    state: State;
    clock: Clock;
    outside: Outside;
    workspace: Workspace;
    botService: Service;
    metrics: Metrics;
  },
) {
  const slackLog = log.child({ component: "slack" });
  const parleyLog = log.child({ component: "parley" });
  const slack = await createSlackApp({
    ...config.slack,
    clientOptions: outside.clientOptions,
    workspace,
    alarms,
    refused: createRefusalLog(slackLog, "slack.refused", () => metrics.onRefused("slack")),
    log: slackLog,
  });
  storeBeforeAck(slack.app, {
    ...dependencies,
    ...workspace,
    onRequest: () => metrics.onRequest("slack"),
    log: slackLog,
  });
  registerListeners(slack.app, {
    ...dependencies,
    team: workspace.team,
    botService: botService.id,
    parsePermalink(text) {
      const thread = parsePermalink(text, workspace.team);
      return thread && { ...thread, channel: dependencies.channelIds.known(thread.channel) };
    },
    alarms,
    log: slackLog,
  });

  const health = createHealth({
    monotonic: clock.monotonic,
    intake: { store: () => state.probe() },
    rest: {
      async slack() {
        const inspection = await outside.inspectWorkspace();
        // An event may be lost, so this tells too what has become of channels.
        await dependencies.channelWatch
          .onCheck(inspection.channels)
          .catch((error: unknown) => log.warn(errorFields(error), "channel.not-noted"));
        return refuseProblems(inspection);
      },
      ...(config.slack.appToken && { socket: slack.check }),
      parley: outside.askBotService,
    },
    identity: { version: VERSION, bridge: identifyBridge(config.parley) },
    alarms,
    onChecked: metrics.onChecked,
  });
  const onCallback = (kind: Parameters<Metrics["onCallback"]>[0]) => {
    metrics.onCallback(kind);
    if (kind !== "refused") metrics.onRequest("parley");
  };
  const taking = {
    requests: createAuthenticRequests({
      tokens: config.parley.callbackTokens,
      refuse: refuseOtherAccount(config.parley.accountId),
      refused: createRefusalLog(parleyLog, "callback.refused", () => metrics.onRefused("parley")),
      onRefused: () => onCallback("refused"),
      log: parleyLog,
    }),
    inbox: dependencies.inbox,
    now: clock.now,
    log: parleyLog,
  };
  const callbackRoute = createCallbackRoute({
    ...taking,
    groupMs: config.groupMs,
    parse: (body) => parseCallback(body, dependencies.parley.self),
    onCallback: (event) => onCallback(event.kind),
  });
  const { handovers } = dependencies;
  const handoverRoute = createHandoverRoute({
    ...taking,
    handovers,
    onRequest: () => onCallback("handover"),
  });
  const availabilityRoute = createAvailabilityRoute({
    ...taking,
    teams: config.teams,
    availability: dependencies.availability,
    onQuestion: () => metrics.onCallback("availability"),
  });
  const ratingRoute = createRatingRoute({
    ...taking,
    handovers,
    rate: (conversation, rating) =>
      rate(conversation, rating, { ...dependencies, onRated: metrics.onRated }),
    onRequest: () => onCallback("rating"),
  });
  const handoverStateRoute = createHandoverStateRoute({ ...dependencies, ...taking });
  const routes = [
    ...slack.routes,
    callbackRoute,
    handoverRoute,
    availabilityRoute,
    ratingRoute,
    handoverStateRoute,
    ...health.routes,
    ...metrics.routes,
  ];
  return { slack, health, http: createHttpServer(routes, log) };
}
