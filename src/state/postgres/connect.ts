import { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, types } from "pg";
import { codeOf } from "./postgres-fault.ts";
import type { PostgresTarget, Tls } from "./postgres-url.ts";
import { CHECK_CONNECTION, type SessionKind, settingsOf } from "./session-settings.ts";

/** A connection with a session of the server at its other end. */
export interface Connection {
  readonly client: Client;
  /**
   * What `ask` sends leaves in one go. Whoever is frozen in the middle of a transaction holds its locks for seconds, so there should be
   * as few moments for that as possible.
   */
  together<Result>(ask: () => Result): Result;
  /** Ends the connection at once, whatever is under way. */
  destroy(): void;
}

/** What a session is for; `check` is one of the start. */
type Purpose = SessionKind | "check";

/**
 * Connects, without settings. Fails when `signal` is aborted before that is done.
 *
 * @throws what the client throws, see `codeOf`
 */
export async function connect(
  target: PostgresTarget,
  purpose: Purpose,
  signal?: AbortSignal,
): Promise<Connection> {
  const { tls } = target;
  const connectWith = (ssl: ConnectionOptions | false) => connectOnce(target, purpose, ssl, signal);
  if (tls.mode === "disable") return await connectWith(false);
  try {
    return await connectWith(tlsOf(tls));
  } catch (error) {
    if (tls.mode !== "prefer" || codeOf(error) !== "NO_TLS") throw error;
    return await connectWith(false);
  }
}

/**
 * Connects, and sets what sessions of this kind need. Fails when `signal` is aborted before that is done.
 *
 * @throws what the client throws, see `codeOf`; `25006` if nothing can be written there
 */
export async function connectSession(
  target: PostgresTarget,
  kind: SessionKind,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await connect(target, kind, signal);
  const { destroy } = connection;
  const late = setTimeout(destroy, target.connectTimeoutMs);
  signal.addEventListener("abort", destroy);
  try {
    await setUp(connection.client, kind);
    return connection;
  } catch (error) {
    destroy();
    throw error;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", destroy);
  }
}

async function setUp(client: Client, kind: SessionKind): Promise<void> {
  const settings = Object.entries(settingsOf(kind));
  const calls = settings.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, false)`);
  await client.query(`SELECT ${calls.join(", ")}`, settings.flat());
  await client.query(CHECK_CONNECTION).catch((error: unknown) => {
    if (codeOf(error) !== "22023") throw error;
  });
  // What is set to be stronger stays so.
  await client.query(
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
  );
  const { rows } = await client.query<{ readonly: string }>(
    "SELECT current_setting('transaction_read_only') AS readonly",
  );
  if (rows[0]?.readonly === "on") {
    throw Object.assign(new Error("the server can only be read"), { code: "25006" });
  }
}

async function connectOnce(
  { host, port, user, database, password, options, connectTimeoutMs }: PostgresTarget,
  purpose: Purpose,
  ssl: ConnectionOptions | false,
  signal?: AbortSignal,
): Promise<Connection> {
  const socket = new Socket();
  const config: ClientConfig = {
    host,
    port,
    user,
    database,
    // A function, also without a password: else the client would look for one by itself.
    password: () => password()?.reveal() ?? "",
    ssl,
    application_name: applicationName(purpose),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
    stream: () => socket,
    types: { getTypeParser },
    ...(options !== undefined && { options }),
  };
  const client = new Client(config);
  const destroy = () => {
    socket.destroy();
  };
  signal?.addEventListener("abort", destroy);
  // Until somebody else listens, and after that nobody minds.
  client.on("error", () => {});
  try {
    await client.connect();
    signal?.throwIfAborted();
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", destroy);
  }
  return { client, destroy, together: (ask) => together(streamOf(client) ?? socket, ask) };
}

function together<Result>(stream: Writable, ask: () => Result): Result {
  stream.cork();
  try {
    return ask();
  } finally {
    stream.uncork();
  }
}

/** With TLS it is another than the socket. The client does not promise to have it. */
const streamOf = (client: { connection?: { stream?: Writable } }): Writable | undefined =>
  client.connection?.stream;

/** By which an administrator, and other replicas, know the bridge's sessions. */
export const applicationName = (purpose: Purpose): string => `parley-slack-bridge ${purpose}`;

const KEEP_ALIVE_MS = 2_000;

function tlsOf({ mode, authorities, certificate, key }: Tls): ConnectionOptions {
  return {
    rejectUnauthorized: mode === "verify-ca" || mode === "verify-full",
    ...(mode === "verify-ca" && { checkServerIdentity: () => undefined }),
    ...(authorities !== undefined && { ca: authorities }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key && { key: key.reveal() }),
  };
}

/** Numbers that are larger than 2 ** 53 do not occur. */
const getTypeParser: typeof types.getTypeParser = (id: number, format?: "text" | "binary") =>
  id === types.builtins.INT8 ? Number : types.getTypeParser(id, format as "text");
