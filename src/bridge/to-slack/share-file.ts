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
import type { Texts } from "../../views/texts/en.ts";
import { isPatientWith, type Patience } from "../patience.ts";
import type { Posts, PostTag, SlackFiles } from "../ports.ts";
import { SHARE, UPLOAD } from "../stored/step-kinds.ts";
import { postOnce } from "./post-once.ts";

export interface ShareFileDependencies {
  posts: Posts;
  slackFiles: Pick<SlackFiles, "upload" | "share" | "shareState">;
  /** How many files are on their way at once. */
  transfers: Semaphore;
  patience: Patience;
  texts: Texts;
  now: () => number;
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

/** Where a file goes. `name` is that of its step. */
interface Place {
  name: string;
  tag: PostTag & { kind: "message" };
  thread: Thread;
}

/** Why a file could not be brought, for the posts in its place. */
interface Failure {
  trouble?: FileTrouble;
  /** In bytes. */
  size?: number | undefined;
}

/**
 * Brings a file into the thread, once. What cannot be brought has posts in its place; each after the first has the tag of
 * the part behind the one before it.
 */
export async function shareFile(
  work: Work<unknown>,
  place: Place,
  file: FileToShare,
  dependencies: ShareFileDependencies,
): Promise<void> {
  if (work.stateOf(place.name) === "done") return;
  // An earlier attempt has begun to post something instead.
  const isGivenUp = [nameOf(place, 0, 1), place.name].some((name) => work.stateOf(name) !== "new");
  const failure = isGivenUp ? {} : await bring(work, place, file, dependencies);
  if (failure)
    await postInstead(
      work,
      place,
      file.instead({ trouble: undefined, size: undefined, ...failure }),
      dependencies,
    );
}

/** Posts in the place of a file. The last one ends the step, so it has its name. */
async function postInstead(
  work: Work<unknown>,
  place: Place,
  messages: readonly SlackMessage[],
  dependencies: ShareFileDependencies,
): Promise<void> {
  const { thread, tag: first } = place;
  for (const [index, message] of messages.entries()) {
    const tag = { ...first, part: first.part + index };
    const post = { thread, tag: () => tag, message: () => message };
    await postOnce(work, nameOf(place, index, messages.length - 1), post, dependencies);
  }
}

const nameOf = ({ name }: Place, index: number, last: number): string =>
  index === last ? name : `${name} instead ${index}`;

/**
 * Uploads and shares the file. Returns why it cannot be brought; `undefined`: it is in the thread.
 *
 * @throws {BridgeError} it may work at the next attempt
 */
async function bring(
  work: Work<unknown>,
  place: Place,
  file: FileToShare,
  dependencies: ShareFileDependencies,
): Promise<Failure | undefined> {
  const { name, thread } = place;
  const { posts, slackFiles, transfers, patience } = dependencies;
  let size: number | undefined;
  let isFresh = false;
  const upload = uploadOf(name);
  try {
    await work.step(`file ${name}`, {
      kind: SHARE,
      async intent() {
        const { id } = await uploaded();
        await posts.acquire(work.signal, thread);
        return { file: id };
      },
      async run({ file: id }) {
        const { name: title } = await uploaded();
        await slackFiles.share(id, title, thread).catch(orUploadAgain);
        return null;
      },
      check: ({ file: id }) => finishEarlier(work, id, place, file.name, dependencies),
    });
    return undefined;
  } catch (thrown) {
    if (work.signal.aborted) throw thrown;
    const error = toBridgeError(thrown);
    if (!isFinal(error)) {
      // A pause that Slack asks for is no failure of the file; what people have to repair stops everything anyway.
      if (!isAboutFile(error)) throw error;
      // While the posts in its place cannot be made either, each further attempt tries the file itself again.
      if (await isPatientWith(work, `failing ${name}`, patience.fileToSlackMs))
        throw toRetry(error);
    }
    size ??= work.resultOf(upload, UPLOAD)?.size;
    return { size, ...(error instanceof FileError && { trouble: error.trouble }) };
  }

  /** An upload is seen by nobody, so it may be repeated. */
  function uploaded() {
    return work.step(upload, {
      kind: UPLOAD,
      run: () =>
        transfers.run(work.signal, async () => {
          const content = await file.download(work.signal);
          size = content.size;
          isFresh = true;
          return { id: await slackFiles.upload(content, work.signal), name: content.name, size };
        }),
    });
  }

  /** Slack forgets an upload that was not shared for long. */
  async function orUploadAgain(thrown: unknown): Promise<never> {
    const error = toBridgeError(thrown);
    if (isFresh || error.disposition !== "dead-letter") throw error;
    await work.forget(upload);
    throw toRetry(error);
  }
}

/** Looks whether the file that an earlier attempt may have shared is in the thread, and else shares it. */
async function finishEarlier(
  work: Work<unknown>,
  id: string,
  { name, thread }: Place,
  title: string,
  { posts, slackFiles }: ShareFileDependencies,
): Promise<{ result: null } | "not-done"> {
  const state = await slackFiles.shareState(id, thread);
  if (state === "shared") return { result: null };
  try {
    await posts.acquire(work.signal, thread);
    // Slack takes a file only once, so this cannot show it twice.
    await slackFiles.share(id, title, thread);
    return { result: null };
  } catch (thrown) {
    if (!(thrown instanceof SlackApiError) || thrown.disposition !== "dead-letter") throw thrown;
    if (state === "unknown") {
      await work.forget(uploadOf(name));
      return "not-done";
    }
    // It is shared, or will be: Slack may show that only later.
    throw new BridgeError(`File ${id}: not shared yet`, {
      code: "uncertain",
      disposition: "retry",
      cause: thrown,
    });
  }
}

/** The step that uploads the file of the step `name`. */
const uploadOf = (name: string): string => `upload ${name}`;

/** Trying again would change nothing. A missing scope holds up no messages: the line says enough. */
const isFinal = (error: BridgeError): boolean =>
  error.disposition === "dead-letter" ||
  (error instanceof SlackApiError && error.slackError === "missing_scope");

const isAboutFile = (error: BridgeError): boolean =>
  !(
    error instanceof RateLimitedError ||
    error.code === "storage" ||
    error.code === "thread-gone" ||
    (error instanceof SlackApiError && error.disposition === "fatal")
  );

/** The lane waits: neither is anything lost yet, nor is it somebody's decision. */
const toRetry = (error: BridgeError): BridgeError =>
  error.disposition === "retry"
    ? error
    : new BridgeError(error.message, { code: error.code, disposition: "retry", cause: error });
