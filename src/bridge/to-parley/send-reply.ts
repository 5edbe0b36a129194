import { type MessageWriting, toParleyMessages } from "../../convert/to-parley/agent-reply.ts";
import { lostParts } from "../../convert/to-parley/lost-parts.ts";
import { mentionedIds, NO_NAMES } from "../../convert/to-parley/mentions.ts";
import { readSlackContent } from "../../convert/to-parley/read-slack-content.ts";
import { type SharedFile, whyNotShown } from "../../convert/to-parley/slack-file.ts";
import type { Work } from "../../delivery/lanes.ts";
import {
  type BridgeError,
  EmptyReplyError,
  FileError,
  toBridgeError,
  UncertainDeliveryError,
} from "../../errors.ts";
import type { UserId } from "../../ids.ts";
import { renderFilesNotSent, renderPartsNotSent } from "../../views/not-sent.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Conversation } from "../conversation.ts";
import type { Notifier } from "../notifier.ts";
import { assertOwner, behindRefusal } from "../owner.ts";
import { piecesOnce } from "../pieces.ts";
import type { MessageToUser, Parley, People } from "../ports.ts";
import { requestOnce, storeDone } from "../request-once.ts";
import type { AgentReply } from "../stored/agent-reply.ts";
import type { OutboxBody, ReplyBody } from "../stored/outbox-body.ts";
import { type FileForParleyDependencies, fileForParley } from "./file-for-parley.ts";
import { FIRST_TEXT, isRefused, type Part, partsOf, stepOf } from "./reply-parts.ts";

export interface SendReplyDependencies extends MessageWriting, FileForParleyDependencies {
  parley: Parley;
  people: People;
  notifier: Notifier;
  texts: Texts;
}

/** How much of a reply the User has. */
export type Sent = "nothing" | "a part" | "all";

/** One attempt at a reply. */
interface Sending {
  work: Work<OutboxBody>;
  reply: AgentReply;
  userId: UserId;
  parts: readonly Part[];
}

/**
 * Sends the parts of a reply, whose texts are `words`, in their order, each at most once, also after somebody sent it again.
 * What fails for good holds up no other part; it is thrown at the end. Returns how much of it went to the User; what only
 * Slack can show did not, and its writer knows.
 *
 * @throws {NotOwnerError} another Service has the User
 */
export async function sendReply(
  work: Work<OutboxBody>,
  body: ReplyBody,
  words: Promise<readonly string[]>,
  { userId }: Pick<Conversation, "userId">,
  dependencies: SendReplyDependencies,
): Promise<Sent> {
  const { reply } = body;
  const stateOf = ({ key }: Pick<Part, "key">) =>
    body.settled?.includes(key) ? "done" : work.stateOf(stepOf({ key }));
  const hasBegun = stateOf({ key: FIRST_TEXT }) !== "new";
  const texts = body.texts ?? (await piecesOnce(work, hasBegun, () => words));
  const parts = partsOf(body, texts);
  const lost = lostParts(readSlackContent(reply));
  if (parts.length === 0 && lost.length === 0) throw new EmptyReplyError(work.item.id);
  const remaining = parts.filter((part) => !isRefused(part) && stateOf(part) === "new");
  const sending = { work, reply, userId, parts };
  const refused = parts.flatMap((part) => (isRefused(part) ? [part.file] : []));
  // Before anything is said of what does not go: perhaps nothing goes.
  if (remaining.length > 0 && lost.length + refused.length > 0) {
    await assertOwner(dependencies.parley, userId);
  }
  await tellPartsNotSent(sending, lost, dependencies);
  if (refused.length > 0) await tellFilesNotSent(sending, refused, "files not sent", dependencies);
  const failures = await sendAll(sending, remaining, dependencies);

  const [failure] = failures;
  if (failure) throw joinFailures(failures, failure);
  const states = new Set(parts.map(stateOf));
  if (states.has("begun")) {
    throw new UncertainDeliveryError(
      "Sending this reply was cut off before its outcome was stored",
    );
  }
  if (!states.has("done")) return "nothing";
  return lost.length > 0 ? "a part" : "all";
}

/** Returns what failed for good, or may have arrived. */
async function sendAll(
  sending: Sending,
  remaining: readonly Part[],
  dependencies: SendReplyDependencies,
): Promise<readonly BridgeError[]> {
  const { parley } = dependencies;
  const { userId } = sending;
  const failures: BridgeError[] = [];
  for (const part of remaining) {
    try {
      await sendPart(sending, part, dependencies);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      // Parley may refuse because the User is not ours any more, or not under this id.
      const behind = await behindRefusal(parley, userId, error, sending.work.item);
      if (behind) throw behind;
      if (error.disposition !== "uncertain" && error.disposition !== "dead-letter") throw error;
      failures.push(nameFile(error, part));
    }
  }
  return failures;
}

async function sendPart(
  sending: Sending,
  part: Part,
  dependencies: SendReplyDependencies,
): Promise<void> {
  const { work, reply, userId } = sending;
  const agent = await dependencies.people.identityOf(reply.agent);
  const stillOurs = () => assertOwner(dependencies.parley, userId);
  if (!("file" in part)) return await send({ text: part.text, agent });
  // Nothing of it reaches Parley if it is not for our User.
  await stillOurs();
  const found = await fileForParley(work, part, dependencies);
  if ("uploaded" in found) {
    const { id, name } = found.uploaded;
    return await send({ media: { id, description: name }, agent });
  }
  await tellFilesNotSent(sending, [found.notShown], `file ${part.key} not sent`, dependencies);
  await storeDone(work, stepOf(part));

  async function send(message: MessageToUser): Promise<void> {
    await requestOnce(
      work,
      stepOf(part),
      () => dependencies.parley.send(userId, message),
      stillOurs,
    );
  }
}

/** Tells the writer what only Slack can show. */
async function tellPartsNotSent(
  { work, reply, userId, parts }: Sending,
  lost: ReturnType<typeof lostParts>,
  { notifier, texts }: Pick<SendReplyDependencies, "notifier" | "texts">,
): Promise<void> {
  if (lost.length === 0) return;
  await notifier.notice(userId, work.item.id, "parts not sent", {
    thread: reply.thread,
    message: renderPartsNotSent(lost, parts.every(isRefused), texts),
    onlyFor: reply.agent,
    mark: { ts: reply.ts, as: "failed" },
  });
}

/** Tells the writer which files Parley's clients cannot show. */
async function tellFilesNotSent(
  { work, reply, userId, parts }: Sending,
  files: readonly SharedFile[],
  purpose: string,
  { notifier, texts }: Pick<SendReplyDependencies, "notifier" | "texts">,
): Promise<void> {
  const named = files.flatMap((file) => {
    const reason = whyNotShown(file);
    return reason ? [{ name: file.name, ...reason }] : [];
  });
  await notifier.notice(userId, work.item.id, purpose, {
    thread: reply.thread,
    message: renderFilesNotSent(named, parts.every(isRefused), texts),
    onlyFor: reply.agent,
    mark: { ts: reply.ts, as: "failed" },
  });
}

/** What the User reads; none if all of it was for people in Slack. */
export async function textsOf(
  reply: AgentReply,
  { people, ...writing }: Pick<SendReplyDependencies, "people"> & MessageWriting,
): Promise<string[]> {
  const isNamed = writing.mentions === "names";
  const names = isNamed ? await people.namesOf(mentionedIds(reply)) : NO_NAMES;
  return toParleyMessages(reply, names, writing);
}

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
