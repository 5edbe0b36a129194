import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { type ServiceId, toServiceId } from "../ids.ts";
import type { Language } from "../language.ts";
import { loadAnswers } from "./answers/load-answers.ts";
import { type BotEventsConfig, botEventsProblems, toBotEvents } from "./bot-events.ts";
import type { BridgeFile } from "./bridge-file/bridge-file-schema.ts";
import { needsFallbackChannel } from "./bridge-file/cross-checks.ts";
import { type FoundBridgeFile, findBridgeFile } from "./bridge-file/find-bridge-file.ts";
import { toTeams } from "./bridge-file/to-teams.ts";
import { NO_RULES, type UserTexts } from "./desk-rules.ts";
import { fileWarnings } from "./file-warnings.ts";
import type { QuickAnswer } from "./quick-answer.ts";
import { type Given, readGiven } from "./read-given.ts";
import { type Secret, toSecret } from "./secret.ts";
import { secretValues } from "./secret-rules.ts";
import { type StateLocation, toStateLocation } from "./state-location.ts";
import type { TeamConfig } from "./team-config.ts";
import {
  CHANNEL_ADVICE,
  type LogLevel,
  VARIABLES,
  type VariableName,
  variables,
} from "./variables.ts";

/** Everything that can be set, read once from the environment and from `bridge.yaml`. Times are in ms unless the name says otherwise. */
export interface Config {
  readonly teams: readonly [TeamConfig, ...TeamConfig[]];
  readonly slack: {
    readonly botToken: Secret;
    /** Two while one replaces the other; none only in Socket Mode. */
    readonly signingSecrets: readonly Secret[];
    /** Set: Socket Mode instead of HTTP. */
    readonly appToken: Secret | undefined;
    /** Base URL of the Web API, ends in `/api/`. */
    readonly apiUrl: string;
    readonly postsPerSecond: number;
    /** How long a socket may be silent on our pings before another is opened. */
    readonly pingTimeoutMs: number;
  };
  readonly parley: {
    readonly serviceId: ServiceId;
    readonly accountId: string;
    readonly sharedSecret: Secret;
    /** Two while one replaces the other. */
    readonly callbackTokens: readonly Secret[];
    /** Without a trailing slash. */
    readonly apiUrl: string;
    /** Where a User is handed back to; undefined: the account's default Service. */
    readonly botService: ServiceId | undefined;
    /** Path of "send a message"; `{userId}` is replaced. */
    readonly messagesPath: string;
    /** Path of media, up and down. */
    readonly mediaPath: string;
    /** Hosts besides the API's that a User's files may be fetched from, in lower case. */
    readonly mediaHosts: readonly string[];
    /** How an agent's identity travels on a message. */
    readonly agentFields: "object" | "object-without-id" | "flat" | "none";
    /** How a line break of an agent is written: a blank line in one client, or joined lines in another. */
    readonly lineBreak: "hard" | "soft";
    /** A longer reply is sent in several messages; in characters. */
    readonly messageLength: number;
    /** What happens to a User's first message when Parley does not say who owns the User. */
    readonly ownerUnknown: "deliver" | "ignore";
    /** What a 2xx to a message means that is not Parley's envelope. */
    readonly emptyAnswer: "uncertain" | "delivered";
    readonly connectTimeoutMs: number;
    readonly responseTimeoutMs: number;
  };
  /** Where the bot is told what becomes of its handovers; undefined: it is told nothing. */
  readonly botEvents: BotEventsConfig | undefined;
  /** What the team reads. */
  readonly language: Language;
  /** What Users are told in place of the bridge's own texts, and besides them. */
  readonly userTexts: UserTexts;
  /** Who Users see: each agent as in Slack, or as `aliases` say, or one identity for the whole team. */
  readonly identity: {
    readonly aliases: Readonly<Record<string, Identity>>;
    readonly team: Identity | undefined;
  };
  /** Whether Users see the names of those whom agents mention, or nothing in their place. */
  readonly mentions: "names" | "hide";
  /** Whether posts carry the User's name and a picture, which needs the scope chat:write.customize; `undefined`: where that is given. */
  readonly showUserIdentity: boolean | undefined;
  /** How long a User's message waits for others to share its post; 0: it is posted at once. */
  readonly groupMs: number;
  /** `send`: replies are sent to the User unless they are notes. `explicit`: only replies that begin with `>>` are. */
  readonly replyMode: "send" | "explicit";
  /** Whether restricted guests of the workspace may answer Users. */
  readonly guestsMayAnswer: boolean;
  /** How long a reply can be undone before it is sent; 0: it is sent at once. */
  readonly undoMs: number;
  /**
   * For how long something that fails is tried again before the bridge goes on without it. The pauses between attempts
   * count, and one that the other side asked for no more than one of our own would have taken; attempts do not, because
   * they wait for their turn. Only tests set it.
   */
  readonly patience: {
    /** Parley does not say who has the User. */
    readonly ownerMs: number;
    /** Parley does not take a hand-back. Then the agent decides, with the User still ours. */
    readonly handBackMs: number;
    /** Parley does not take a hand-back by the desk itself. Then people are told, with the User still ours. */
    readonly deskHandBackMs: number;
    /** The thread of a User who was merged into another does not open. */
    readonly openingMs: number;
    /** A User's file does not get into Slack. Then something else stands in its place. */
    readonly fileToSlackMs: number;
    /** Slack does not give out an agent's file yet. */
    readonly fileToParleyMs: number;
    /** A request is not found, whose sender ended: it may still be on its way. */
    readonly settleMs: number;
  };
  readonly retry: {
    /** The pause after the first failure; it doubles up to `capMs`. */
    readonly firstMs: number;
    readonly capMs: number;
    /** An item older than this becomes a dead letter at its next failure. */
    readonly maxAgeMs: number;
  };
  /** How often open threads and their owners are compared with Slack and Parley. */
  readonly reconcileIntervalMs: number;
  /** How long ended conversations and dead letters are kept. */
  readonly retentionDays: number;
  /** How long records of who did what are kept. */
  readonly auditDays: number;
  /** What agents can send with a few clicks. */
  readonly answers: readonly QuickAnswer[];
  /** A stop that takes longer than this ends at once. */
  readonly stopDeadlineMs: number;
  readonly state: StateLocation;
  readonly host: string;
  readonly port: number;
  /** Under which address others reach the bridge, without a slash at the end; only the doctor asks it. */
  readonly publicUrl: string | undefined;
  readonly logLevel: LogLevel;
}

/** Who a User sees. */
interface Identity {
  readonly name: string;
  /** https */
  readonly avatar?: string;
}

const environment = z.object(variables);

const botEvents = environment.pick({
  BOT_EVENTS_URL: true,
  BOT_EVENTS_SECRET: true,
  BOT_EVENTS_ALLOW_PRIVATE: true,
});

const SIGNING_SECRET_ADVICE =
  "is missing; in your app at api.slack.com/apps under Basic Information, App Credentials (or set SLACK_APP_TOKEN for Socket Mode)";

/** What the variables and the file say, and all that is wrong with them. */
export interface ExaminedConfig {
  /** Missing if anything is wrong. */
  readonly config?: Config;
  /** The file that was read; `undefined`: there is none. */
  readonly file: string | undefined;
  /** What is wrong with the variables, one line each. */
  readonly ofVariables: readonly string[];
  /** The same of the file, and of what it names. */
  readonly ofFile: readonly string[];
  /** What was said in vain, one line each. */
  readonly warnings: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read; `undefined`: there is none. */
  readonly file: string | undefined;
  /** What was said in vain, one line each. */
  readonly warnings: readonly string[];
}

/** How long records of who did what are kept where no file says it. */
const AUDIT_DAYS = 365;

/**
 * Reads the variables, and the file that CONFIG_FILE names, or else `fileIfThere`. Values never appear in what is wrong with
 * them.
 */
export function examineConfig(
  given: Given,
  { fileIfThere }: { readonly fileIfThere?: string } = {},
): ExaminedConfig {
  const { values } = given;
  const isGiven = (name: VariableName) => values[name] !== undefined || given.problems.has(name);
  const fallback = variables.SLACK_CHANNEL.safeParse(values.SLACK_CHANNEL).data;
  const found = findBridgeFile(values.CONFIG_FILE, fileIfThere, fallback);
  const isChannelNeeded =
    !found || (found.value !== undefined && needsFallbackChannel(found.value));
  const { answers, problems: answerProblems } = answersOf(found);
  const ofVariables = [
    ...VARIABLES.flatMap((name) => problemsOf(name, given)),
    ...(!isGiven("SLACK_APP_TOKEN") && !isGiven("SLACK_SIGNING_SECRET")
      ? [`SLACK_SIGNING_SECRET ${SIGNING_SECRET_ADVICE}`]
      : []),
    ...(values.SLACK_CHANNEL === undefined && isChannelNeeded
      ? [
          `SLACK_CHANNEL is missing; ${CHANNEL_ADVICE}${found ? `. Or name a channel for each team in ${found.name}` : ""}`,
        ]
      : []),
    ...botEventsProblems(
      given.problems.has("BOT_EVENTS_SECRET") ? undefined : botEvents.safeParse(values).data,
    ),
  ];
  const ofFile = [...(found?.problems ?? []), ...answerProblems];
  const isWell = ofVariables.length === 0 && ofFile.length === 0;
  return {
    ...(isWell && {
      config: {
        ...toConfig(environment.parse(values), found?.file, values.TEAM_LANGUAGE !== undefined),
        answers,
      },
    }),
    file: found?.name,
    ofVariables,
    ofFile,
    warnings: found?.file ? fileWarnings(found.file, found.name, values) : [],
  };
}

/**
 * Makes the configuration of what {@link examineConfig} reads.
 *
 * @throws {ConfigError} listing every problem of both at once
 */
export function loadConfig(
  given: Given,
  options: { readonly fileIfThere?: string } = {},
): LoadedConfig {
  const { config, file, ofVariables, ofFile, warnings } = examineConfig(given, options);
  if (!config) throw new ConfigError([...ofVariables, ...ofFile]);
  return { config, file, warnings };
}

/**
 * The teams alone, for tools that need nothing else of the configuration. A channel that only SLACK_CHANNEL can tell is empty where
 * that is not set.
 *
 * @throws {ConfigError} listing every problem of the file and of the two variables
 */
export function readTeams(
  env: Record<string, string | undefined>,
  { fileIfThere }: { readonly fileIfThere?: string } = {},
): Config["teams"] {
  const given = readGiven(env, ["SLACK_CHANNEL", "CONFIG_FILE"]);
  const { SLACK_CHANNEL: channel, CONFIG_FILE: named } = given.values;
  const found = findBridgeFile(named, fileIfThere, channel);
  const problems = [...problemsOf("SLACK_CHANNEL", given), ...(found?.problems ?? [])];
  if (problems.length > 0) throw new ConfigError(problems);
  return found?.file ? toTeams(found.file, channel ?? "") : [teamWithoutFile(channel ?? "")];
}

/** As {@link loadConfig}, without the warnings, and without a file that nobody names. */
export const readConfig = (env: Record<string, string | undefined>): Config =>
  loadConfig(readGiven(env)).config;

/** The answers of the folder that the file names. A path that is not absolute begins where the file is. */
function answersOf(found: FoundBridgeFile | undefined): ReturnType<typeof loadAnswers> {
  const folder = found?.file?.answers;
  if (!found || folder === undefined) return { answers: [], problems: [] };
  return loadAnswers(isAbsolute(folder) ? folder : join(dirname(found.name), folder));
}

const teamWithoutFile = (channel: string): TeamConfig => ({
  name: "Support",
  channel,
  when: undefined,
  agents: "workspace",
  leads: undefined,
  allowShared: true,
  rules: NO_RULES,
});

function toConfig(
  value: z.output<typeof environment>,
  file: BridgeFile | undefined,
  isLanguageSet: boolean,
): Omit<Config, "answers"> {
  // Missing only where every team names its own.
  const channel = value.SLACK_CHANNEL ?? "";
  return {
    teams: file ? toTeams(file, channel) : [teamWithoutFile(channel)],
    slack: {
      botToken: toSecret(value.SLACK_BOT_TOKEN),
      signingSecrets: secretValues(value.SLACK_SIGNING_SECRET ?? "").map(toSecret),
      appToken: value.SLACK_APP_TOKEN ? toSecret(value.SLACK_APP_TOKEN) : undefined,
      apiUrl: value.SLACK_API_URL,
      postsPerSecond: value.SLACK_POSTS_PER_SECOND,
      pingTimeoutMs: value.SLACK_PING_TIMEOUT_MS,
    },
    parley: {
      serviceId: toServiceId(value.PARLEY_SERVICE_IDENTIFICATION),
      accountId: value.PARLEY_ACCOUNT_IDENTIFICATION,
      sharedSecret: toSecret(value.PARLEY_SHARED_SECRET),
      callbackTokens: secretValues(value.PARLEY_CALLBACK_TOKEN).map(toSecret),
      apiUrl: value.PARLEY_API_URL.replace(/\/+$/, ""),
      botService: value.PARLEY_BOT_SERVICE ? toServiceId(value.PARLEY_BOT_SERVICE) : undefined,
      messagesPath: value.PARLEY_MESSAGES_PATH,
      mediaPath: value.PARLEY_MEDIA_PATH,
      mediaHosts: value.PARLEY_MEDIA_HOSTS ?? [],
      agentFields: value.PARLEY_AGENT_FIELDS,
      lineBreak: value.PARLEY_LINE_BREAK,
      messageLength: value.PARLEY_MESSAGE_LENGTH,
      ownerUnknown: value.PARLEY_OWNER_UNKNOWN,
      emptyAnswer: value.PARLEY_EMPTY_ANSWER,
      connectTimeoutMs: value.PARLEY_CONNECT_TIMEOUT_MS,
      responseTimeoutMs: value.PARLEY_RESPONSE_TIMEOUT_MS,
    },
    botEvents: toBotEvents(value),
    language: (isLanguageSet ? undefined : file?.language) ?? value.TEAM_LANGUAGE,
    userTexts: file?.texts ?? {},
    identity: { aliases: value.AGENT_ALIASES ?? {}, team: value.TEAM_IDENTITY },
    mentions: value.MENTIONS,
    showUserIdentity: value.SHOW_USER_IDENTITY,
    groupMs: value.GROUP_SECONDS * 1000,
    replyMode: value.REPLY_MODE,
    guestsMayAnswer: value.GUESTS_MAY_ANSWER,
    undoMs: value.UNDO_SECONDS * 1000,
    patience: {
      ownerMs: 2_000,
      handBackMs: 1_000,
      deskHandBackMs: 60_000,
      openingMs: 5_000,
      fileToSlackMs: 10_000,
      fileToParleyMs: 20_000,
      settleMs: 2_000,
    },
    retry: {
      firstMs: value.RETRY_FIRST_MS,
      capMs: value.RETRY_CAP_MS,
      maxAgeMs: value.RETRY_MAX_AGE_MS,
    },
    reconcileIntervalMs: value.REPAIR_INTERVAL_MS,
    retentionDays: value.RETENTION_DAYS,
    auditDays: file?.["audit-days"] ?? AUDIT_DAYS,
    stopDeadlineMs: value.STOP_DEADLINE_SECONDS * 1000,
    state: toStateLocation(value.STATE_URL, {
      password: value.PGPASSWORD,
      passwordFile: value.PGPASSFILE,
    }),
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL?.replace(/\/+$/, ""),
    logLevel: value.LOG_LEVEL,
  };
}

/**
 * Where the state is; for tools that need nothing else of the configuration.
 *
 * @throws {ConfigError}
 */
export function readStateLocation(env: Record<string, string | undefined>): StateLocation {
  const given = readGiven(env, STATE_VARIABLES);
  const problems = STATE_VARIABLES.flatMap((name) => problemsOf(name, given));
  if (problems.length > 0) throw new ConfigError(problems);
  const { STATE_URL: url, PGPASSWORD: password, PGPASSFILE: passwordFile } = given.values;
  return toStateLocation(variables.STATE_URL.parse(url), { password, passwordFile });
}

const STATE_VARIABLES = ["STATE_URL", "PGPASSWORD", "PGPASSFILE"] as const;

function problemsOf(name: VariableName, { values, problems }: Given): string[] {
  const problem = problems.get(name);
  if (problem !== undefined) return [problem];
  const result = variables[name].safeParse(values[name]);
  return result.success ? [] : result.error.issues.map(({ message }) => `${name} ${message}`);
}
