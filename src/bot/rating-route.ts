import { z } from "zod";
import type { Rating } from "../bridge/conversation.ts";
import type { Handovers } from "../bridge/handovers/handovers.ts";
import type { RateOutcome } from "../bridge/rate.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import { type ConversationId, isId, parseHandoverId, toConversationId } from "../ids.ts";
import type { Log } from "../log.ts";

export interface RatingRouteOptions {
  requests: Pick<AuthenticRequests, "take">;
  handovers: Pick<Handovers, "byId">;
  rate: (
    conversation: ConversationId,
    rating: Pick<Rating, "stars" | "comment">,
  ) => Promise<RateOutcome>;
  onRequest: () => void;
  log: Log;
}

const ratingRequest = z
  .object({
    conversation: z.string().refine(isId, "must be an id").transform(toConversationId).optional(),
    handover: z.string().optional(),
    rating: z.int().min(1).max(5),
    /** An empty one counts as missing. */
    comment: z
      .string()
      .trim()
      .max(1_000)
      .nullish()
      .transform((given) => (given && isSeen(given) ? given : undefined)),
  })
  .refine(
    ({ conversation, handover }) => (conversation === undefined) !== (handover === undefined),
    "either conversation or handover must say what is rated",
  );

/**
 * `POST /parley/ratings`: what a User thinks of a conversation. 200 only once it is on disk, also if it was there before; 400 a
 * field is wrong; 404 there is no such conversation, or the handover has none; 409 it has another rating; 503 cannot store; else see `AuthenticRequests`.
 */
export const createRatingRoute = ({
  requests,
  handovers,
  rate,
  onRequest,
  log,
}: RatingRouteOptions): Route => ({
  method: "POST",
  path: "/parley/ratings",
  async handle(request, response) {
    await requests.take(this.path, request, response, async ({ body }) => {
      const { data, error } = ratingRequest.safeParse(body);
      if (error) return [400, z.prettifyError(error)];
      const { rating: stars, comment, handover: given = "" } = data;
      const handover = parseHandoverId(given);
      const conversation =
        data.conversation ?? (handover && (await handovers.byId(handover))?.conversation);
      const rating = { stars, ...defined({ comment }) };
      const result = conversation ? await rate(conversation, rating) : "unknown";
      if (result === "unknown")
        return [404, "there is no such conversation, not yet or not any more"];
      if (result === "otherwise") return [409, "the conversation has another rating already"];
      onRequest();
      log.info({ kind: "rating", conversation }, "rating.stored");
      return { status: "SUCCESS" };
    });
  },
});
