import type { ParleyEvent } from "../bridge/parley-event.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import type { Lanes } from "../delivery/lanes.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import { toInboxItem } from "./to-inbox-item.ts";

export interface CallbackOptions {
  requests: Pick<AuthenticRequests, "take">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** How long a message waits for others to share its post, ms. */
  groupMs: number;
  /** ms since the epoch. */
  now: () => number;
  parse: (body: Json) => ParleyEvent;
  onCallback: (event: ParleyEvent) => void;
  log: Log;
}

/** `POST /parley/callback`: verify, store, answer. 200 only once the request is on disk; 503 cannot store; else see `AuthenticRequests`. */
export const createCallbackRoute = ({
  requests,
  inbox,
  groupMs,
  now,
  parse,
  onCallback,
  log,
}: CallbackOptions): Route => ({
  method: "POST",
  path: "/parley/callback",
  async handle(request, response) {
    await requests.take(this.path, request, response, async ({ raw, body }) => {
      const event = parse(body);
      const item = toInboxItem(event, raw, now(), groupMs);
      const result = await inbox.append(item);
      onCallback(event);
      log.info({ kind: event.kind, lane: item.lane, item: item.id, result }, "callback.stored");
      return { status: "SUCCESS" };
    });
  },
});
