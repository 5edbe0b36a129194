import type {
  AppsConnectionsOpenResponse,
  AssistantThreadsSetStatusResponse,
  AuthTestResponse,
} from "@slack/web-api";
import { writableChannel } from "../channels.ts";
import { identity } from "../identity.ts";
import { findMessage } from "../messages.ts";
import { invalidArguments, SlackError } from "../slack-error.ts";
import type { Method, Wire } from "./method.ts";

const authTest: Method = {
  run: ({ url }) =>
    ({
      url: `${url()}/`,
      team: identity.teamName,
      user: identity.botName,
      team_id: identity.teamId,
      user_id: identity.botUserId,
      bot_id: identity.botId,
      is_enterprise_install: false,
    }) satisfies Wire<AuthTestResponse>,
};

const connectionsOpen: Method = {
  token: "app",
  run({ socketMode, url, onSocketMode }) {
    onSocketMode();
    return { url: socketMode.issueUrl(url()) } satisfies Wire<AppsConnectionsOpenResponse>;
  },
};

/** Slack clears a status on its own after this long. */
const STATUS_TTL_MS = 120_000;
const MAX_LOADING_MESSAGES = 10;

const setStatus: Method = {
  scope: () => "chat:write",
  run({ state, journal, now }, args) {
    const channel = writableChannel(state, args.required("channel_id"));
    const threadTs = args.required("thread_ts");
    if (!findMessage(state, channel.id, threadTs)) throw new SlackError("invalid_thread_ts");
    const loading = args.nested("loading_messages") ?? [];
    if (!Array.isArray(loading) || loading.length > MAX_LOADING_MESSAGES) {
      throw invalidArguments("no more than 10 items allowed [json-pointer:/loading_messages]");
    }
    const key = `${channel.id}:${threadTs}`;
    const status = args.text("status") ?? "";
    if (status === "") {
      state.statuses.delete(key);
    } else {
      const at = now();
      state.statuses.set(key, { status, at, loadingMessages: loading.map(String) });
      const timer = setTimeout(() => {
        if (state.statuses.get(key)?.at !== at) return;
        state.statuses.delete(key);
        journal.changed("status", key);
      }, STATUS_TTL_MS);
      timer.unref();
    }
    journal.changed("status", key);
    return {} satisfies Wire<AssistantThreadsSetStatusResponse>;
  },
};

export const app = {
  "auth.test": authTest,
  "apps.connections.open": connectionsOpen,
  "assistant.threads.setStatus": setStatus,
} satisfies Record<string, Method>;
