import { createHmac } from "node:crypto";
import type { Ledger } from "./ledger.ts";
import {
  ACCOUNT,
  AGENT,
  BOT_USER,
  CALLBACK_TOKEN,
  CHANNEL,
  SERVICE,
  SIGNING_SECRET,
  TEAM,
} from "./settings.ts";

export interface BenchRequest {
  /** Missing: POST. */
  readonly method?: "GET";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const userId = (user: number): string => `user${user}end`;

/** Parley's callbacks and Slack's events about the Users 0, 1, 2, …; all as they are on the wire. */
export interface Requests {
  handover(user: number): BenchRequest;
  message(user: number, text: string): BenchRequest;
  reply(thread: string, text: string): BenchRequest;
}

export function createRequests(): Requests {
  let lastId = 0;
  return {
    handover: (user) =>
      callback({
        type: "action",
        body: {
          name: "handover",
          body: { accountIdentification: ACCOUNT },
          user: { id: userId(user) },
          newOwner: SERVICE,
          metadata: { reason: "wants a human", intent: "parcel" },
        },
      }),
    message: (user, text) =>
      callback({
        type: "message",
        body: {
          id: ++lastId,
          time: Math.floor(Date.now() / 1000),
          message: text,
          typeId: 1,
          user: { id: userId(user) },
        },
      }),
    reply(thread, text) {
      const ts = `1900000000.${String(++lastId).padStart(9, "0")}`;
      const event = {
        type: "message",
        channel: CHANNEL,
        channel_type: "channel",
        user: AGENT,
        text,
        ts,
        event_ts: ts,
        thread_ts: thread,
        parent_user_id: BOT_USER,
        team: TEAM,
      };
      return signed({
        token: "unused",
        team_id: TEAM,
        api_app_id: "A0BENCH",
        type: "event_callback",
        event_id: `Ev${lastId}`,
        event_time: Math.floor(Date.now() / 1000),
        authorizations: [{ team_id: TEAM, user_id: BOT_USER, is_bot: true }],
        event,
      });
    },
  };
}

function callback(body: object): BenchRequest {
  return {
    path: "/parley/callback",
    headers: { "content-type": "application/json", authorization: CALLBACK_TOKEN },
    body: JSON.stringify(body),
  };
}

/** As Slack signs. Source: docs.slack.dev/authentication/verifying-requests-from-slack, November 2026. */
function signed(event: object): BenchRequest {
  const body = JSON.stringify(event);
  const time = String(Math.floor(Date.now() / 1000));
  const hash = createHmac("sha256", SIGNING_SECRET).update(`v0:${time}:${body}`).digest("hex");
  return {
    path: "/slack/events",
    headers: {
      "content-type": "application/json",
      "x-slack-request-timestamp": time,
      "x-slack-signature": `v0=${hash}`,
    },
    body,
  };
}

/** Makes the next message of one direction, over the Users in turn. */
export type NextMessage = () => { readonly number: number; readonly request: BenchRequest };

export function fromUsers(requests: Requests, ledger: Ledger, users: number): NextMessage {
  let turn = 0;
  return () => {
    const { number, text } = ledger.issue();
    return { number, request: requests.message(turn++ % users, text) };
  };
}

export function fromAgents(
  requests: Requests,
  ledger: Ledger,
  threads: readonly string[],
): NextMessage {
  let turn = 0;
  return () => {
    const { number, text } = ledger.issue();
    return { number, request: requests.reply(threads[turn++ % threads.length] ?? "", text) };
  };
}
