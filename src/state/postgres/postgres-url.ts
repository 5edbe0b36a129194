import { readFileSync } from "node:fs";
import { type Secret, toSecret } from "../../config/secret.ts";
import { ConfigError } from "../../errors.ts";
import { readPassFile } from "./pass-file.ts";

/** Where a database is, and as whom it is used. */
export interface PostgresTarget {
  /** A name or an address; the folder of a Unix socket begins with `/`. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** For the next session: one that stands in a file is read again each time. */
  readonly password: () => Secret | undefined;
  readonly tls: Tls;
  /** What `options` of the address says, e.g. `-csearch_path=bridge`. */
  readonly options: string | undefined;
  readonly connectTimeoutMs: number;
}

/**
 * How a connection is protected, by the names of libpq and with their meaning:
 *
 * - `disable`: not at all.
 * - `prefer`, as without `sslmode`: TLS if the server has it, whoever it is.
 * - `require`: TLS, whoever the server is; with `sslrootcert` as `verify-ca`.
 * - `verify-ca`: TLS with a server whose certificate comes from an authority that is trusted.
 * - `verify-full`: and that is made out to the host of the address.
 *
 * Trusted are those in the file `sslrootcert`; without it, or with `sslrootcert=system`, those that Node trusts. libpq would
 * look for a file in the home folder instead. A Unix socket is never encrypted.
 */
export interface Tls {
  readonly mode: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** The certificates of the authorities, PEM. */
  readonly authorities: string | undefined;
  /** What the bridge proves itself with, PEM. */
  readonly certificate: string | undefined;
  readonly key: Secret | undefined;
}

/** What is not in the address. Both come from the environment, and both give way to what the address says. */
export interface PostgresLogin {
  readonly password?: string | undefined;
  /** A file as libpq knows it (`.pgpass`): lines `host:port:database:user:password`. */
  readonly passFile?: string | undefined;
}

const PARAMETERS = [
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "passfile",
  "host",
  "options",
  "connect_timeout",
];

const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

const DEFAULT_PORT = 5432;
const CONNECT_TIMEOUT_SECONDS = 5;
const EXAMPLE = "postgres://bridge@db.example.com/bridge?sslmode=verify-full";

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`.
 *
 * @throws {ConfigError} with no part of a password
 */
export function readPostgresUrl(stateUrl: string, login: PostgresLogin = {}): PostgresTarget {
  const url = URL.parse(stateUrl);
  if (!url) throw wrong(`must look like ${EXAMPLE}, with one host`);
  const given = url.searchParams;
  for (const name of given.keys()) {
    if (!PARAMETERS.includes(name)) throw wrong(`has a parameter ${name} that is not known`);
  }
  const database = decode(url.pathname.slice(1), "database");
  const user = decode(url.username, "user");
  if (user === "" || database === "") {
    throw wrong(`must name a user and a database, as ${EXAMPLE}`);
  }
  const host = (given.get("host") ?? decode(url.hostname, "host")).replace(/^\[(.*)\]$/, "$1");
  const where = {
    host: host === "" ? "127.0.0.1" : host,
    port: Number(url.port) || DEFAULT_PORT,
    database,
    user,
  };
  const password = decode(url.password, "password") || login.password;
  const secret = password ? toSecret(password) : undefined;
  return {
    ...where,
    password: secret
      ? () => secret
      : passwordOfFile(given.get("passfile") ?? login.passFile, where),
    tls: readTls(given, where.host),
    options: given.get("options") ?? undefined,
    connectTimeoutMs: readTimeout(given.get("connect_timeout")) * 1000,
  };
}

function readTls(given: URLSearchParams, host: string): Tls {
  const mode = MODES.find((name) => name === (given.get("sslmode") ?? "prefer"));
  if (!mode) throw wrong(`must have one of ${MODES.join(", ")} as sslmode`);
  const file = (name: string) => {
    const path = given.get(name);
    return path === null ? undefined : readText(path, name);
  };
  const authorities = given.get("sslrootcert") === "system" ? undefined : file("sslrootcert");
  const key = file("sslkey");
  return {
    mode: host.startsWith("/") ? "disable" : mode === "require" && authorities ? "verify-ca" : mode,
    authorities,
    certificate: file("sslcert"),
    key: key === undefined ? undefined : toSecret(key),
  };
}

function readTimeout(given: string | null): number {
  const seconds = Number(given ?? CONNECT_TIMEOUT_SECONDS);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 60) return seconds;
  throw wrong("must have a whole number of seconds from 1 to 60 as connect_timeout");
}

/** @throws {ConfigError} the file cannot be read now. While it cannot be read later, what stood there last counts */
function passwordOfFile(
  path: string | undefined,
  where: Pick<PostgresTarget, "host" | "port" | "database" | "user">,
): PostgresTarget["password"] {
  if (path === undefined || path === "") return () => undefined;
  const read = () => {
    const password = readPassFile(path, where);
    return password ? toSecret(password) : undefined;
  };
  let last = read();
  return () => {
    try {
      last = read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
    return last;
  };
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw wrong(`names a file as ${name} that cannot be read: ${path}`, { cause });
  }
}

function decode(part: string, name: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw wrong(`has a ${name} with a % that stands for nothing; write %25 for it`, { cause });
  }
}

const wrong = (problem: string, options?: ErrorOptions) =>
  new ConfigError([`STATE_URL ${problem}`], options);
