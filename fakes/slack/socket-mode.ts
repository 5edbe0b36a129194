import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { isObject } from "./block-limits.ts";
import { identity } from "./identity.ts";
import type { Journal } from "./journal.ts";

export type EnvelopeType = "events_api" | "interactive" | "slash_commands";

export type DisconnectReason =
  | "warning"
  | "refresh_requested"
  | "link_disabled"
  | "too_many_websockets";

/** Slack allows this many connections per app. */
const MAX_CONNECTIONS = 10;
/** Slack pings about this often; clients reconnect when they hear nothing for 30 s. */
const PING_INTERVAL_MS = 10_000;

export interface SocketMode {
  /** Number of connections that can take an envelope now. */
  readonly connections: number;
  /** A single-use address for the next connection. */
  issueUrl(baseUrl: string): string;
  /** `isMute`: the connection opens, answers pings and never says hello. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, isMute: boolean): void;
  /**
   * Sends an envelope over any one connection and waits for its acknowledgement.
   * @returns the acknowledgement's payload, or why there was none
   */
  send(
    type: EnvelopeType,
    payload: object,
    options: { timeoutMs: number; retry?: { attempt: number; reason: string } },
  ): Promise<{ acked: boolean; sent: boolean; payload?: unknown }>;
  /** Sends this over every connection, whatever it is. */
  sendRaw(frame: string): void;
  /** Announces the end of every connection; after `refresh_requested` and the like Slack also closes it. */
  disconnect(reason: DisconnectReason): void;
  /** Cuts every connection without a word, like a broken network. */
  cut(): void;
  /** Hears nothing more on any connection and answers no ping, like a network that swallows everything. */
  deafen(): void;
  close(): void;
}

export function createSocketMode(journal: Journal): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets: WebSocket[] = [];
  const waiting = new Map<string, (answer: { acked: boolean; payload?: unknown }) => void>();
  let turn = 0;

  const pinging = setInterval(() => {
    for (const socket of sockets) socket.ping("Ping from fake-slack");
  }, PING_INTERVAL_MS);
  pinging.unref();

  const receive = (data: RawData): void => {
    const frame: unknown = JSON.parse((data as Buffer).toString());
    if (!isObject(frame) || typeof frame.envelope_id !== "string") return;
    waiting.get(frame.envelope_id)?.({ acked: true, payload: frame.payload });
    waiting.delete(frame.envelope_id);
  };

  const remove = (socket: WebSocket): void => {
    const index = sockets.indexOf(socket);
    if (index < 0) return;
    sockets.splice(index, 1);
    journal.changed("socket", "closed");
  };

  const end = (socket: WebSocket, reason: DisconnectReason): void => {
    socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "fake-slack" } }));
    // A connection that is announced to end takes no further envelopes.
    if (reason === "warning") return;
    remove(socket);
    socket.close(1000);
  };

  const accept = (socket: WebSocket): void => {
    socket.on("message", receive);
    socket.on("close", () => remove(socket));
    socket.on("error", () => remove(socket));
    if (sockets.length >= MAX_CONNECTIONS) {
      end(socket, "too_many_websockets");
      return;
    }
    sockets.push(socket);
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: sockets.length,
        debug_info: {
          host: "fake-slack",
          build_number: 1,
          approximate_connection_time: 18_060,
        },
        connection_info: { app_id: identity.appId },
      }),
    );
    socket.ping("Ping from fake-slack");
    journal.changed("socket", "opened");
  };

  const hush = (socket: WebSocket): void => {
    journal.changed("socket", "mute");
    socket.on("close", () => journal.changed("socket", "closed"));
  };

  return {
    get connections() {
      return sockets.length;
    },
    issueUrl(baseUrl) {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `${baseUrl.replace(/^http/, "ws")}/link/?ticket=${ticket}&app_id=${identity.appId}`;
    },
    handleUpgrade(request, socket, head, isMute) {
      const url = new URL(request.url ?? "/", "http://fake-slack");
      const ticket = url.searchParams.get("ticket") ?? "";
      if (url.pathname !== "/link/" || !tickets.delete(ticket)) {
        socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, isMute ? hush : accept);
    },
    send(type, payload, { timeoutMs, retry }) {
      const socket = sockets[turn++ % Math.max(sockets.length, 1)];
      if (!socket) return Promise.resolve({ acked: false, sent: false });
      const envelopeId = randomUUID();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(envelopeId);
          resolve({ acked: false, sent: true });
        }, timeoutMs);
        waiting.set(envelopeId, (answer) => {
          clearTimeout(timer);
          resolve({ ...answer, sent: true });
        });
        socket.send(
          JSON.stringify({
            envelope_id: envelopeId,
            payload,
            type,
            accepts_response_payload: type !== "events_api",
            ...(type === "events_api" && {
              retry_attempt: retry?.attempt ?? 0,
              retry_reason: retry?.reason ?? "",
            }),
          }),
        );
      });
    },
    sendRaw(frame) {
      for (const socket of sockets) socket.send(frame);
    },
    disconnect(reason) {
      for (const socket of [...sockets]) end(socket, reason);
    },
    cut() {
      for (const socket of [...sockets]) {
        remove(socket);
        socket.terminate();
      }
    },
    deafen() {
      for (const socket of [...sockets]) {
        remove(socket);
        socket.pause();
      }
    },
    close() {
      clearInterval(pinging);
      for (const socket of server.clients) socket.terminate();
      for (const settle of waiting.values()) settle({ acked: false });
      waiting.clear();
      server.close();
    },
  };
}
