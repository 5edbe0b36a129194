import { type MessageWriting, toParleyMessages } from "../../convert/to-parley/agent-reply.ts";
import { lostParts } from "../../convert/to-parley/lost-parts.ts";
import { mentionedIds, NO_NAMES } from "../../convert/to-parley/mentions.ts";
import { readSlackContent } from "../../convert/to-parley/read-slack-content.ts";
import { filesIn } from "../../convert/to-parley/slack-content.ts";
import {
  parseSlackFile,
  type SharedFile,
  whyNotShown,
} from "../../convert/to-parley/slack-file.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { Semaphore } from "../../delivery/semaphore.ts";
import {
  type BridgeError,
  EmptyReplyError,
  FileError,
  type NotOwnerError,
  SlackApiError,
  toBridgeError,
  UncertainDeliveryError,
} from "../../errors.ts";
import type { Json } from "../../json.ts";
import { renderFilesNotSent, renderPartsNotSent } from "../../views/not-sent.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Conversation } from "../conversation.ts";
import type { Notifier } from "../notify.ts";
import { asNotOwner, findOtherOwner } from "../owner.ts";
import type {
  AgentIdentity,
  MessageToUser,
  Parley,
  ParleyFiles,
  People,
  SlackFiles,
} from "../ports.ts";
import { sendOnce } from "../send-once.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";
import { replyProgressSchema } from "../stored/progress-schemas.ts";
import { readStored } from "../stored/read-stored.ts";

export interface SendReplyDependencies extends MessageWriting {
  parley: Parley;
  people: People;
  parleyFiles: ParleyFiles;
  slackFiles: SlackFiles;
  /** How many files are on their way at once. */
  transfers: Semaphore;
  notifier: Notifier;
  texts: Texts;
}

/** What one message of an agent becomes: its text, then each of its files. Keys are stored. */
type Part = { key: string; text: string } | { key: string; file: SharedFile };

/** How far a reply has come, besides the parts that its body lists as settled. */
export interface ReplyProgress {
  /** The part whose request has begun. */
  readonly underWay?: string;
  /** Parts that may have arrived: they do not go again unless somebody says so. */
  readonly undecided?: readonly string[];
  /** A file that Parley has, under this id, and that no message shows yet. */
  readonly uploaded?: { readonly part: string; readonly id: string };
  /** How often a file was not ready. */
  readonly waits?: number;
}

/** How much of a reply the User has, or may have. */
export type Sent = "nothing" | "a part" | "all";

/** Another Service has the User; `left` lists as settled what the User has, or may have. */
export interface Refused {
  readonly refusal: NotOwnerError;
  readonly left: ReplyBody;
}

/** With the pauses between them about half a minute. */
const MAX_WAITS = 6;

/**
 * Sends the parts of a reply in their order, each at most once: the body of the item lists the parts that are settled,
 * also after somebody sent it again. What fails for good holds up no other part; it is thrown at the end.
 *
 * Returns how much of it went to the User; what only Slack can show did not, and its writer knows.
 */
export async function sendReply(
  work: Work<OutboxBody>,
  body: ReplyBody,
  { userId }: Pick<Conversation, "userId">,
  dependencies: SendReplyDependencies,
): Promise<Sent | Refused> {
  const { parley, people, notifier } = dependencies;
  const { reply } = body;
  const settled = [...(body.settled ?? [])];
  let progress = progressOf(work.item.progress);
  const failures: BridgeError[] = [];

  const texts = body.texts ?? (await textsOf(reply, dependencies));
  const parts = partsOf(body, texts);
  const kept: ReplyBody = texts.length > 1 ? { ...body, texts } : body;
  const lost = lostParts(readSlackContent(reply));
  if (parts.length === 0 && lost.length === 0) throw new EmptyReplyError(work.item.id);

  if (progress.underWay !== undefined) {
    progress = withUndecided(progress, progress.underWay);
    await work.save(progress as Json);
  }
  const remaining = parts.filter(
    (part) =>
      !isRefused(part) &&
      !settled.includes(part.key) &&
      progress.undecided?.includes(part.key) !== true,
  );
  // Before anything is said of the rest: perhaps nothing goes.
  if (remaining.length > 0) {
    const refusal = await findOtherOwner(parley, userId);
    if (refusal) return refused(refusal);
  }
  if (lost.length > 0) {
    await notifier.notice(userId, work.item.id, "parts not sent", {
      thread: reply.thread,
      message: renderPartsNotSent(lost, parts.every(isRefused), dependencies.texts),
      onlyFor: reply.agent,
      mark: { ts: reply.ts, as: "failed" },
    });
  }
  const tellNotSent = async (files: readonly SharedFile[], purpose: string) => {
    const named = files.flatMap((file) => {
      const reason = whyNotShown(file);
      return reason ? [{ name: file.name, ...reason }] : [];
    });
    if (named.length === 0) return;
    await notifier.notice(userId, work.item.id, purpose, {
      thread: reply.thread,
      message: renderFilesNotSent(named, parts.every(isRefused), dependencies.texts),
      onlyFor: reply.agent,
      mark: { ts: reply.ts, as: "failed" },
    });
  };
  await tellNotSent(
    parts.flatMap((part) => (isRefused(part) ? [part.file] : [])),
    "files not sent",
  );

  let agent: AgentIdentity | undefined;
  for (const [index, part] of remaining.entries()) {
    const refusal = index > 0 ? await findOtherOwner(parley, userId) : undefined;
    if (refusal) return refused(refusal);
    agent ??= await people.identityOf(reply.agent);
    try {
      const content = "file" in part ? await prepareFile(part.key, part.file) : { text: part.text };
      if (content) {
        const message: MessageToUser = { ...content, agent };
        const mark = { ...progress, underWay: part.key } as Json;
        await sendOnce(work, () => parley.send(userId, message), mark, asStored(progress, settled));
      }
      settled.push(part.key);
      const { uploaded: _, waits: __, ...rest } = progress;
      progress = rest;
      const isLast = index === remaining.length - 1 && failures.length === 0 && !progress.undecided;
      // The end of the item says the same.
      if (!isLast) await work.advance({ ...kept, settled }, progress as Json);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      // Parley may refuse because the User is not ours any more.
      const notOurs = await asNotOwner(parley, userId, error);
      if (notOurs) return refused(notOurs);
      if (error.disposition === "uncertain") {
        progress = withUndecided(progress, part.key);
        await work.save(progress as Json);
      } else if (error.disposition !== "dead-letter") {
        throw error;
      }
      failures.push(nameFile(error, part));
    }
  }
  const [failure] = failures;
  if (failure) throw joinFailures(failures, failure);
  if (progress.undecided) {
    throw new UncertainDeliveryError("The bridge was stopped while it sent this reply");
  }
  if (settled.length === 0) return "nothing";
  return lost.length > 0 ? "a part" : "all";

  function refused(refusal: NotOwnerError): Refused {
    return { refusal, left: { ...kept, settled: [...settled, ...(progress.undecided ?? [])] } };
  }

  /** A file that Parley has; `undefined`: it turned out that Parley's clients cannot show it, and its writer knows. */
  async function prepareFile(
    key: string,
    shared: SharedFile,
  ): Promise<Pick<MessageToUser, "media"> | undefined> {
    const { uploaded } = progress;
    if (uploaded?.part === key) return { media: { id: uploaded.id, description: shared.name } };
    try {
      return await uploadFile(key, shared);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (!(error instanceof FileError) || error.trouble !== "not-ready") throw error;
      const waits = (progress.waits ?? 0) + 1;
      if (waits > MAX_WAITS) {
        throw neverReady(shared, error);
      }
      progress = { ...progress, waits };
      await work.save(progress as Json);
      throw error;
    }
  }

  async function uploadFile(
    key: string,
    shared: SharedFile,
  ): Promise<Pick<MessageToUser, "media"> | undefined> {
    if (shared.kind !== "ready") return await uploadAsToldNow(key, shared);
    const why = whyNotShown(shared);
    if (why !== undefined) {
      await tellNotSent([shared], `file ${key} not sent`);
      return undefined;
    }
    const { transfers, slackFiles, parleyFiles } = dependencies;
    const id = await transfers
      .run(work.signal, async () =>
        parleyFiles.upload(await slackFiles.download(shared, work.signal), work.signal),
      )
      .catch((thrown: unknown) => {
        if (!(thrown instanceof FileError)) throw thrown;
        return thrown;
      });
    if (id instanceof FileError) return await uploadAsToldNow(key, shared, id);
    progress = { ...progress, uploaded: { part: key, id } };
    await work.save(progress as Json);
    return { media: { id, description: shared.name } };
  }

  /** Asks Slack what it says of the file now: it may be ready only later than its event. */
  async function uploadAsToldNow(
    key: string,
    before: SharedFile,
    failure?: FileError,
  ): Promise<Pick<MessageToUser, "media"> | undefined> {
    const described = await dependencies.slackFiles.describe(before.id).catch((thrown: unknown) => {
      if (!(thrown instanceof SlackApiError)) throw thrown;
      // Whoever may not ask may not fetch either: that has to be told, not waited for.
      throw failure ?? new FileError("refused", before, { cause: thrown });
    });
    const now = parseSlackFile(described);
    if (!now || now.kind === "gone" || now.kind === "elsewhere") {
      throw new FileError("gone", before, failure && { cause: failure });
    }
    if (now.kind === "unfinished") throw new FileError("not-ready", before);
    // The same facts give the same failure.
    if (failure && isSame(now, before)) throw failure;
    return await uploadFile(key, now);
  }
}

const neverReady = (file: SharedFile, cause: BridgeError): FileError =>
  new FileError("not-ready", file, { disposition: "dead-letter", cause });

/** What the User reads; none if all of it was for people in Slack. */
async function textsOf(
  reply: AgentReply,
  { people, ...writing }: Pick<SendReplyDependencies, "people"> & MessageWriting,
): Promise<string[]> {
  const isNamed = writing.mentions === "names";
  const names = isNamed ? await people.namesOf(mentionedIds(reply)) : NO_NAMES;
  return toParleyMessages(reply, names, writing);
}

function partsOf({ reply, wordsOnly }: ReplyBody, texts: readonly string[]): Part[] {
  const shared = wordsOnly ? [] : [...(reply.files ?? []), ...filesIn(readSlackContent(reply))];
  const parsed = shared.flatMap((value) => parseSlackFile(value) ?? []);
  const files = parsed.filter(
    ({ id }, index) => parsed.findIndex((file) => file.id === id) === index,
  );
  return [
    ...texts.map((text, index) => ({ key: index === 0 ? "text" : `text ${index}`, text })),
    ...files.map((file) => ({ key: file.id, file })),
  ];
}

type FilePart = Part & { file: SharedFile };

const isRefused = (part: Part): part is FilePart =>
  "file" in part && whyNotShown(part.file) !== undefined;

const isSame = (a: SharedFile, b: SharedFile): boolean =>
  a.kind === "ready" &&
  b.kind === "ready" &&
  a.url === b.url &&
  a.size === b.size &&
  a.mimeType === b.mimeType;

const withUndecided = (
  { underWay: _, ...progress }: ReplyProgress,
  key: string,
): ReplyProgress => ({
  ...progress,
  undecided: [...(progress.undecided ?? []), key],
});

/** `undefined`: nothing of the reply may have gone, so it can still be changed or taken back. */
const asStored = (progress: ReplyProgress, settled: readonly string[]): Json | undefined =>
  settled.length === 0 && !progress.undecided && !progress.uploaded
    ? undefined
    : (progress as Json);

const progressOf = (stored: Json | undefined): ReplyProgress =>
  stored === undefined ? {} : readStored(replyProgressSchema, stored, "the progress of a reply");

/** What went wrong with a file names it. */
const nameFile = (error: BridgeError, part: Part): BridgeError =>
  "file" in part && !(error instanceof FileError)
    ? new FileError("refused", part.file, { cause: error, disposition: error.disposition })
    : error;

/** One failure for all: one that is certain goes first, because what goes with it must be sent again. */
function joinFailures(failures: readonly BridgeError[], first: BridgeError): BridgeError {
  const main = failures.find(({ disposition }) => disposition === "dead-letter") ?? first;
  const names = failures.flatMap((failure) =>
    failure instanceof FileError ? [failure.fileName] : [],
  );
  if (!(main instanceof FileError) || names.length < 2) return main;
  return new FileError(
    main.trouble,
    { id: "several", name: names.join(", ") },
    { cause: main.cause, disposition: main.disposition },
  );
}
