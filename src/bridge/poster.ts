import type { SlackMessage } from "../convert/slack-message.ts";
import { asPossibleRepeat } from "../convert/to-slack.ts";
import type { Work } from "../delivery/lanes.ts";
import { BridgeError, toBridgeError } from "../errors.ts";
import type { Thread } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { PostMark, Threads } from "./ports.ts";

/** How far an item has come: the steps that are surely in Slack, and the one that may be since that time (ms). */
interface Progress {
  readonly done: readonly string[];
  readonly posting?: { readonly step: string; readonly since: number };
}

/** One step of an item on its way into Slack. Steps have names of their own within the item. */
interface Post {
  readonly step: string;
  readonly mark: PostMark;
  readonly message: SlackMessage;
  /** Missing: the post opens a thread. */
  readonly thread?: Thread | undefined;
}

/** Posts the steps of one item, each once. */
export interface Poster {
  isDone(step: string): boolean;
  /** An earlier attempt may have posted this step. */
  isUncertain(step: string): boolean;
  /** Wait for your turn before. Returns the thread of the post. */
  post(post: Post): Promise<Thread>;
}

/**
 * Before each request a mark goes to disk, so an attempt after a crash or a lost answer knows that the post may be
 * there, and looks first. Where Slack does not let us look, the post goes out and says that it may be a repeat.
 */
export function createPoster(work: Work<unknown>, threads: Threads, now: () => number): Poster {
  const { done: earlier, posting } = progressOf(work.item.progress);
  const done = [...earlier];

  async function lookBefore({ step, mark, message, thread }: Post): Promise<Thread | SlackMessage> {
    if (posting?.step !== step) return message;
    const found = await threads.find(mark, posting.since, thread);
    if (found === "not-there") return message;
    return found === "cannot-look" ? asPossibleRepeat(message) : found;
  }

  return {
    isDone: (step) => done.includes(step),
    isUncertain: (step) => posting?.step === step,
    async post(post) {
      const { step, mark, thread } = post;
      const found = await lookBefore(post);
      if ("ts" in found) {
        done.push(step);
        return found;
      }
      const since = posting?.step === step ? posting.since : now();
      await work.save({ done, posting: { step, since } });
      try {
        const posted = await threads.post(found, mark, thread);
        done.push(step);
        return posted;
      } catch (thrown) {
        const error = toBridgeError(thrown);
        // Where Slack may have it the mark stays, and the next attempt looks.
        if (error.code === "uncertain")
          throw new BridgeError(error.message, {
            code: "uncertain",
            disposition: "retry",
            cause: thrown,
          });
        await work.save({ done });
        throw error;
      }
    },
  };
}

function progressOf(stored: Json | undefined): Progress {
  return isJsonObject(stored) ? (stored as unknown as Progress) : { done: [] };
}
