import type { Work } from "../../delivery/lanes.ts";
import type { Semaphore } from "../../delivery/semaphore.ts";
import { BridgeError, SlackApiError, toBridgeError } from "../../errors.ts";
import type { FileContent } from "../../files/check-file.ts";
import type { Thread } from "../../ids.ts";
import type { Posts, SlackFiles } from "../ports.ts";
import { SHARE, UPLOAD, type UploadedFile } from "../stored/step-kinds.ts";
import { createTurn } from "./turn.ts";

export interface BringFileDependencies {
  posts: Pick<Posts, "acquire">;
  slackFiles: Pick<SlackFiles, "upload" | "share" | "shareState">;
  /** How many files are on their way at once. */
  transfers: Semaphore;
}

export interface FileToBring {
  name: string;
  /** A line above it, in Slack's mrkdwn. */
  caption?: string;
  download(signal: AbortSignal): Promise<FileContent>;
}

/** Where a file goes. `name` is that of its place among the steps of the item. */
export interface FilePlace {
  name: string;
  thread: Thread;
}

/** What the functions below work with. */
interface Bringing extends BringFileDependencies {
  work: Work<unknown>;
  place: FilePlace;
  file: FileToBring;
}

const uploadOf = ({ name }: FilePlace): string => `upload ${name}`;

/** In bytes; `undefined`: it was never uploaded. */
export const sizeOf = (work: Work<unknown>, place: FilePlace): number | undefined =>
  work.resultOf(uploadOf(place), UPLOAD)?.size;

/**
 * Uploads a file and shares it in the thread, once.
 *
 * @throws {BridgeError} it is not in the thread
 */
export async function bringFile(
  work: Work<unknown>,
  place: FilePlace,
  file: FileToBring,
  dependencies: BringFileDependencies,
): Promise<void> {
  const { posts, slackFiles } = dependencies;
  const { name, thread } = place;
  const bringing = { ...dependencies, work, place, file };
  const isUploaded = work.stateOf(uploadOf(place)) === "done";
  const takeTurn = createTurn(work, posts, thread);
  await work.step(`file ${name}`, {
    kind: SHARE,
    async intent() {
      const { id } = await upload(bringing);
      await takeTurn();
      return { file: id };
    },
    async run({ file: id }) {
      const { name: title } = await upload(bringing);
      try {
        await slackFiles.share({ ...file, id, name: title }, thread);
      } catch (thrown) {
        throw isUploaded ? await uploadingAgain(bringing, toBridgeError(thrown)) : thrown;
      }
      return null;
    },
    async check({ file: id }) {
      await takeTurn();
      return await finishEarlier(bringing, id);
    },
  });
}

/** An upload is seen by nobody, so it may be repeated. */
function upload({ work, place, file, slackFiles, transfers }: Bringing): Promise<UploadedFile> {
  const { signal } = work;
  const run = () =>
    transfers.run(signal, async () => {
      const content = await file.download(signal);
      const { name, size } = content;
      return { id: await slackFiles.upload(content, signal), name, size };
    });
  return work.step(uploadOf(place), { kind: UPLOAD, run });
}

/** Slack forgets an upload of an earlier attempt that was not shared for long. */
async function uploadingAgain({ work, place }: Bringing, error: BridgeError): Promise<BridgeError> {
  if (error.disposition !== "dead-letter") return error;
  await work.forget(uploadOf(place));
  return toRetry(error);
}

/** Looks whether the file that an earlier attempt may have shared is in the thread, and else shares it. */
async function finishEarlier(
  { work, place, file, slackFiles }: Bringing,
  id: string,
): Promise<{ result: null } | "not-done"> {
  const state = await slackFiles.shareState(id, place.thread);
  if (state === "shared") return { result: null };
  try {
    // Slack takes a file only once, so this cannot show it twice.
    await slackFiles.share({ ...file, id }, place.thread);
    return { result: null };
  } catch (thrown) {
    if (!(thrown instanceof SlackApiError) || thrown.disposition !== "dead-letter") throw thrown;
    if (state === "unknown") {
      await work.forget(uploadOf(place));
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

/** The lane waits: neither is anything lost yet, nor is it somebody's decision. */
export const toRetry = (error: BridgeError): BridgeError =>
  error.disposition === "retry"
    ? error
    : new BridgeError(error.message, { code: error.code, disposition: "retry", cause: error });
