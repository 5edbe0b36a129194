import type { ServiceId, Thread } from "./ids.ts";

/** What becomes of an item whose handling failed; see `Lanes`. `fatal`: as `retry`, but somebody has to repair something. */
export type Disposition = "retry" | "dead-letter" | "ignore" | "fatal" | "uncertain";

export type ErrorCode =
  | "config"
  | "payload"
  | "network"
  | "uncertain"
  | "rate-limited"
  | "parley-api"
  | "not-owner"
  | "owner-unchanged"
  | "going-elsewhere"
  | "not-taken-over"
  | "slack-api"
  | "thread-gone"
  | "conversation-closed"
  | "not-permitted"
  | "cancelled"
  | "empty-reply"
  | "file"
  | "bot"
  | "storage"
  | "unreadable"
  | "defect"
  | "unexpected";

/**
 * The one family of errors. Adapters translate whatever their libraries throw into it, so that the centre decides by
 * `code` and `disposition` alone. Messages never hold secrets, message texts or query strings.
 */
export class BridgeError extends Error {
  override readonly name: string = "BridgeError";
  readonly code: ErrorCode;
  readonly disposition: Disposition;

  constructor(
    message: string,
    options: ErrorOptions & { code: ErrorCode; disposition: Disposition },
  ) {
    super(message, options);
    this.code = options.code;
    this.disposition = options.disposition;
  }
}

/** The bridge cannot start until somebody acts. Lists every problem, one line each. Exit code 78. */
export class ConfigError extends BridgeError {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const lines = problems.map((problem) => `  - ${problem}`);
    super(`The bridge cannot start:\n${lines.join("\n")}`, {
      ...options,
      code: "config",
      disposition: "fatal",
    });
    this.problems = problems;
  }
}

/** Authentic but not understood. The raw body is kept as a dead letter. */
export class PayloadError extends BridgeError {
  override readonly name = "PayloadError";
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, code: "payload", disposition: "dead-letter" });
  }
}

/** The request certainly did not reach the other side: DNS, refused, TLS, connect timeout. */
export class NetworkError extends BridgeError {
  override readonly name = "NetworkError";
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, code: "network", disposition: "retry" });
  }
}

/** The request was sent and its outcome is unknown: timeout or reset after it was written, or a gateway that gave up. */
export class UncertainDeliveryError extends BridgeError {
  override readonly name = "UncertainDeliveryError";
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, code: "uncertain", disposition: "uncertain" });
  }
}

/**
 * The other side answered 429. The next attempt comes exactly after `retryAfterMs`.
 *
 * @throws {RangeError} `retryAfterMs` is not finite
 */
export class RateLimitedError extends BridgeError {
  override readonly name = "RateLimitedError";
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, { ...options, code: "rate-limited", disposition: "retry" });
    if (!Number.isFinite(retryAfterMs)) throw new RangeError("retryAfterMs is not finite");
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Parley answered with an error: HTTP not 2xx, or `status: "ERROR"` in the body. Unless the adapter knows better, 5xx are
 * retried and others are final.
 */
export class ParleyApiError extends BridgeError {
  override readonly name: string = "ParleyApiError";
  readonly httpStatus: number;
  /** Parley's notification codes, e.g. `api_key_not_valid`. */
  readonly notificationCodes: readonly string[];
  constructor(
    call: string,
    httpStatus: number,
    notificationCodes: readonly string[],
    disposition: Disposition = httpStatus >= 500 ? "retry" : "dead-letter",
  ) {
    const codes = notificationCodes.length > 0 ? notificationCodes.join(", ") : "no reason given";
    super(`${call}: HTTP ${httpStatus}, ${codes}`, {
      code: "parley-api",
      disposition,
    });
    this.httpStatus = httpStatus;
    this.notificationCodes = notificationCodes;
  }
}

/** Parley refuses every call of ours. Somebody has to repair that; until then everything waits. */
export class ParleyAccessError extends ParleyApiError {
  override readonly name = "ParleyAccessError";
  constructor(call: string, httpStatus: number, notificationCodes: readonly string[]) {
    super(call, httpStatus, notificationCodes, "retry");
  }

  /** Whether Parley itself refuses our credentials. Other refusals may be those of a proxy, and pass. */
  get isAboutCredentials(): boolean {
    return this.notificationCodes.includes("api_key_not_valid");
  }
}

/** We do not own the User (any more), so nothing may be sent. The writer is told, and the text is still in Slack. */
export class NotOwnerError extends BridgeError {
  override readonly name = "NotOwnerError";
  readonly owner: ServiceId;
  constructor(userId: string, owner: ServiceId) {
    super(`User ${userId} is owned by Service ${owner}`, {
      code: "not-owner",
      disposition: "ignore",
    });
    this.owner = owner;
  }
}

/** Parley said that it gave the User to another Service, and then that it did not. */
export class OwnerUnchangedError extends BridgeError {
  override readonly name = "OwnerUnchangedError";
  constructor(userId: string, owner: ServiceId) {
    super(`User ${userId} is still owned by Service ${owner}`, {
      code: "owner-unchanged",
      disposition: "retry",
    });
  }
}

/** Somebody else is giving the User to another Service at this moment. */
export class GoingElsewhereError extends BridgeError {
  override readonly name = "GoingElsewhereError";
  constructor(userId: string) {
    super(`Somebody else is giving User ${userId} to another Service`, {
      code: "going-elsewhere",
      disposition: "retry",
    });
  }
}

/** Another lane has just merged the User, or opened a conversation of theirs: what was found out about the User counts no more. */
export class OvertakenError extends BridgeError {
  override readonly name = "OvertakenError";
  constructor(userId: string) {
    super(`Another lane has just changed what is true of User ${userId}`, {
      code: "unexpected",
      disposition: "retry",
    });
  }
}

/** Why somebody may not act for a team. `not-known`: Slack does not say who belongs to it, or who they are. */
export type Refusal =
  | {
      readonly kind: "other-company" | "deactivated" | "guest" | "no-person" | "not-known";
    }
  | {
      readonly kind: "not-agent" | "not-lead";
      /** The name of the team; missing: it takes any, and somebody is of none. */
      readonly team?: string;
      /** Names of the groups and people who can help, without `@`. */
      readonly ask: readonly string[];
      /** Nobody is an agent, or a lead, of this team now. */
      readonly nobodyIs?: true;
    };

/** The writer of a reply may not answer Users. The writer is told, and the text is still in Slack. */
export class NotPermittedError extends BridgeError {
  override readonly name = "NotPermittedError";
  /** Slack id. */
  readonly agent: string;
  readonly refusal: Refusal;
  constructor(agent: string, refusal: Refusal) {
    super(`Slack member ${agent} may not answer: ${refusal.kind}`, {
      code: "not-permitted",
      disposition: "ignore",
    });
    this.agent = agent;
    this.refusal = refusal;
  }
}

/** An agent wanted to take a User over for a reply, but Parley did not give us the User. Nothing was sent; the writer is told. */
export class NotTakenOverError extends BridgeError {
  override readonly name = "NotTakenOverError";
  constructor(userId: string, options?: ErrorOptions) {
    super(`User ${userId} was not given to us`, {
      ...options,
      code: "not-taken-over",
      disposition: "ignore",
    });
  }
}

/** The item was cancelled or replaced before it had begun, so its handler has an old version of it. */
export class CancelledError extends BridgeError {
  override readonly name = "CancelledError";
  constructor(id: string) {
    super(`Item ${id} was cancelled`, { code: "cancelled", disposition: "ignore" });
  }
}

/** Nothing of a reply is for the User, e.g. because it only mentions colleagues. */
export class EmptyReplyError extends BridgeError {
  override readonly name = "EmptyReplyError";
  constructor(id: string) {
    super(`Reply ${id} holds nothing for the User`, { code: "empty-reply", disposition: "ignore" });
  }
}

/** A reply in a thread whose conversation is over. */
export class ConversationClosedError extends BridgeError {
  override readonly name = "ConversationClosedError";
  constructor(conversationId: string) {
    super(`Conversation ${conversationId} is closed`, {
      code: "conversation-closed",
      disposition: "ignore",
    });
  }
}

/** Slack answered `ok: false`. */
export class SlackApiError extends BridgeError {
  override readonly name = "SlackApiError";
  readonly slackError: string;
  constructor(method: string, slackError: string, disposition: Disposition, needed?: string) {
    super(`${method}: ${slackError}${needed ? ` (needs scope ${needed})` : ""}`, {
      code: "slack-api",
      disposition,
    });
    this.slackError = slackError;
  }
}

/** The thread is gone, and nothing of what was to be posted there is in Slack. Its conversation opens another thread. */
export class ThreadGoneError extends BridgeError {
  override readonly name = "ThreadGoneError";
  readonly thread: Thread;
  constructor(thread: Thread, options?: ErrorOptions) {
    super(`Thread ${thread.channel}/${thread.ts} is gone`, {
      ...options,
      code: "thread-gone",
      disposition: "retry",
    });
    this.thread = thread;
  }
}

/** What is wrong with a file. `not-ready`: Slack is still processing it. `program`: opening it could run something. */
export type FileTrouble =
  | "not-ready"
  | "login-page"
  | "wrong-size"
  | "wrong-type"
  | "too-large"
  | "empty"
  | "program"
  | "gone"
  | "refused";

/** A file that is not what it should be, or that we are not given. The text of its message is still sent. */
export class FileError extends BridgeError {
  override readonly name = "FileError";
  readonly trouble: FileTrouble;
  /** For people, not for the log. */
  readonly fileName: string;
  constructor(
    trouble: FileTrouble,
    file: { id: string; name: string },
    options?: ErrorOptions & { disposition?: Disposition },
  ) {
    super(`File ${file.id}: ${trouble}`, {
      disposition: trouble === "not-ready" ? "retry" : "dead-letter",
      ...options,
      code: "file",
    });
    this.trouble = trouble;
    this.fileName = file.name;
  }
}

/** The bot did not take what it was to be told. It is safe to tell again, so that is done unless it asks for an end of it. */
export class BotError extends BridgeError {
  override readonly name = "BotError";
  constructor(message: string, disposition: "retry" | "dead-letter", options?: ErrorOptions) {
    super(`events to the bot: ${message}`, { ...options, code: "bot", disposition });
  }
}

/** The state could not be written or read. Nothing is acknowledged then, so the sender will try again. */
export class StorageError extends BridgeError {
  override readonly name = "StorageError";
  /** False: somebody has to repair something first. */
  readonly canPass: boolean;
  constructor(message: string, options?: ErrorOptions & { canPass?: boolean }) {
    super(message, { ...options, code: "storage", disposition: "retry" });
    this.canPass = options?.canPass ?? true;
  }
}

/**
 * Something on disk that this version does not understand: it stays as it is, for one that does. `isLater`: a later version works
 * beside this one, so it waits.
 */
export class UnreadableError extends BridgeError {
  override readonly name = "UnreadableError";
  constructor(message: string, { isLater, ...options }: ErrorOptions & { isLater?: boolean } = {}) {
    const disposition = isLater ? "retry" : "dead-letter";
    super(message, { ...options, code: "unreadable", disposition });
  }
}

/**
 * A defect of the bridge itself, met before any request was sent. It would fail in the same way again, so it is tried only
 * a few times. Its message says where it was thrown, but not the original text, which could quote a message.
 */
export class DefectError extends BridgeError {
  override readonly name = "DefectError";
  constructor(thrown: unknown) {
    const [frame] = framesOf(thrown).filter((line) => line.includes("/src/"));
    const place = frame?.match(/src\/[^)]*/)?.[0];
    const name = thrown instanceof Error ? thrown.name : "not an Error";
    super(place === undefined ? name : `${name} in ${place}`, {
      code: "defect",
      disposition: "retry",
      cause: thrown,
    });
  }
}

/** An error in one line, for the log and for health checks. */
export const reasonOf = (error: BridgeError): string =>
  error instanceof ConfigError ? error.problems.join("; ") : error.message;

/** Where an error was thrown, innermost first: a stack without its text. */
export const framesOf = (thrown: unknown): string[] =>
  thrown instanceof Error
    ? (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
    : [];

/** Never throws. Whatever was thrown becomes a member of the family; anything foreign becomes a defect. */
export const toBridgeError = (thrown: unknown): BridgeError =>
  thrown instanceof BridgeError ? thrown : new DefectError(thrown);
