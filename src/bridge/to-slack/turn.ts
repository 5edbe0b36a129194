import type { Work } from "../../delivery/lanes.ts";
import type { Thread } from "../../ids.ts";
import type { Posts } from "../ports.ts";

/** Waits for the turn to post in a thread, or to open one; once, however often it is asked. */
export function createTurn(
  work: Work<unknown>,
  posts: Pick<Posts, "acquire">,
  thread: Thread | undefined,
): () => ReturnType<Posts["acquire"]> {
  let turn: ReturnType<Posts["acquire"]> | undefined;
  return () => {
    turn ??= posts.acquire(work.signal, thread);
    return turn;
  };
}
