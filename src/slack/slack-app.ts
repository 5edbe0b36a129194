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
  /** Slack may have signed with any of them. */
  signingSecrets: readonly Secret[];
  appToken: Secret | undefined;
  clientOptions: SlackClientOptions;
  alarms: Pick<Alarms, "raise" | "clear">;
  refused: RefusalLog;
  log: Log;
}

/** Slack's way in: HTTP requests on our own server, or Slack's sockets. */
export interface SlackApp {
  readonly app: App;
  /** What Slack calls over HTTP; nothing in Socket Mode. */
  readonly routes: readonly Route[];
  /** `onConnect`: a socket is open, for the first time or again; what was written while none was may be lost. */
  start(onConnect: () => void): Promise<void>;
  stop(): Promise<void>;
  /** @throws {BridgeError} Slack cannot reach us over a socket, where it should */
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
    // An object of its own: Bolt changes what it is given.
    clientOptions: { ...options.clientOptions },
    // Known from the start, so that no event ever waits for, or is lost by, a question to Slack.
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
    // Our own route has verified the request before: Bolt knows one secret only, and reads first.
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
  { clientOptions, alarms, refused, log }: SlackAppOptions,
  logger: Logger,
) {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    logger,
    // An object of its own: the receiver changes what it is given.
    installerOptions: { clientOptions: { ...clientOptions } },
    clientPingTimeout: 3_000,
    autoReconnectEnabled: false,
  });
  guardFrames(receiver.client, refused, log);
  return { receiver, routes: [], ...keepConnected(receiver.client, { alarms, log }) };
}
