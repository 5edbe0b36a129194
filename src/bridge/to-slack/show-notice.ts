import type { Lanes, Work } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Posts, PostTag, Reactions } from "../ports.ts";
import { requestOnce, storeDone } from "../request-once.ts";
import type { Notice } from "../stored/notice.ts";
import type { OutboxBody } from "../stored/outbox-body.ts";
import { postOnce } from "./post-once.ts";

export interface ShowNoticeDependencies {
  posts: Posts;
  reactions: Reactions;
  outbox: Pick<Lanes<OutboxBody>, "find">;
  texts: Texts;
  now: () => number;
}

/**
 * Shows a notice, each part of it once. What cannot be told to one agent alone is posted in the thread. A notice that asks
 * for a decision is left out if the decision has been taken meanwhile.
 */
export async function showNotice(
  work: Work<unknown>,
  notice: Notice,
  dependencies: ShowNoticeDependencies,
): Promise<void> {
  const { posts, reactions, outbox } = dependencies;
  const { thread, message, onlyFor, mark, ifUnclear } = notice;
  if (await isOutOfDate(notice, outbox)) return;
  if (mark && work.stateOf("mark") !== "done") {
    await unlessRefused(reactions.mark(thread, mark.ts, mark.as));
    // The reply does not wait any longer.
    if (mark.as !== "note") reactions.unmark(thread, mark.ts, "delayed");
    // Somebody decided while the mark was being set, and has removed the marks before this one was there.
    if (await isOutOfDate(notice, outbox)) return reactions.unmark(thread, mark.ts, mark.as);
    // The mark was all of it.
    if (!message) return;
    await storeDone(work, "mark");
  }
  if (!message) return;
  if (onlyFor !== undefined) {
    const outcome = await tell(work, () => posts.tell(thread, onlyFor, message));
    if (outcome === "told") return;
    if (outcome === "unclear" && ifUnclear !== undefined) {
      if (ifUnclear === "nothing") return;
      await unlessRefused(reactions.mark(thread, ifUnclear.ts, ifUnclear.as));
      // They may have got it, and have decided by now.
      if (await isOutOfDate(notice, outbox)) reactions.unmark(thread, ifUnclear.ts, ifUnclear.as);
      return;
    }
  }
  const tag: PostTag = { kind: "message", items: [work.item.id], part: 0 };
  const post = {
    thread,
    tag: async () => ((await isOutOfDate(notice, outbox)) ? undefined : tag),
    message: () => message,
  };
  await postOnce(work, "notice", post, dependencies);
}

async function isOutOfDate(
  { about }: Notice,
  outbox: ShowNoticeDependencies["outbox"],
): Promise<boolean> {
  if (!about) return false;
  const reply = await outbox.find(about.reply);
  if (!reply || reply.state === "waiting") return true;
  return about.since !== undefined && reply.appendedAt !== about.since;
}

/** What only one agent sees cannot be looked up, so it is never posted again on a guess. */
async function tell(
  work: Work<unknown>,
  call: () => Promise<void>,
): Promise<"told" | "unclear" | "refused"> {
  try {
    await requestOnce(work, "tell", call);
    return "told";
  } catch (thrown) {
    const { disposition } = toBridgeError(thrown);
    if (disposition === "uncertain") return "unclear";
    if (disposition !== "dead-letter") throw thrown;
    return "refused";
  }
}

/** Ignores a refusal for good, so that the rest of the notice is still shown. Throws what may work at another try. */
async function unlessRefused(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (toBridgeError(thrown).disposition !== "dead-letter") throw thrown;
  }
}
