import {
  parseSlackFile,
  type SharedFile,
  type SlackFile,
  whyNotShown,
} from "../../convert/to-parley/slack-file.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { Semaphore } from "../../delivery/semaphore.ts";
import { FileError, SlackApiError, toBridgeError } from "../../errors.ts";
import { isPatientWith, type Patience } from "../patience.ts";
import type { ParleyFiles, SlackFiles } from "../ports.ts";
import { UPLOAD, type UploadedFile } from "../stored/step-kinds.ts";
import type { FilePart } from "./reply-parts.ts";

export interface FileForParleyDependencies {
  parleyFiles: Pick<ParleyFiles, "upload">;
  slackFiles: Pick<SlackFiles, "describe" | "download">;
  /** How many files are on their way at once. */
  transfers: Semaphore;
  patience: Patience;
}

/**
 * Hands an agent's file to Parley, which shows it to nobody yet. Returns Parley's file, or the file as Slack describes it
 * now if it turns out that Parley's clients cannot show it.
 *
 * @throws {FileError} it cannot be had, or not yet
 */
export async function fileForParley(
  work: Work<unknown>,
  { key, file }: FilePart,
  dependencies: FileForParleyDependencies,
): Promise<{ uploaded: UploadedFile } | { notShown: SharedFile }> {
  const uploaded = work.resultOf(uploadOf(work, key), UPLOAD);
  if (uploaded) return { uploaded };
  try {
    const ready = file.kind === "ready" ? file : await describeNow(file, dependencies);
    return await transferAsToldNow(work, key, ready, dependencies);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (!(error instanceof FileError) || error.trouble !== "not-ready") throw error;
    const isPatient = await isPatientWith(
      work,
      `waiting ${key}`,
      dependencies.patience.fileToParleyMs,
    );
    throw isPatient ? error : neverReady(file, error);
  }
}

/** Another step when people send the reply again: by then Parley may have dropped a file that no message shows. */
const uploadOf = ({ item }: Work<unknown>, key: string): string =>
  `upload ${key} of ${item.appendedAt}`;

const neverReady = (file: SharedFile, cause: FileError): FileError =>
  new FileError("not-ready", file, { disposition: "dead-letter", cause });

/** Fetches the file, and once more if it fails and Slack says something else of it now. */
async function transferAsToldNow(
  work: Work<unknown>,
  key: string,
  file: SlackFile,
  dependencies: FileForParleyDependencies,
): ReturnType<typeof fileForParley> {
  try {
    return await transfer(work, key, file, dependencies);
  } catch (failure) {
    if (!(failure instanceof FileError)) throw failure;
    const now = await describeNow(file, dependencies, failure);
    // The same facts give the same failure.
    if (isSame(now, file)) throw failure;
    return await transfer(work, key, now, dependencies);
  }
}

async function transfer(
  work: Work<unknown>,
  key: string,
  file: SlackFile,
  { transfers, slackFiles, parleyFiles }: FileForParleyDependencies,
): ReturnType<typeof fileForParley> {
  const shared = { kind: "ready" as const, ...file };
  if (whyNotShown(shared) !== undefined) return { notShown: shared };
  const run = () =>
    transfers.run(work.signal, async () => {
      const content = await slackFiles.download(file, work.signal);
      const { size } = content;
      return { id: await parleyFiles.upload(content, work.signal), name: file.name, size };
    });
  return { uploaded: await work.step(uploadOf(work, key), { kind: UPLOAD, run }) };
}

/** What Slack says of the file now: it may be ready only later than its event. */
async function describeNow(
  { id, name }: Pick<SharedFile, "id" | "name">,
  { slackFiles }: FileForParleyDependencies,
  failure?: FileError,
): Promise<SlackFile> {
  const described = await slackFiles.describe(id).catch((thrown: unknown) => {
    if (!(thrown instanceof SlackApiError)) throw thrown;
    // Whoever may not ask may not fetch either: that has to be told, not waited for.
    throw failure ?? new FileError("refused", { id, name }, { cause: thrown });
  });
  const now = parseSlackFile(described);
  if (now?.kind === "ready") return now;
  if (now?.kind === "unfinished") throw new FileError("not-ready", { id, name });
  throw new FileError("gone", { id, name }, failure && { cause: failure });
}

const isSame = (a: SlackFile, b: SlackFile): boolean =>
  a.url === b.url && a.size === b.size && a.mimeType === b.mimeType;
