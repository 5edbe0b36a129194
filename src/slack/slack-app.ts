import { App, HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import type { Alarms } from "../alarms.ts";
import type { Workspace } from "../bridge/ports.ts";
import type { Secret } from "../config/secret.ts";
import type { Route } from "../http/http-server.ts";
import type { RefusalLog } from "../http/refusal-log.ts";
import type { Log } from "../log.ts";
import { createBoltLog } from "./bolt-log.ts";
import { createEventsRoute } from "./events-route.ts";
import { guardFrames } from "./guard-frames.ts";
import { keepConnected } from "./keep-connected.ts";
import type { SlackClientOptions } from "./web-api.ts";

export interface SlackAppOptions {
  workspace: Workspace;
  botToken: Secret;
  /** A signature with any of them is accepted. */
  signingSecrets: readonly Secret[];
  appToken: Secret | undefined;
  /** How long a socket may be silent on our pings before another is opened, ms. */
  pingTimeoutMs: number;
  clientOptions: SlackClientOptions;
  alarms: Pick<Alarms, "raise" | "clear">;
  refused: RefusalLog;
  log: Log;
}

/** How Slack's events reach us: by HTTP requests to our own server, or over sockets. */
export interface SlackApp {
  readonly app: App;
  /** The routes for Slack's HTTP requests; none in Socket Mode. */
  readonly routes: readonly Route[];
  /** `onConnect` is called each time a socket opens. Events from the time without one may be lost. */
  start(onConnect: () => void): Promise<void>;
  stop(): Promise<void>;
  /** @throws {BridgeError} in Socket Mode: no socket is open */
  check(): Promise<void>;
}

export async function createSlackApp(options: SlackAppOptions): Promise<SlackApp> {
  const { workspace } = options;
  const logger = createBoltLog(options.log);
  const transport = options.appToken
    ? socketTransport(options.appToken, options, logger)
    : httpTransport(options, logger);
  const app = new App({
    receiver: transport.receiver,
    logger,
    // A copy, because Bolt changes it.
    clientOptions: { ...options.clientOptions },
    // Answered from memory, so that no event waits for a call to Slack or is lost when one fails.
    authorize: () =>
      Promise.resolve({
        botToken: options.botToken.reveal(),
        botId: workspace.botId,
        botUserId: workspace.botUserId,
        teamId: workspace.team,
      }),
    deferInitialization: true,
  });
  await app.init();
  return { app, ...transport };
}

type Logger = ReturnType<typeof createBoltLog>;

function httpTransport({ signingSecrets, refused }: SlackAppOptions, logger: Logger) {
  const receiver = new HTTPReceiver({
    // Our own route verifies requests: Bolt knows only one secret, and reads the body before it verifies.
    signingSecret: "",
    signatureVerification: false,
    logger,
  });
  return {
    receiver,
    routes: [createEventsRoute(receiver, signingSecrets, refused)],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    check: () => Promise.resolve(),
  };
}

function socketTransport(
  appToken: Secret,
  { pingTimeoutMs, clientOptions, alarms, refused, log }: SlackAppOptions,
  logger: Logger,
) {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    logger,
    // A copy, because the receiver changes it.
    installerOptions: { clientOptions: { ...clientOptions } },
    clientPingTimeout: pingTimeoutMs,
    autoReconnectEnabled: false,
  });
  guardFrames(receiver.client, refused, log);
  return { receiver, routes: [], ...keepConnected(receiver.client, { alarms, log }) };
}
