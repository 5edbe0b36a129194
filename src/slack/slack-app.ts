import { App, HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import { WebAPIPlatformError, WebClient } from "@slack/web-api";
import { toBridgeError } from "../errors.ts";
import type { Route } from "../http-server.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secret.ts";
import { createBoltLog } from "./bolt-log.ts";
import { createEventsRoute } from "./events-route.ts";
import { guardFrames } from "./guard-frames.ts";
import type { SlackClientOptions } from "./web-api.ts";
import { checkAppToken, refusedAppToken, type Workspace } from "./workspace.ts";

export interface SlackAppOptions {
  readonly workspace: Workspace;
  readonly botToken: Secret;
  /** Slack may have signed with any of them. */
  readonly signingSecrets: readonly Secret[];
  readonly appToken: Secret | undefined;
  readonly clientOptions: SlackClientOptions;
  readonly log: Log;
}

/** Slack's way in: HTTP requests on our own server, or Slack's sockets. */
export interface SlackApp {
  readonly app: App;
  /** What Slack calls over HTTP; nothing in Socket Mode. */
  readonly routes: readonly Route[];
  /** `onConnect`: a socket is open, for the first time or again; what was written while none was may be lost. */
  start(onConnect: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** How long a closing handshake may take: Slack's client can wait for half a minute. */
const DISCONNECT_TIMEOUT_MS = 3_000;
/** How long Slack's client waits at most before it asks for a socket again. */
const MAX_RECONNECT_PAUSE_MS = 30_000;

/** @throws {ConfigError} Slack refuses the app token */
export async function createSlackApp(options: SlackAppOptions): Promise<SlackApp> {
  const { workspace, log } = options;
  const logger = createBoltLog(log);
  const transport = options.appToken
    ? socketTransport(options.appToken, options, await isThere(options.appToken), logger)
    : httpTransport(options, logger);

  /** False: Slack cannot be asked now. */
  async function isThere(appToken: Secret): Promise<boolean> {
    const clientOptions = { ...options.clientOptions, logger };
    try {
      await checkAppToken(new WebClient(appToken.reveal(), clientOptions));
      return true;
    } catch (error) {
      const { disposition, message } = toBridgeError(error);
      if (disposition !== "retry") throw error;
      log.warn({ name: "app-token", error: message }, "start.from-memory");
      return false;
    }
  }
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

function httpTransport({ signingSecrets, log }: SlackAppOptions, logger: Logger) {
  const receiver = new HTTPReceiver({
    // Our own route has verified the request before: Bolt knows one secret only, and reads first.
    signingSecret: "",
    signatureVerification: false,
    logger,
  });
  return {
    receiver,
    routes: [createEventsRoute(receiver, signingSecrets, log)],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

/** `isThere`: Slack answered a moment ago; otherwise the start does not wait for the first socket. */
function socketTransport(
  appToken: Secret,
  { clientOptions, log }: SlackAppOptions,
  isThere: boolean,
  logger: Logger,
) {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    logger,
    // An object of its own: the receiver changes what it is given.
    installerOptions: {
      clientOptions: {
        ...clientOptions,
        rejectRateLimitedCalls: false,
        // Slack's own pauses grow without end: after a day's outage the next try would be hours away.
        retryConfig: { forever: true, factor: 1.3, maxTimeout: MAX_RECONNECT_PAUSE_MS },
      },
    },
    // Also how long the client waits before it makes a new connection when Slack asks for one.
    clientPingTimeout: 3_000,
  });
  guardFrames(receiver.client, log);
  return {
    receiver,
    routes: [],
    start: async (onConnect: () => void) => {
      receiver.client.on("connected", onConnect);
      const connected = receiver.client.start().catch((error: unknown) => {
        if (!(error instanceof WebAPIPlatformError)) throw error;
        throw refusedAppToken(error.data.error, error);
      });
      if (isThere) await connected;
      else connected.catch((error: unknown) => logger.error(error));
    },
    stop: async () => {
      const timeout = new Promise((resolve) => {
        setTimeout(resolve, DISCONNECT_TIMEOUT_MS).unref();
      });
      await Promise.race([receiver.client.disconnect(), timeout]);
    },
  };
}
