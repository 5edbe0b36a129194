import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { asPossibleRepeat } from "../../convert/to-slack/user-message.ts";
import type { Work } from "../../delivery/lanes.ts";
import { BridgeError, toBridgeError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { Posts, PostTag } from "../ports.ts";
import { postProgressSchema } from "../stored/progress-schemas.ts";
import { readStored } from "../stored/read-stored.ts";

/** What goes out in a post. */
interface PostContent {
  tag: PostTag;
  message: SlackMessage;
}

/** One step of an item on its way into Slack. Steps have names of their own within the item. */
interface Post<Content extends PostContent | undefined> {
  step: string;
  /** Missing: the post opens a thread. */
  thread?: Thread;
  /** Another item may have posted it, with this tag and not before this moment (ms). */
  begun?: Pick<UncertainPost, "mark" | "since">;
  /**
   * Asked when it is this post's turn. `undefined`: nothing goes out any more. `saturated`: others had to go first, or the
   * pace forbade it for a while.
   */
  content: (turn: { readonly saturated: boolean }) => Promise<Content> | Content;
}

/** A post that may be in Slack; nothing of it was there before `since` (ms). */
export interface UncertainPost {
  readonly step: string;
  /** The tag; stored under this name since 0.1.0. */
  readonly mark: PostTag;
  readonly since: number;
}

/** How far an item has come: the steps that are surely in Slack, and the one that may be. */
export interface PostProgress {
  readonly done: readonly string[];
  readonly posting?: UncertainPost;
  /** What steps that are more than a post have to remember. */
  readonly notes?: Readonly<Record<string, Json>>;
  /** The one note that items of an earlier version have. */
  readonly noted?: { readonly step: string; readonly facts: Json };
}

/** Posts the steps of one item, each once. */
export interface Poster {
  isDone(step: string): boolean;
  /** What may have been posted, by an earlier attempt or just now. {@link Poster.find} says whether it was. */
  readonly uncertain: UncertainPost | undefined;
  /** Looks for the uncertain post; `cannot-look`: Slack refuses reading. */
  find(thread: Thread | undefined): Promise<Thread | "not-there" | "cannot-look">;
  /**
   * Waits for the thread's turn. Looks first if this step is the uncertain one; where Slack does not let us look, the post
   * goes out and says that it may be a repeat. Returns its thread, or nothing if nothing went out.
   */
  post<Content extends PostContent | undefined>(
    post: Post<Content>,
  ): Promise<Thread | Extract<Content, undefined>>;
  /** What was noted for a step, also by an earlier attempt. */
  noteOf(step: string): Json | undefined;
  /** Durable when resolved, until it is noted again. */
  note(step: string, facts: Json): Promise<void>;
  /** A step that was done without a post. */
  finish(step: string): Promise<void>;
}

/**
 * Before each request an intent goes to disk, so an attempt after a crash or a lost answer knows that the post may be
 * there, and looks before it posts again. Whoever is stopped while it waits for its turn has written none.
 */
export function createPostOnce(work: Work<unknown>, posts: Posts, now: () => number): Poster {
  const progress = progressOf(work.item.progress);
  const done = [...progress.done];
  let uncertain = progress.posting;
  const notes = new Map(Object.entries(progress.notes ?? {}));
  const soFar = () => ({ done, ...(notes.size > 0 && { notes: Object.fromEntries(notes) }) });

  async function find(thread: Thread | undefined): ReturnType<Poster["find"]> {
    if (!uncertain) return "not-there";
    const found = await posts.find(uncertain.mark, uncertain.since, thread);
    if (typeof found === "object") done.push(uncertain.step);
    // A post that is not there now will not come any more, so the next one may differ from it.
    if (found !== "cannot-look") uncertain = undefined;
    return found;
  }

  return {
    isDone: (step) => done.includes(step),
    get uncertain() {
      return uncertain;
    },
    find,
    noteOf: (step) => notes.get(step),
    async note(step, facts) {
      notes.set(step, facts);
      await work.save(soFar());
    },
    async finish(step) {
      done.push(step);
      await work.save(soFar());
    },
    async post<Content extends PostContent | undefined>({
      step,
      thread,
      begun,
      content,
    }: Post<Content>): Promise<Thread | Extract<Content, undefined>> {
      // Before the wait: whoever is stopped in it must not take a post that may be there for one that is not.
      if (begun && uncertain?.step !== step) uncertain = { step, ...begun };
      const turn = await posts.acquire(work.signal, thread);
      const given = await content(turn);
      if (!given) return given as Extract<Content, undefined>;
      const { tag, message } = given;
      const isRetry = uncertain?.step === step;
      const since = isRetry && uncertain ? uncertain.since : now();
      const found = isRetry ? await find(thread) : "not-there";
      if (typeof found === "object") return found;
      const posting: UncertainPost = { step, mark: tag, since };
      await work.save({ ...soFar(), posting } as unknown as Json);
      uncertain = posting;
      try {
        const outgoing = found === "cannot-look" ? asPossibleRepeat(message) : message;
        const posted = await posts.post(outgoing, tag, thread);
        uncertain = undefined;
        done.push(step);
        return posted;
      } catch (thrown) {
        const error = toBridgeError(thrown);
        // Slack may have it, also where we fell over its answer: the intent stays, and the next attempt looks.
        if (error.code === "defect") throw error;
        if (error.code === "uncertain") {
          throw new BridgeError(error.message, {
            code: "uncertain",
            disposition: "retry",
            cause: thrown,
          });
        }
        // What is known of this attempt says nothing about the one before it.
        if (found === "cannot-look") throw error;
        uncertain = undefined;
        await work.save(soFar());
        throw error;
      }
    },
  };
}

function progressOf(stored: Json | undefined): PostProgress {
  if (stored === undefined) return { done: [] };
  const { noted, ...progress } = readStored(postProgressSchema, stored, "the progress of a post");
  return noted ? { ...progress, notes: { [noted.step]: noted.facts } } : progress;
}
