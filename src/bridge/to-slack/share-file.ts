import type { SlackMessage } from "../../convert/to-slack/slack-message.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import {
  type BridgeError,
  FileError,
  type FileTrouble,
  RateLimitedError,
  SlackApiError,
  toBridgeError,
} from "../../errors.ts";
import type { Texts } from "../../views/texts/en.ts";
import { isPatientWith, type Patience } from "../patience.ts";
import type { Posts, PostTag } from "../ports.ts";
import {
  type BringFileDependencies,
  bringFile,
  type FilePlace,
  type FileToBring,
  sizeOf,
  toRetry,
} from "./bring-file.ts";
import { postOnce } from "./post-once.ts";

export interface ShareFileDependencies extends BringFileDependencies {
  posts: Posts;
  patience: Patience;
  texts: Texts;
  now: () => number;
}

export interface FileToShare extends FileToBring {
  /** The posts in its place if it cannot be brought; at least one. `size` in bytes, if it is known. */
  instead(given: {
    trouble: FileTrouble | undefined;
    size: number | undefined;
  }): readonly SlackMessage[];
}

/** Where a file goes, or the posts in its place; the tag is that of the first of them. */
interface Place extends FilePlace {
  tag: PostTag & { kind: "message" };
}

/** Why a file could not be brought, for the posts in its place. */
interface Failure {
  trouble?: FileTrouble;
  /** In bytes. */
  size?: number;
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
  const failure = isGivenUp ? {} : await tryToBring(work, place, file, dependencies);
  if (!failure) return;
  const messages = file.instead({ trouble: undefined, size: undefined, ...failure });
  await postInstead(work, place, messages, dependencies);
}

/**
 * Returns why the file cannot be brought; `undefined`: it is in the thread.
 *
 * @throws {BridgeError} it may work at the next attempt
 */
async function tryToBring(
  work: Work<unknown>,
  place: Place,
  file: FileToShare,
  dependencies: ShareFileDependencies,
): Promise<Failure | undefined> {
  let size: number | undefined;
  const measured: FileToShare = {
    ...file,
    async download(signal) {
      const content = await file.download(signal);
      size = content.size;
      return content;
    },
  };
  try {
    await bringFile(work, place, measured, dependencies);
    return undefined;
  } catch (thrown) {
    if (work.signal.aborted) throw thrown;
    const error = toBridgeError(thrown);
    if (!isFinal(error)) {
      // A pause that Slack asks for is no failure of the file; what people have to repair stops everything anyway.
      if (!isAboutFile(error)) throw error;
      const { fileToSlackMs } = dependencies.patience;
      // While the posts in its place cannot be made either, each further attempt tries the file itself again.
      if (await isPatientWith(work, `failing ${place.name}`, fileToSlackMs)) throw toRetry(error);
    }
    size ??= sizeOf(work, place);
    const trouble = error instanceof FileError ? error.trouble : undefined;
    return defined({ size, trouble });
  }
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
