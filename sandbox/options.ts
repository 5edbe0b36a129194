import { parseArgs } from "node:util";
import { LANGUAGES, type Language } from "../src/language.ts";

export interface SandboxOptions {
  /** Of the page; 0 for a free one. The others are given the same way. */
  readonly port: number;
  readonly parleyPort: number;
  readonly slackPort: number;
  readonly bridgePort: number;
  /** Undefined: a temporary folder that is removed at the end. */
  readonly state: string | undefined;
  /** Of PostgreSQL, for the bridge's state. Undefined: a file in the folder. */
  readonly database: string | undefined;
  /** How many equal bridges share the database. */
  readonly replicas: number;
  readonly socketMode: boolean;
  /** What the team reads. */
  readonly language: Language;
  /** Starts with trouble switched on. */
  readonly faults: boolean;
  /** Print the URLs as one JSON line. */
  readonly json: boolean;
}

export const USAGE = `Usage: npm run sandbox -- [options]

Starts a local Parley with a bot, a local Slack and the bridge between them, on loopback only.

  --port N           port of the page (default: a free one)
  --parley-port N    port of the local Parley
  --slack-port N     port of the local Slack
  --bridge-port N    port of the bridge
  --state DIR        keep the state in DIR and go on from there (default: a temporary folder)
  --database URL     keep the bridge's state in this database, postgres://USER:PASSWORD@HOST/NAME
  --replicas N       start N equal bridges on that database, 1 to 8 (default: 1)
  --socket-mode      let the bridge use Socket Mode instead of HTTP
  --language CODE    what the team reads in Slack: en, nl or de (default: en)
  --faults           start with trouble switched on: rate limit, lost and slow answers
  --json             print the URLs as one JSON line
  --help             print this
`;

/** Arguments that make no sense; the message says which and why. */
export class UsageError extends Error {}

/**
 * Reads the command line; null when only help was asked for.
 *
 * @throws {UsageError}
 */
export function readOptions(args: readonly string[]): SandboxOptions | null {
  const values = parse(args);
  if (values.help) return null;
  if (values.replicas !== undefined && values.database === undefined) {
    throw new UsageError("--replicas needs --database: only PostgreSQL is shared by several");
  }
  return {
    port: toPort("--port", values.port),
    parleyPort: toPort("--parley-port", values["parley-port"]),
    slackPort: toPort("--slack-port", values["slack-port"]),
    bridgePort: toPort("--bridge-port", values["bridge-port"]),
    state: values.state,
    database: toDatabase(values.database),
    replicas: toReplicas(values.replicas),
    socketMode: values["socket-mode"] ?? false,
    language: toLanguage(values.language),
    faults: values.faults ?? false,
    json: values.json ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        "parley-port": { type: "string" },
        "slack-port": { type: "string" },
        "bridge-port": { type: "string" },
        state: { type: "string" },
        database: { type: "string" },
        replicas: { type: "string" },
        "socket-mode": { type: "boolean" },
        language: { type: "string" },
        faults: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    // Node's own words name the argument: "Unknown option '--x'", "Option '--port <value>' argument missing".
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function toPort(name: string, value: string | undefined): number {
  if (value === undefined) return 0;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`${name} must be a number from 0 to 65535, not '${value}'`);
}

function toDatabase(value: string | undefined): string | undefined {
  if (value === undefined || /^postgres(ql)?:\/\//.test(value)) return value;
  // Not as it was given: it may hold a password.
  throw new UsageError("--database must begin with postgres://");
}

function toReplicas(value = "1"): number {
  if (/^[1-8]$/.test(value)) return Number(value);
  throw new UsageError(`--replicas must be a number from 1 to 8, not '${value}'`);
}

function toLanguage(value = "en"): Language {
  const language = LANGUAGES.find((code) => code === value);
  if (language) return language;
  throw new UsageError(`--language must be one of ${LANGUAGES.join(", ")}, not '${value}'`);
}
