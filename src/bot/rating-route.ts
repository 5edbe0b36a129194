import { z } from "zod";
import type { Rating } from "../bridge/conversation.ts";
import type { RateOutcome } from "../bridge/rate.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import { type ConversationId, toConversationId } from "../ids.ts";
import type { Log } from "../log.ts";

export interface RatingRouteOptions {
  requests: Pick<AuthenticRequests, "take">;
  rate: (
    conversation: ConversationId,
    rating: Pick<Rating, "stars" | "comment">,
  ) => Promise<RateOutcome>;
  onRequest: () => void;
  log: Log;
}

const ratingRequest = z.object({
  conversation: z.string().transform(toConversationId),
  rating: z.int().min(1).max(5),
  /** An empty one counts as missing. */
  comment: z
    .string()
    .trim()
    .max(1_000)
    .nullish()
    .transform((given) => (given && isSeen(given) ? given : undefined)),
});

/**
 * `POST /parley/ratings`: what a User thinks of a conversation. 200 only once it is on disk, also if it was there before; 400 a
 * field is wrong; 404 there is no such conversation; 409 it has another rating; 503 cannot store; else see `AuthenticRequests`.
 */
export const createRatingRoute = ({
  requests,
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
      const { conversation, rating: stars, comment } = data;
      const result = await rate(conversation, { stars, ...defined({ comment }) });
      if (result === "unknown") return [404, "there is no such conversation, or not any more"];
      if (result === "otherwise") return [409, "the conversation has another rating already"];
      onRequest();
      log.info({ kind: "rating", conversation }, "rating.stored");
      return { status: "SUCCESS" };
    });
  },
});
