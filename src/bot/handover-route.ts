import type { HandoverRecord, Handovers } from "../bridge/handovers/handovers.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import { KEYS_LIFE_MS } from "../delivery/keys-life.ts";
import type { Lanes } from "../delivery/lanes.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import { makeFingerprint } from "../ids.ts";
import type { Log } from "../log.ts";
import { readHandoverRequest } from "./handover-request.ts";

export interface HandoverRouteOptions {
  requests: Pick<AuthenticRequests, "take">;
  handovers: Pick<Handovers, "add" | "addAnew">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** ms since the epoch. */
  now: () => number;
  onRequest: () => void;
  log: Log;
}

const OTHER_BODY =
  "the idempotency key belongs to another handover; the same key must come with the same body";

/**
 * `POST /parley/handovers`: 200 only once the request is on disk, with the handover's id; 400 a field is wrong; 409 its key came with
 * another body; 503 cannot store; else see `AuthenticRequests`.
 */
export const createHandoverRoute = ({
  requests,
  handovers,
  inbox,
  now,
  onRequest,
  log,
}: HandoverRouteOptions): Route => ({
  method: "POST",
  path: "/parley/handovers",
  async handle(request, response) {
    await requests.take(this.path, request, response, async (authentic) => {
      const header = request.headers["idempotency-key"]?.toString();
      const read = readHandoverRequest(authentic, now(), header);
      if ("problem" in read) return [400, read.problem];
      const { handover: id, hasKey, item } = read;
      const { userId } = item.body;
      const digest = makeFingerprint(authentic.raw);
      // Before its item: what becomes of that is recorded here.
      const add = hasKey ? handovers.add : handovers.addAnew;
      const kept = await add({ id, userId, digest, at: now() });
      if (kept.digest !== digest || kept.userId !== userId) return [409, OTHER_BODY];
      const isOver = hasKey && isForgotten(kept, now());
      const result = isOver ? "duplicate" : await inbox.append(item);
      onRequest();
      log.info({ kind: "handover", handover: id, lane: item.lane, result }, "handover.stored");
      return { status: "SUCCESS", id };
    });
  },
});

/** It has been handled, and so long ago that its item may not be known any more. */
const isForgotten = ({ conversation, at }: HandoverRecord, now: number): boolean =>
  conversation !== undefined && at <= now - KEYS_LIFE_MS;
