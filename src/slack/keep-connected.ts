import { setTimeout as pause } from "node:timers/promises";
import type { SocketModeReceiver } from "@slack/bolt";
import type { Alarms } from "../alarms.ts";
import {
  ConfigError,
  NetworkError,
  RateLimitedError,
  SlackApiError,
  toBridgeError,
} from "../errors.ts";
import type { Log } from "../log.ts";
import { withinTime } from "../within-time.ts";
import { callSlack } from "./web-api.ts";
import { refusedSocket } from "./workspace.ts";

/** Slack's socket, which is opened again until it is stopped, whatever Slack answers. */
export interface Socket {
  /**
   * Resolves when the first try to open a socket has succeeded or failed. `onConnect` is called each time one is open.
   */
  start(onConnect: () => void): Promise<void>;
  stop(): Promise<void>;
  /** @throws {NetworkError} no socket is open now · {ConfigError} somebody has to act; says what to do */
  check(): Promise<void>;
}

export interface KeepConnectedOptions {
  /** Raised at once when Slack refuses the app token, cleared when a socket is open. */
  alarms: Pick<Alarms, "raise" | "clear">;
  log: Log;
  /** How long Slack may take to send its `hello` on a socket, ms; usually it comes at once. */
  helloMs?: number;
}

/** How long a closing handshake may take; Slack's client would wait for half a minute. */
const DISCONNECT_TIMEOUT_MS = 3_000;
/** After a socket that lasted less than this there is a pause before the next one. */
const LASTING_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;
/** Slack renews sockets now and then; only if there is none for longer than this is something wrong. */
const GRACE_MS = 60_000;

const NO_SOCKET =
  "no socket to Slack has been open for over a minute; check that this machine may open WebSockets to *.slack.com on port 443, also through its proxy";

/**
 * Keeps a socket to Slack open. `sockets` must not reconnect by itself: if Slack refused it then, it would throw an error
 * that nobody can catch.
 */
export function keepConnected(
  sockets: SocketModeReceiver["client"],
  { alarms, log, helloMs = 10_000 }: KeepConnectedOptions,
): Socket {
  const stopping = new AbortController();
  const { signal } = stopping;
  let openedAt: number | undefined;
  let closedAt = performance.now();
  let refusal: ConfigError | undefined;
  let failures = 0;
  let isConnecting = false;
  let greeting: NodeJS.Timeout | undefined;

  /** Tries once to open a socket. If it fails, the next try is scheduled. */
  async function connect(): Promise<void> {
    isConnecting = true;
    try {
      await callSlack("apps.connections.open", () => sockets.start(), { idempotent: true });
      isConnecting = false;
      // It may have been closed again before this line runs.
      if (openedAt === undefined && !signal.aborted) void connectAfter(nextPause());
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toBridgeError(thrown);
      if (error instanceof SlackApiError) {
        refusal = refusedSocket(error);
        alarms.raise("slack-socket", refusal.problems.join(" "));
      }
      log.info({ error: error.message }, "socket.not-open");
      void connectAfter(error instanceof RateLimitedError ? error.retryAfterMs : nextPause());
    }
  }

  function nextPause(): number {
    failures += 1;
    return Math.min(FIRST_PAUSE_MS * 2 ** failures * (0.5 + Math.random()), MAX_PAUSE_MS);
  }

  async function connectAfter(ms: number): Promise<void> {
    isConnecting = true;
    const isOver = await pause(ms, false, { signal }).catch(() => true);
    if (!isOver) await connect();
  }

  /** Ends a socket without `hello`. Slack's client would wait for ever, because such a socket may still answer its pings. */
  function giveUp(): void {
    void sockets.disconnect();
    // Called a second time, it does not wait for the closing handshake.
    void sockets.disconnect();
  }

  sockets.on("connecting", () => {
    greeting = setTimeout(giveUp, helloMs);
  });
  sockets.on("connected", () => {
    clearTimeout(greeting);
    if (signal.aborted) return void sockets.disconnect();
    openedAt = performance.now();
    refusal = undefined;
    alarms.clear("slack-socket");
  });
  sockets.on("disconnected", () => {
    clearTimeout(greeting);
    const lasted = openedAt === undefined ? 0 : performance.now() - openedAt;
    if (openedAt !== undefined) closedAt = performance.now();
    openedAt = undefined;
    // A try under way handles its own failure.
    if (isConnecting || signal.aborted) return;
    if (lasted > LASTING_MS) failures = 0;
    void connectAfter(failures === 0 ? 0 : nextPause());
    failures += 1;
  });

  return {
    async start(onConnect) {
      sockets.on("connected", onConnect);
      await connect();
    },
    async stop() {
      stopping.abort();
      await withinTime(sockets.disconnect(), DISCONNECT_TIMEOUT_MS, undefined);
    },
    async check() {
      if (openedAt !== undefined) return;
      if (refusal) throw refusal;
      if (performance.now() - closedAt <= GRACE_MS) {
        throw new NetworkError("no socket to Slack is open");
      }
      alarms.raise("slack-socket", NO_SOCKET);
      throw new ConfigError([NO_SOCKET]);
    },
  };
}
