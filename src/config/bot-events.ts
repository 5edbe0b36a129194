import { isIP } from "node:net";
import { isPrivateAddress } from "../http/is-private-address.ts";
import { type Secret, toSecret } from "./secret.ts";
import { secretValues } from "./secret-rules.ts";

/** Where the bot is told what becomes of its handovers. */
export interface BotEventsConfig {
  readonly url: string;
  /** Two while one replaces the other. */
  readonly secrets: readonly Secret[];
  /** Whether it may be on this machine or in a private network, also without encryption. */
  readonly allowPrivate: boolean;
}

/** What the variables say. */
export interface GivenBotEvents {
  readonly BOT_EVENTS_URL?: string | undefined;
  readonly BOT_EVENTS_SECRET?: string | undefined;
  readonly BOT_EVENTS_ALLOW_PRIVATE: boolean;
}

export const SECRET_ADVICE = 'make one with: echo "whsec_$(openssl rand -base64 32)"';

/** `undefined`: the bot is told nothing. */
export function toBotEvents(given: GivenBotEvents): BotEventsConfig | undefined {
  const { BOT_EVENTS_URL: url, BOT_EVENTS_SECRET, BOT_EVENTS_ALLOW_PRIVATE: allowPrivate } = given;
  if (url === undefined) return undefined;
  return { url, secrets: secretValues(BOT_EVENTS_SECRET ?? "").map(toSecret), allowPrivate };
}

/** What is wrong with the variables together. Missing: what one of them says by itself is not in order. */
export function botEventsProblems(given: GivenBotEvents | undefined): string[] {
  if (!given) return [];
  const {
    BOT_EVENTS_URL: url,
    BOT_EVENTS_SECRET: secret,
    BOT_EVENTS_ALLOW_PRIVATE: allowPrivate,
  } = given;
  if (url === undefined) {
    return secret === undefined
      ? []
      : ["BOT_EVENTS_URL is missing; without it BOT_EVENTS_SECRET has no effect"];
  }
  const { protocol, hostname, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return [
    ...(secret === undefined ? [`BOT_EVENTS_SECRET is missing; ${SECRET_ADVICE}`] : []),
    ...(username || password
      ? [
          "BOT_EVENTS_URL must not hold a user or a password; the bot knows the bridge by BOT_EVENTS_SECRET",
        ]
      : []),
    ...(!allowPrivate && protocol !== "https:"
      ? [
          "BOT_EVENTS_URL must begin with https://, or set BOT_EVENTS_ALLOW_PRIVATE=true if the bot is in your own network",
        ]
      : []),
    ...(!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)
      ? [
          "BOT_EVENTS_URL is a private address; set BOT_EVENTS_ALLOW_PRIVATE=true if the bot is in your own network",
        ]
      : []),
  ];
}
