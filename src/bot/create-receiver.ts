import type { Alarms } from "../alarms.ts";
import type { BotReceiver } from "../bridge/bot-events/bot-event.ts";
import type { Config } from "../config/read-config.ts";
import { BotError, RateLimitedError } from "../errors.ts";
import { isPrivateAddressError, publicLookup } from "../http/public-lookup.ts";
import { type JsonAnswer, requestJson } from "../http/request-json.ts";
import { toCallError } from "../http/to-call-error.ts";
import { parseRetryAfter } from "../parse-retry-after.ts";
import { signatureOf } from "./signature-of.ts";

export interface ReceiverOptions {
  /** Missing: nobody wants to be told. */
  botEvents: Config["botEvents"];
  /** Raised while the bot does not take events for a reason that somebody has to repair. */
  alarms: Pick<Alarms, "raise" | "clear">;
  now: () => number;
}

/** An answer is looked at only to tell a page from one of a program; a longer one is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Of those below 500: a proxy gave up waiting, too early, too many. */
const PASSING: readonly number[] = [408, 425, 429];
const CONNECT_TIMEOUT_MS = 5_000;
const RESPONSE_TIMEOUT_MS = 15_000;

/**
 * The bot, told in the form of Standard Webhooks: what it does not answer with a 2xx it has not taken. Redirects are not followed, and
 * where it resolves to a private address it is not asked, unless that is allowed. After a 410 it is left alone until the next start.
 */
export function createReceiver({ botEvents, alarms, now }: ReceiverOptions): BotReceiver {
  let isGone = false;

  function refuse(what: string, advice: string): BotError {
    if (!isGone) alarms.raise("bot-events", `The bot does not take events: ${what}; ${advice}`);
    return new BotError(what, "retry");
  }

  /** @throws {BotError} {RateLimitedError} it has not taken the event */
  function assertTaken(answer: JsonAnswer): void {
    const { status, headers } = answer;
    if (status === 410) {
      isGone = true;
      alarms.raise(
        "bot-events",
        "The bot answered 410, so it is told nothing any more; if that is wrong, repair it and restart the bridge, then npm run dead-letters -- retry --all sends what has waited; what happens until then is told to nobody",
      );
      throw new BotError("HTTP 410, it wants to be told nothing any more", "dead-letter");
    }
    if ((status === 429 || status === 503) && headers["retry-after"] !== undefined) {
      throw new RateLimitedError(
        `events to the bot: HTTP ${status}`,
        parseRetryAfter(headers["retry-after"], now()),
      );
    }
    if (status >= 300 && status < 400) {
      throw refuse(
        `HTTP ${status}, it redirects`,
        "redirects are not followed; write the last address into BOT_EVENTS_URL",
      );
    }
    if (status >= 400 && status < 500 && !PASSING.includes(status)) {
      throw refuse(
        `HTTP ${status}`,
        "see to its log; it must take what is signed with BOT_EVENTS_SECRET",
      );
    }
    if (status < 200 || status >= 300) throw new BotError(`HTTP ${status}`, "retry");
    if (isPage(answer)) {
      throw refuse(
        `HTTP ${status} with a page`,
        "something before it answers in its place; BOT_EVENTS_URL must lead to a program that takes them",
      );
    }
    // Another event may have been told since that nobody wants to be told any more.
    if (!isGone) alarms.clear("bot-events");
  }

  return {
    isOn: () => botEvents !== undefined && !isGone,
    async tell(id, event) {
      if (!botEvents || isGone) throw new BotError("BOT_EVENTS_URL is not set", "dead-letter");
      const { url, secrets, allowPrivate } = botEvents;
      const body = JSON.stringify(event);
      const answer = await requestJson(url, {
        method: "POST",
        headers: signatureOf(id, body, secrets, now()),
        body,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        responseTimeoutMs: RESPONSE_TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        ...(!allowPrivate && { lookup: publicLookup }),
      }).catch((error: unknown) => {
        throw isPrivateAddressError(error)
          ? refuse(
              "it has a private address",
              "set BOT_EVENTS_ALLOW_PRIVATE=true if it really is in your own network",
            )
          : toCallError("POST event", error, true);
      });
      assertTaken(answer);
    },
  };
}

/** A login page, or one of a proxy, comes with a 200 too. Programs that answer "ok" may well call that HTML. */
const isPage = ({ headers, body, isTooLong }: JsonAnswer): boolean =>
  /^\s*<(!doctype|html|head|body)\b/i.test(body) ||
  (/\bx?html\b/i.test(headers["content-type"] ?? "") && (isTooLong === true || /^\s*</.test(body)));
