import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { Semaphore } from "../../delivery/semaphore.ts";
import {
  BridgeError,
  FileError,
  type FileTrouble,
  RateLimitedError,
  SlackApiError,
  toBridgeError,
} from "../../errors.ts";
import type { FileContent } from "../../files/check-file.ts";
import type { Thread } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { Posts, PostTag, SlackFiles } from "../ports.ts";
import { fileFactsSchema } from "../stored/progress-schemas.ts";
import { readStored } from "../stored/read-stored.ts";
import type { Poster } from "./post-once.ts";

export interface ShareFileDependencies {
  posts: Posts;
  slackFiles: Pick<SlackFiles, "upload" | "share" | "look">;
  /** How many files are on their way at once. */
  transfers: Semaphore;
}

export interface FileToShare {
  name: string;
  download(signal: AbortSignal): Promise<FileContent>;
  /** The posts in its place if it cannot be brought; at least one. `size` in bytes, if it is known. */
  instead(given: {
    trouble: FileTrouble | undefined;
    size: number | undefined;
  }): readonly SlackMessage[];
}

/** What is remembered of a file between attempts. */
export interface FileFacts {
  /** Slack's id of the file that may be shared already. */
  readonly file?: string;
  /** In bytes, once it is known. */
  readonly size?: number;
  readonly failures: number;
}

/** With the pauses between them about half a minute; then something else stands in its place. */
const MAX_FAILURES = 6;

/**
 * Brings a file into the thread, once: before it is shared its Slack id is on disk, and an attempt that finds an id
 * looks whether that file is in the thread. What cannot be brought has posts in its place; each after the first has the
 * tag of the part behind the one before it.
 */
export async function shareFile(
  work: Work<unknown>,
  poster: Poster,
  step: {
    step: string;
    tag: PostTag & { kind: "message" };
    thread: Thread;
  },
  file: FileToShare,
  dependencies: ShareFileDependencies,
): Promise<void> {
  if (poster.isDone(step.step)) return;
  let facts = factsOf(poster.noteOf(step.step));
  const note = async (change: Partial<FileFacts>) => {
    facts = { ...facts, ...change };
    await poster.note(step.step, facts as unknown as Json);
  };
  /** The last one ends the step, so it has its name. */
  const nameOf = (index: number, last: number) =>
    index === last ? step.step : `${step.step} instead ${index}`;
  // An earlier attempt has begun to post something instead.
  const isGivenUp =
    poster.isDone(nameOf(0, 1)) || poster.uncertain?.step.split(" ", 1)[0] === step.step;
  let failure: BridgeError | undefined = isGivenUp
    ? new FileError("refused", { id: "given up", name: "" })
    : undefined;
  if (!failure) {
    try {
      await bring();
      return await poster.finish(step.step);
    } catch (thrown) {
      if (work.signal.aborted) throw thrown;
      failure = toBridgeError(thrown);
      if (!isFinal(failure)) {
        // A pause that Slack asks for is no failure of the file; what people have to repair stops everything anyway.
        if (isElsewhere(failure)) throw failure;
        const isLast = facts.failures + 1 >= MAX_FAILURES;
        // While the line cannot be posted either, each further attempt tries the file itself again.
        if (!isLast) {
          await note({ failures: facts.failures + 1 });
          throw toRetry(failure);
        }
      }
    }
  }
  const trouble = failure instanceof FileError ? failure.trouble : undefined;
  const posts = file.instead({ trouble, size: facts.size });
  for (const [index, message] of posts.entries()) {
    const name = nameOf(index, posts.length - 1);
    if (poster.isDone(name)) continue;
    const tag = { ...step.tag, part: step.tag.part + index };
    await poster.post({ step: name, thread: step.thread, content: () => ({ tag, message }) });
  }

  async function bring(): Promise<void> {
    const { file: earlier } = facts;
    if (earlier !== undefined && (await finishEarlier(earlier))) return;
    const { id, name } = await upload();
    await share(id, name);
  }

  /** In its turn: whoever is stopped while it waits has shared nothing, and noted nothing. */
  async function share(id: string, name: string): Promise<void> {
    await dependencies.posts.acquire(work.signal, step.thread);
    if (facts.file !== id) await note({ file: id });
    await dependencies.slackFiles.share(id, name, step.thread);
  }

  /** Whether the file that an earlier attempt may have shared is in the thread now. */
  async function finishEarlier(id: string): Promise<boolean> {
    const state = await dependencies.slackFiles.look(id, step.thread);
    if (state === "shared") return true;
    try {
      // Slack takes a file only once, so this cannot show it twice.
      await share(id, file.name);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof SlackApiError) || thrown.disposition !== "dead-letter") throw thrown;
      if (state === "unknown") return false;
      // It is shared, or will be: Slack may show that only later.
      throw new BridgeError(`File ${id}: not shared yet`, {
        code: "uncertain",
        disposition: "retry",
        cause: thrown,
      });
    }
  }

  function upload(): Promise<{ id: string; name: string }> {
    const { transfers, slackFiles } = dependencies;
    return transfers.run(work.signal, async () => {
      const content = await file.download(work.signal);
      facts = { ...facts, size: content.size };
      return { id: await slackFiles.upload(content, work.signal), name: content.name };
    });
  }
}

/** Trying again would change nothing. A missing scope holds up no words: the line says enough. */
const isFinal = (error: BridgeError): boolean =>
  error.disposition === "dead-letter" ||
  (error instanceof SlackApiError && error.slackError === "missing_scope");

const isElsewhere = (error: BridgeError): boolean =>
  error instanceof RateLimitedError ||
  error.code === "storage" ||
  error.code === "thread-gone" ||
  (error instanceof SlackApiError && error.disposition === "fatal");

/** The lane waits: neither is anything lost yet, nor is it somebody's decision. */
const toRetry = (error: BridgeError): BridgeError =>
  error.disposition === "retry"
    ? error
    : new BridgeError(error.message, { code: error.code, disposition: "retry", cause: error });

function factsOf(stored: Json | undefined): FileFacts {
  return stored === undefined
    ? { failures: 0 }
    : readStored(fileFactsSchema, stored, "what is known of a file");
}
