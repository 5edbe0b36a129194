import type { Work } from "../../delivery/lanes.ts";
import type { Place, Posts } from "../ports.ts";

/** Waits for the turn to post there; once, however often it is asked. */
export function createTurn(
  work: Work<unknown>,
  posts: Pick<Posts, "acquire">,
  to: Pick<Place, "channel">,
): () => ReturnType<Posts["acquire"]> {
  let turn: ReturnType<Posts["acquire"]> | undefined;
  return () => {
    turn ??= posts.acquire(work.signal, to);
    return turn;
  };
}
