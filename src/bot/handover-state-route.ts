import type { Desk } from "../bridge/desk-ports.ts";
import { describeHandover } from "../bridge/handovers/describe-handover.ts";
import type { Handovers } from "../bridge/handovers/handovers.ts";
import type { Conversations } from "../bridge/ports.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import { parseHandoverId } from "../ids.ts";

const NO_LONGER_KEPT = "what became of this handover is no longer kept";

export interface HandoverStateRouteOptions {
  requests: Pick<AuthenticRequests, "answer">;
  handovers: Pick<Handovers, "byId">;
  conversations: Pick<Conversations, "byId">;
  desk: Pick<Desk, "teamOf">;
}

/** `GET /parley/handovers/{id}`: what has become of it; 401 wrong or missing token; 404 nobody has told of one with this id, or its conversation
 * is no longer kept. */
export const createHandoverStateRoute = ({
  requests,
  handovers,
  conversations,
  desk,
}: HandoverStateRouteOptions): Route => ({
  method: "GET",
  path: "/parley/handovers/{id}",
  async handle(request, response, given = "") {
    await requests.answer(this.path, request, response, async () => {
      const id = parseHandoverId(given);
      const handover = id && (await handovers.byId(id));
      if (!handover) return [404, "no handover has this id"];
      const { conversation: belongsTo } = handover;
      const conversation = belongsTo && (await conversations.byId(belongsTo));
      if (belongsTo && !conversation) return [404, NO_LONGER_KEPT];
      return describeHandover(handover, conversation, desk);
    });
  },
});
