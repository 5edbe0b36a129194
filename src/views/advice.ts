import {
  BridgeError,
  FileError,
  NotPermittedError,
  ParleyAccessError,
  ParleyApiError,
} from "../errors.ts";
import { parleysReason } from "./cause-of.ts";
import { renderRefusal } from "./refusal.ts";
import type { RootFacts } from "./root.ts";
import type { Texts } from "./texts/en.ts";

/** The newest conversation of the User whom a reply was for, whichever thread it was written in. */
type Newest =
  | (Pick<RootFacts, "userId" | "state" | "ending"> & {
      /** The name of the team that has it, if it was moved there. */
      movedTo?: string;
    })
  | undefined;

/** One or two sentences for an agent: why the reply did not (surely) reach the User, and what to do. Literal text. */
export function adviceFor(error: BridgeError, newest: Newest, texts: Texts): string {
  const { advice } = texts;
  if (error instanceof FileError) return fileAdvice(error, newest, texts);
  if (error instanceof NotPermittedError) return renderRefusal(error.refusal, texts);
  switch (error.code) {
    case "conversation-closed":
      return closedAdvice(newest, texts);
    case "not-owner":
      return newest?.ending ? closedAdvice(newest, texts) : advice.elsewhere;
    case "not-taken-over":
      return advice.notTakenOver;
    case "empty-reply":
      return advice.empty;
    case "uncertain":
      return advice.uncertain;
    case "parley-api":
      return refusalAdvice(error, texts);
    case "network":
    case "rate-limited":
      return advice.awayTooLong;
    default:
      return advice.defect;
  }
}

/** What concerns one file of a message; the rest of the message has gone its own way. */
function fileAdvice(error: FileError, newest: Newest, texts: Texts): string {
  const { cause, trouble, disposition, fileName } = error;
  const { advice } = texts;
  const why =
    cause instanceof BridgeError && !(cause instanceof FileError)
      ? adviceFor(cause, newest, texts)
      : advice.fileTroubles[trouble];
  const about = advice.file(fileName, why);
  return disposition === "uncertain" ? about : `${about} ${advice.onlyMissing}`;
}

function closedAdvice(newest: Newest, { advice }: Texts): string {
  if (!newest) return advice.noRecord;
  const { userId, ending, movedTo } = newest;
  switch (newest.state) {
    case "open":
      return movedTo === undefined ? advice.withUsElsewhere : advice.moved(movedTo);
    case "merged":
      return advice.merged;
    case "taken-away":
      return advice.takenAway(ending?.to?.name, userId);
    case "handed-back":
      return advice.handedBack(ending?.to?.name, userId);
  }
}

function refusalAdvice(error: BridgeError, { advice }: Texts): string {
  if (error instanceof ParleyAccessError) return advice.refusedAltogether;
  const isFinal = error instanceof ParleyApiError && error.disposition !== "retry";
  return isFinal ? advice.refused(parleysReason(error)) : advice.awayTooLong;
}
