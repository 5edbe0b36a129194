import {
  BotError,
  BridgeError,
  CancelledError,
  ConfigError,
  ConversationClosedError,
  EmptyReplyError,
  type ErrorCode,
  FileError,
  GoingElsewhereError,
  NetworkError,
  NotOwnerError,
  NotPermittedError,
  NotTakenOverError,
  OwnerUnchangedError,
  ParleyApiError,
  PayloadError,
  RateLimitedError,
  SlackApiError,
  StorageError,
  ThreadGoneError,
  toBridgeError,
  UncertainDeliveryError,
  UnreadableError,
} from "../../src/errors.ts";
import { toServiceId } from "../../src/ids.ts";

const BOT = toServiceId("bot");

export const REFUSED = new ParleyApiError("POST /users/1/messages", 400, ["message_too_long"]);

/** One error of each code. */
export const ERRORS: Readonly<Record<ErrorCode, BridgeError>> = {
  config: new ConfigError(["PORT must be a number"]),
  unreadable: new UnreadableError("an outbox item: kind is not understood"),
  payload: new PayloadError("unreadable"),
  network: new NetworkError("POST /x: ECONNREFUSED"),
  uncertain: new UncertainDeliveryError("POST /x: no answer"),
  "rate-limited": new RateLimitedError("POST /x: HTTP 429", 1_000),
  "parley-api": REFUSED,
  "not-owner": new NotOwnerError("11111", BOT),
  "owner-unchanged": new OwnerUnchangedError("11111", BOT),
  "going-elsewhere": new GoingElsewhereError("11111"),
  "not-taken-over": new NotTakenOverError("11111"),
  "slack-api": new SlackApiError("chat.postMessage", "not_in_channel", "fatal"),
  "conversation-closed": new ConversationClosedError("c_1"),
  "not-permitted": new NotPermittedError("U0EVE", { kind: "guest" }),
  cancelled: new CancelledError("r_1"),
  "empty-reply": new EmptyReplyError("r_1"),
  "thread-gone": new ThreadGoneError({ team: "T1", channel: "C1", ts: "1.2" }),
  bot: new BotError("HTTP 404", "retry"),
  file: new FileError("login-page", { id: "F1", name: "Receipt.pdf" }),
  storage: new StorageError("SQLite: SQLITE_FULL"),
  defect: toBridgeError(new TypeError("x is not a function")),
  unexpected: new BridgeError("not yet", { code: "unexpected", disposition: "retry" }),
};
