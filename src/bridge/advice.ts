import {
  BridgeError,
  FileError,
  type FileTrouble,
  NotPermittedError,
  ParleyAccessError,
  ParleyApiError,
} from "../errors.ts";
import type { Conversation } from "./conversation.ts";

/**
 * One or two sentences for an agent: why the reply did not (surely) reach the User, and what to do. Literal text.
 * `conversation` is the User's newest one, whichever thread the reply was written in.
 */
export function adviceFor(error: BridgeError, conversation: Conversation | undefined): string {
  if (error instanceof FileError) return fileAdvice(error, conversation);
  if (error instanceof NotPermittedError) return error.advice;
  switch (error.code) {
    case "conversation-closed":
      return closedAdvice(conversation);
    case "not-owner":
      return conversation?.ending
        ? closedAdvice(conversation)
        : "Another Service has this User now. Use /parley-owner to see which, or to take the User back.";
    case "not-taken-over":
      return "Parley did not give us this User, so nothing was sent. Try again in a moment; if it keeps failing, tell whoever runs this bridge.";
    case "empty-reply":
      return "There is nothing in it for the User: mentions of people in Slack stay inside.";
    case "uncertain":
      return "Parley gave no clear answer to this, so it may or may not have arrived. If the User does not react to it, send it again.";
    case "parley-api":
      return refusalAdvice(error);
    case "network":
    case "rate-limited":
      return AWAY_TOO_LONG;
    default:
      return "Something went wrong inside the bridge. Send it again; if it keeps failing, tell whoever runs this bridge.";
  }
}

/** What concerns one file of a message; the rest of the message has gone its own way. */
function fileAdvice(error: FileError, conversation: Conversation | undefined): string {
  const { cause, trouble, disposition } = error;
  const why =
    cause instanceof BridgeError && !(cause instanceof FileError)
      ? adviceFor(cause, conversation)
      : TROUBLES[trouble];
  const only = disposition === "uncertain" ? "" : " Send again sends only what is missing.";
  return `About your file ${error.fileName}: ${why}${only}`;
}

const TROUBLES: Readonly<Record<FileTrouble, string>> = {
  "not-ready": "Slack still works on it and does not give it out yet.",
  "login-page":
    "Slack gave a page to sign in instead of it. Whoever runs this bridge has to check the scope files:read and the bot token.",
  "wrong-size": "What Slack gave is not as long as the file.",
  "wrong-type": "What is inside is not what its type says.",
  "too-large": "It is too large.",
  empty: "It is empty.",
  program: "It is a program.",
  gone: "It is no longer in Slack.",
  refused: "It could not be fetched from Slack.",
};

function closedAdvice(conversation: Conversation | undefined): string {
  if (!conversation) {
    return "The bridge has no record of this thread: it was deleted after its time, or lost when an older state was restored. The first message says who the User is; /parley-owner with that id tells where the User is now, with a link to the newer thread if there is one.";
  }
  const to = conversation.ending?.to?.name ?? "another Service";
  switch (conversation.state) {
    case "open":
      return "This User goes on with us in another thread. Please answer there.";
    case "merged":
      return "This User goes on in another thread. Please answer there.";
    case "taken-away":
      return `${to} has this User now. To answer again, take the User back with /parley-owner ${conversation.userId} and the name of our Service.`;
    default:
      return `This User was handed back to ${to}. To answer again, take the User back with /parley-owner ${conversation.userId} and the name of our Service.`;
  }
}

const AWAY_TOO_LONG = "Parley could not be reached for too long. Send it again when it is back.";

function refusalAdvice(error: BridgeError): string {
  if (error instanceof ParleyAccessError) {
    return "Parley refuses this bridge altogether. Tell whoever runs this bridge, and send it again afterwards.";
  }
  if (!(error instanceof ParleyApiError) || error.disposition === "retry") return AWAY_TOO_LONG;
  return `Parley refused it (${reasonOf(error)}). Change the text and write again; if it keeps failing, tell whoever runs this bridge.`;
}

/** A few words for what went wrong with Parley, for the middle of a sentence. Literal text. */
export function causeOf(error: BridgeError): string {
  switch (error.code) {
    case "parley-api":
      if (!(error instanceof ParleyApiError)) return "Parley refused it";
      return `${error.httpStatus >= 500 ? "Parley has trouble" : "Parley refused it"}: ${reasonOf(error)}`;
    case "network":
    case "rate-limited":
      return "Parley could not be reached";
    case "uncertain":
      return "Parley gave no clear answer";
    case "not-owner":
      return "another Service has the User";
    case "owner-unchanged":
      return "Parley still has the User where they were";
    default:
      return error.message;
  }
}

const reasonOf = ({ notificationCodes, httpStatus }: ParleyApiError): string =>
  notificationCodes.join(", ") || `HTTP ${httpStatus}`;
