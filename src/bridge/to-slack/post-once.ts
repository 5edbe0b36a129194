import type { RichMessage } from "../../convert/to-slack/slack-message.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { OnceStep, StepKind } from "../../delivery/step.ts";
import { ThreadGoneError } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import { renderPossibleRepeat } from "../../views/possible-repeat.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Place, Posted, Posts, PostTag } from "../ports.ts";
import { POST, POSTED, type PostIntent, ROOT } from "../stored/step-kinds.ts";
import { createTurn } from "./turn.ts";

export interface PostOnceDependencies {
  posts: Pick<Posts, "acquire" | "post" | "find">;
  texts: Texts;
  now: () => number;
}

/** The moment at which a post may go out. */
export interface Turn {
  /** Others had to go first, or the pace forbade it for a while. */
  readonly saturated: boolean;
  /** A post with this tag may be in Slack, which does not let us look. */
  readonly earlier: PostTag | undefined;
}

interface Post<Nothing extends undefined> {
  /** Asked when it is this post's turn. `undefined`: nothing is to go out any more. */
  tag(turn: Turn): Promise<PostTag | Nothing> | PostTag | Nothing;
  message(tag: PostTag): Promise<RichMessage> | RichMessage;
  /** Throws if it must not go out now. */
  confirm?: () => Promise<void>;
}

/** Posts in a thread, as the step `name`. */
export async function postOnce(
  work: Work<unknown>,
  name: string,
  post: Post<undefined> & { thread: Thread },
  dependencies: PostOnceDependencies,
): Promise<void> {
  await work.step(
    name,
    toStep(work, POST, () => null, { ...post, to: post.thread }, dependencies),
  );
}

/** Posts the root of a thread in a channel, as the step `name`. `begun`: another item may have posted it. */
export async function postRootOnce(
  work: Work<unknown>,
  name: string,
  { begun, channel, ...root }: Post<never> & { channel: string; begun: PostIntent | undefined },
  dependencies: PostOnceDependencies,
): Promise<Thread> {
  const step = toStep<never, Thread>(
    work,
    ROOT,
    ({ thread }) => thread,
    { ...root, to: { channel } },
    dependencies,
  );
  return await work.step<PostIntent, Thread>(name, { ...step, ...defined({ begun }) });
}

/** Posts in a thread, as the step `name`, and returns its `ts`. `begun`: another item may have posted it. */
export async function postNamedOnce(
  work: Work<unknown>,
  name: string,
  { begun, thread, ...post }: Post<never> & { thread: Thread; begun: PostIntent | undefined },
  dependencies: PostOnceDependencies,
): Promise<string> {
  const step = toStep<never, string>(
    work,
    POSTED,
    ({ ts }) => ts,
    { ...post, to: thread },
    dependencies,
  );
  return await work.step<PostIntent, string>(name, { ...step, ...defined({ begun }) });
}

/**
 * A post as a step. Where it may be in Slack, the next attempt looks before it posts again; where Slack does not let us
 * look, the post says that it may be a repeat. Its turn is awaited before the intent is stored, so whoever is stopped in
 * that wait leaves none; and before looking, so that nothing which Slack takes during the wait is overlooked.
 */
function toStep<Nothing extends undefined, Result>(
  work: Work<unknown>,
  kind: StepKind<PostIntent, Result>,
  resultOf: (posted: Posted) => Result,
  { tag, message, to, confirm }: Post<Nothing> & { to: Place },
  { posts, texts, now }: PostOnceDependencies,
): OnceStep<PostIntent, Result, Nothing> {
  const takeTurn = createTurn(work, posts, to);
  return {
    kind,
    ...defined({ confirm }),
    async intent(earlier) {
      const { saturated } = await takeTurn();
      const given = await tag({ saturated, earlier: earlier?.tag });
      if (given === undefined) return given;
      return { tag: given, since: earlier?.since ?? now(), ...storedPlace(to) };
    },
    async run({ tag }, isRepeat) {
      const shown = await message(tag);
      const posted = await posts.post(
        isRepeat ? renderPossibleRepeat(shown, texts) : shown,
        tag,
        to,
      );
      return resultOf(posted);
    },
    async check({ tag, since, ...stored }) {
      const at = placeOf(stored) ?? to;
      await takeTurn();
      const found = await posts.find(tag, since, at).catch((error: unknown) => {
        // What was in a thread that is gone does not count in the one that goes on.
        if (error instanceof ThreadGoneError && !isSamePlace(at, to)) return "not-there";
        throw error;
      });
      if (typeof found === "object") return { result: resultOf(found) };
      return found === "not-there" ? "not-done" : "cannot-tell";
    },
  };
}

type StoredPlace = Pick<PostIntent, "thread" | "channel">;

const storedPlace = (to: Place): StoredPlace =>
  to.ts === undefined ? { channel: to.channel } : { thread: to };

/** `undefined`: an earlier version has stored it, for which there was only one place. */
const placeOf = ({ thread, channel }: StoredPlace): Place | undefined =>
  thread ?? (channel === undefined ? undefined : { channel });

const isSamePlace = (a: Place, b: Place): boolean => a.channel === b.channel && a.ts === b.ts;
