import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import type { Lanes } from "../delivery/lanes.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import type { Log } from "../log.ts";
import { readHandoverRequest } from "./handover-request.ts";

export interface HandoverRouteOptions {
  requests: Pick<AuthenticRequests, "take">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** ms since the epoch. */
  now: () => number;
  onHandover: () => void;
  log: Log;
}

/** `POST /parley/handovers`: 200 only once the request is on disk; 400 a field is wrong; 503 cannot store; else see `AuthenticRequests`. */
export const createHandoverRoute = ({
  requests,
  inbox,
  now,
  onHandover,
  log,
}: HandoverRouteOptions): Route => ({
  method: "POST",
  path: "/parley/handovers",
  async handle(request, response) {
    await requests.take(this.path, request, response, async (authentic) => {
      const item = readHandoverRequest(authentic, now());
      if ("problem" in item) return [400, item.problem];
      const result = await inbox.append(item);
      onHandover();
      log.info({ kind: "handover", lane: item.lane, result }, "handover.stored");
      return { status: "SUCCESS" };
    });
  },
});
