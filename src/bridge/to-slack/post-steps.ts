import { batchPosts } from "../../convert/to-slack/batch-posts.ts";
import { ITEM_LIMITS } from "../../convert/to-slack/long-text.ts";
import { mediaName } from "../../convert/to-slack/media-name.ts";
import type { ThreadStep } from "../../convert/to-slack/thread-steps.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { Thread } from "../../ids.ts";
import { renderFileLine } from "../../views/file-line.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { ParleyFiles } from "../ports.ts";
import { postOnce } from "./post-once.ts";
import { type FileToShare, type ShareFileDependencies, shareFile } from "./share-file.ts";

export interface PostStepsDependencies extends ShareFileDependencies {
  parleyFiles: Pick<ParleyFiles, "download">;
  texts: Texts;
}

/**
 * Posts messages and shares files one after the other, each once and each in its own turn. `first`: the part with which they
 * begin, where an item has more than these. `of`: they show what the User wrote.
 */
export async function postSteps(
  work: Work<unknown>,
  thread: Thread,
  steps: readonly ThreadStep[],
  dependencies: PostStepsDependencies,
  { first = 0, of }: { first?: number; of?: "user" } = {},
): Promise<void> {
  let part = first;
  for (const next of steps) {
    const name = String(part);
    const tag = { kind: "message" as const, items: [work.item.id], part, ...defined({ of }) };
    part += tagsFor(next);
    if ("message" in next) {
      const post = { thread, tag: () => tag, message: () => next.message };
      await postOnce(work, name, post, dependencies);
    } else {
      const file = toFile(next, dependencies);
      await shareFile(work, { name, tag, thread }, file, dependencies);
    }
  }
}

/** How many tags a step may need: a document has one for each post that may stand in its place. */
const tagsFor = (step: ThreadStep): number => ("document" in step ? ITEM_LIMITS.posts - 1 : 1);

function toFile(
  step: Exclude<ThreadStep, { message: unknown }>,
  { parleyFiles, texts }: PostStepsDependencies,
): FileToShare {
  if ("media" in step) {
    const { media, caption } = step;
    return {
      name: mediaName(media),
      ...defined({ caption }),
      download: (signal) => parleyFiles.download(media, signal),
      instead(given) {
        const message = renderFileLine(media, given, texts);
        return [caption === undefined ? message : batchPosts([{ message, caption }])];
      },
    };
  }
  const { document } = step;
  const { file } = document;
  return {
    name: file.name,
    async download() {
      const bytes = Buffer.from(file.text, "utf8");
      return { name: file.name, mimeType: "text/plain", size: bytes.length, bytes: once(bytes) };
    },
    instead: () => document.instead(),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
