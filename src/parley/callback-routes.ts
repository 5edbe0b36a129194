import type { IncomingMessage, ServerResponse } from "node:http";
import type { ParleyEvent } from "../bridge/parley-event.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import type { Lanes } from "../delivery/lanes.ts";
import { type Route, sendJson } from "../http/http-server.ts";
import type { RefusalLog } from "../http/refusal-log.ts";
import type { Json } from "../json.ts";
import {
  type AuthenticBody,
  type AuthenticBodyOptions,
  readAuthenticBody,
} from "./authentic-body.ts";
import { readHandoverRequest } from "./handover-request.ts";
import { toInboxItem } from "./to-inbox-item.ts";

export interface CallbackOptions extends AuthenticBodyOptions {
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** How long a message waits for others to share its post, ms. */
  groupMs: number;
  /** ms since the epoch. */
  now: () => number;
  parse: (body: Json) => ParleyEvent;
  refused: RefusalLog;
  onCallback: (kind: ParleyEvent["kind"] | "refused") => void;
}

const ADVICE =
  "If Parley or your bot sent it, its Authorization header does not hold PARLEY_CALLBACK_TOKEN; give Parley support the right one";

/**
 * `POST /parley/callback` and `POST /parley/handovers`: verify, store, answer.
 * 200 only once the request is on disk; 401 wrong or missing token; 400 not JSON; 403 another account; 413 over 1 MiB when
 * unpacked; 415 a coding or charset that we do not know; 503 cannot store.
 */
export function createCallbackRoutes(options: CallbackOptions): Route[] {
  const { inbox, parse, groupMs, now, log, onCallback } = options;

  function refuse(path: string, response: ServerResponse, status: number, error: string): void {
    onCallback("refused");
    options.refused({ path, status, ...(status === 401 && { advice: ADVICE }) });
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader("connection", "close");
    sendJson(response, status, { error });
  }

  /** Takes an authentic request in. `store` returns why a request is refused, and nothing once it is stored. */
  async function take(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    store: (authentic: AuthenticBody) => Promise<{ problem: string } | undefined>,
  ): Promise<void> {
    const read = await readAuthenticBody(path, request, response, options);
    if (!("raw" in read)) return refuse(path, response, ...read);
    const refused = await store(read);
    if (refused) return refuse(path, response, 400, refused.problem);
    sendJson(response, 200, { status: "SUCCESS" });
  }

  return [
    {
      method: "POST",
      path: "/parley/callback",
      async handle(request, response) {
        await take(this.path, request, response, async ({ raw, body }) => {
          const event = parse(body);
          const item = toInboxItem(event, raw, now(), groupMs);
          const result = await inbox.append(item);
          onCallback(event.kind);
          log.info({ kind: event.kind, lane: item.lane, item: item.id, result }, "callback.stored");
          return undefined;
        });
      },
    },
    {
      method: "POST",
      path: "/parley/handovers",
      async handle(request, response) {
        await take(this.path, request, response, async (authentic) => {
          const item = readHandoverRequest(authentic, now());
          if ("problem" in item) return item;
          const result = await inbox.append(item);
          onCallback("handover");
          log.info({ kind: "handover", lane: item.lane, result }, "handover.stored");
          return undefined;
        });
      },
    },
  ];
}
