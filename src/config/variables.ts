import { isIPv6 } from "node:net";
import { z } from "zod";
import { LANGUAGES } from "../language.ts";
import { SECRET_ADVICE } from "./bot-events.ts";
import { agentAliases, teamIdentity } from "./identities.ts";
import {
  choice,
  flag,
  foreignSecret,
  matching,
  number,
  optionalFlag,
  required,
  secrets,
  url,
  webhookSecrets,
  wholeNumber,
} from "./variable-types.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const PARLEY_SUPPORT = "Parley support gives it to you when they register your Service";

export const CHANNEL_ADVICE = "in Slack open the channel's details, the id is at the bottom";

/** What each variable may be. */
export const variables = {
  SLACK_BOT_TOKEN: matching(
    /^xoxb-\S+$/,
    "xoxb-…",
    "in your app at api.slack.com/apps under OAuth & Permissions, Bot User OAuth Token",
  ),
  SLACK_SIGNING_SECRET: secrets(
    "in your app at api.slack.com/apps under Basic Information, App Credentials",
  ).optional(),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-\S+$/, {
      error:
        "must look like xapp-…; in your app at api.slack.com/apps under Basic Information, App-Level Tokens",
    })
    .optional(),
  SLACK_CHANNEL: matching(/^[CG][A-Z0-9_]+$/, "C0123456789", CHANNEL_ADVICE).optional(),
  SLACK_API_URL: url("the base URL of Slack's Web API")
    .refine((value) => value.endsWith("/api/"), { error: "must end in /api/" })
    .default("https://slack.com/api/"),
  SLACK_POSTS_PER_SECOND: number(0.01, 10_000, 1),
  SLACK_PING_TIMEOUT_MS: wholeNumber(100, 60_000, 3_000),
  PARLEY_SERVICE_IDENTIFICATION: required(PARLEY_SUPPORT).regex(/^[^|]+$/, {
    error: "must not contain |",
  }),
  PARLEY_ACCOUNT_IDENTIFICATION: required(PARLEY_SUPPORT).regex(/^[^|]+$/, {
    error: "must not contain |",
  }),
  PARLEY_SHARED_SECRET: foreignSecret(PARLEY_SUPPORT),
  PARLEY_CALLBACK_TOKEN: secrets(
    "choose a long random text and ask Parley support to send it as the Authorization header of your Service's callbacks",
  ),
  PARLEY_API_URL: url("the base URL of Parley's Service API").default(
    "https://api.parley.nu/serviceApi/v2.5",
  ),
  PARLEY_BOT_SERVICE: z.string().min(1).optional(),
  PARLEY_MESSAGES_PATH: z
    .string()
    .refine((value) => value.startsWith("/") && value.includes("{userId}"), {
      error: "must start with / and contain {userId}",
    })
    .default("/users/{userId}/messages"),
  PARLEY_MEDIA_PATH: z
    .string()
    .regex(/^\/\S*[^\s/]$/, { error: "must start with / and not end with one" })
    .default("/media"),
  PARLEY_MEDIA_HOSTS: z
    .string()
    .transform((value) => value.split(",").map((host) => host.trim().toLowerCase()))
    .pipe(
      z.array(
        z.string().regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/, {
          error: "must be names of hosts with commas between, such as cdn.example.com",
        }),
      ),
    )
    .optional(),
  PARLEY_AGENT_FIELDS: choice(["object", "object-without-id", "flat", "none"], "object"),
  PARLEY_LINE_BREAK: choice(["hard", "soft"], "hard"),
  PARLEY_MESSAGE_LENGTH: wholeNumber(100, 100_000, 5_000),
  PARLEY_OWNER_UNKNOWN: choice(["deliver", "ignore"], "deliver"),
  PARLEY_EMPTY_ANSWER: choice(["uncertain", "delivered"], "uncertain"),
  PARLEY_CONNECT_TIMEOUT_MS: wholeNumber(100, 60_000, 3_000),
  PARLEY_RESPONSE_TIMEOUT_MS: wholeNumber(100, 120_000, 15_000),
  BOT_EVENTS_URL: url("where your bot takes events").optional(),
  BOT_EVENTS_SECRET: webhookSecrets(SECRET_ADVICE).optional(),
  BOT_EVENTS_ALLOW_PRIVATE: flag(false),
  CONFIG_FILE: z.string().optional(),
  TEAM_LANGUAGE: choice(LANGUAGES, "en"),
  AGENT_ALIASES: agentAliases.optional(),
  TEAM_IDENTITY: teamIdentity.optional(),
  MENTIONS: choice(["names", "hide"], "names"),
  SHOW_USER_IDENTITY: optionalFlag,
  GROUP_SECONDS: wholeNumber(0, 60, 0),
  REPLY_MODE: choice(["send", "explicit"], "send"),
  GUESTS_MAY_ANSWER: flag(false),
  UNDO_SECONDS: wholeNumber(0, 30, 0),
  RETRY_FIRST_MS: wholeNumber(1, 60_000, 500),
  RETRY_CAP_MS: wholeNumber(1, 3_600_000, 60_000),
  RETRY_MAX_AGE_MS: wholeNumber(1_000, 30 * 86_400_000, 3 * 86_400_000),
  REPAIR_INTERVAL_MS: wholeNumber(1_000, 86_400_000, 30 * 60_000),
  RETENTION_DAYS: wholeNumber(1, 3_650, 90),
  STOP_DEADLINE_SECONDS: wholeNumber(1, 600, 9),
  STATE_URL: z
    .string()
    .regex(/^(sqlite:.*[^/]|postgres(ql)?:\/\/.*)$/, {
      error: "must look like sqlite:./data/bridge.sqlite or postgres://user@host/database",
    })
    .refine((value) => value.startsWith("sqlite:") || URL.canParse(value), {
      error:
        "must look like postgres://user@host:5432/database; write special characters of a password as %XX, or put it into PGPASSWORD",
    })
    .refine((value) => !/^sqlite:(\/\/)?(:memory:|file:)|mode=memory/i.test(value), {
      error:
        "must name a file by its path, such as sqlite:./data/bridge.sqlite; what is only in memory would be gone with the process",
    })
    .default("sqlite:./data/bridge.sqlite"),
  PGPASSWORD: z.string().optional(),
  PGPASSFILE: z.string().optional(),
  HOST: z
    .string()
    .transform((value) => value.replace(/^\[(.*)\]$/, "$1"))
    .refine((value) => isIPv6(value) || /^[a-z\d._-]+$/i.test(value), {
      error: "must be an address or a name of this machine; the port goes into PORT",
    })
    .default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535, 3_000),
  PUBLIC_URL: url("the address under which Slack and Parley reach the bridge").optional(),
  LOG_LEVEL: choice(LOG_LEVELS, "info"),
};

/** Every variable that the bridge reads. `.env.example` documents each. */
export const VARIABLES = Object.keys(variables) as readonly VariableName[];

export type VariableName = keyof typeof variables;

/** Those that hold a secret, or may: each may stand in a file, which the name with `_FILE` behind it tells. */
export const SECRET_VARIABLES = [
  "SLACK_BOT_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_APP_TOKEN",
  "PARLEY_SHARED_SECRET",
  "PARLEY_CALLBACK_TOKEN",
  "BOT_EVENTS_SECRET",
  "STATE_URL",
  "PGPASSWORD",
] as const satisfies readonly VariableName[];
