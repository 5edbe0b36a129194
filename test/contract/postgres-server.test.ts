import { execFile } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { StorageError } from "../../src/errors.ts";
import { openPostgres, type PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import type { PostgresLogin } from "../../src/state/postgres/postgres-url.ts";
import { captureLog } from "../support/captured-log.ts";
import { findUser } from "../support/kept-process.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createDatabase, describePostgres, query } from "../support/postgres.ts";
import { type PostgresServer, QUICK, startPostgresServer } from "../support/postgres-server.ts";

let server: PostgresServer;
let folder: string;
const authorities = () => join(folder, "server.crt");

/** A server that admits one role only with a password, another only over TLS, and one without. */
async function startServer(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "postgres-logins-"));
  const key = join(folder, "server.key");
  await promisify(execFile)("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(" "),
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ...["-keyout", key, "-out", authorities()],
  ]);
  const hba = join(folder, "pg_hba.conf");
  writeFileSync(
    hba,
    `host all secured all scram-sha-256
hostssl all encrypted all trust
hostnossl all encrypted all reject
hostnossl all plain all trust
hostssl all plain all reject
host all bench all trust
`,
  );
  const user = await findUser();
  if (user) for (const path of [folder, key, hba]) chownSync(path, user.uid, user.gid);
  server = await startPostgresServer({
    ...QUICK,
    hba_file: hba,
    ssl: "on",
    ssl_cert_file: authorities(),
    ssl_key_file: key,
  });
  await query(server.url, "CREATE ROLE secured SUPERUSER LOGIN PASSWORD 'right one'");
  await query(server.url, "CREATE ROLE encrypted SUPERUSER LOGIN");
  await query(server.url, "CREATE ROLE plain SUPERUSER LOGIN");
}

/** An address of a new database, with these changes. */
async function urlWith(changes: Partial<URL>, parameters = ""): Promise<string> {
  return `${Object.assign(new URL(await createDatabase(server.url)), changes).href}${parameters}`;
}

const opens = async (url: string, login: PostgresLogin = {}): Promise<void> => {
  const database = await openReplica(url, login);
  await database.probe();
};

async function failureAt(url: string, login: PostgresLogin = {}): Promise<StorageError> {
  const error = await openPostgres(url, { access: "own", ...login }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

const isTrue = (promise: Promise<unknown>) =>
  promise.then(
    () => true,
    () => false,
  );

describePostgres("a PostgreSQL server", () => {
  beforeAll(startServer);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it("asks for a password, which comes from the address, the environment or a file", async () => {
    await opens(await urlWith({ username: "secured", password: "right%20one" }));
    const url = await urlWith({ username: "secured" });
    await opens(url, { password: "right one" });
    const passFile = join(folder, "passwords");
    writeFileSync(passFile, "*:*:*:secured:right one\n", { mode: 0o600 });
    await opens(url, { passFile });
  });

  it("refuses a wrong password or none, and nobody gets to see it", async () => {
    const wrong = await failureAt(await urlWith({ username: "secured", password: "wrong-one" }));
    expect(wrong.message).toContain("does not accept the password of secured (28P01)");
    expect(wrong.canPass).toBe(false);
    expect(`${wrong.stack} ${String(wrong.cause)}`).not.toContain("wrong-one");
    const none = await failureAt(await urlWith({ username: "secured" }));
    expect(none.message).toContain("asks for a password of secured, and there is none");
    expect(none.canPass).toBe(false);
  });

  it("is asked over TLS as sslmode says, and how it proves who it is is looked at", async () => {
    const encrypted = (parameters: string, hostname = "localhost") =>
      urlWith({ username: "encrypted", hostname }, parameters);
    const trusted = `sslrootcert=${authorities()}`;
    await opens(await encrypted(""));
    await opens(await encrypted("?sslmode=require"));
    await opens(await encrypted(`?sslmode=require&${trusted}`));
    await opens(await encrypted(`?sslmode=verify-ca&${trusted}`, "127.0.0.1"));
    await opens(await encrypted(`?sslmode=verify-full&${trusted}`));

    for (const parameters of ["?sslmode=verify-ca", "?sslmode=verify-full"]) {
      const stranger = await failureAt(await encrypted(parameters));
      expect(stranger.message).toContain("the certificate of PostgreSQL at localhost");
      expect(stranger.canPass).toBe(false);
    }
    const other = await failureAt(await encrypted(`?sslmode=verify-full&${trusted}`, "127.0.0.1"));
    expect(other.message).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    const open = await failureAt(await encrypted("?sslmode=disable"));
    expect(open.message).toContain("does not let encrypted in (28000)");
    await opens(await urlWith({ username: "plain" }, "?sslmode=disable"));
  });

  it("that has no TLS is asked without by sslmode=prefer only", async () => {
    const url = await createDatabase();
    await opens(`${url}?sslmode=prefer`);
    const error = await failureAt(`${url}?sslmode=require`);
    expect(error.message).toContain("has no TLS, and sslmode in STATE_URL asks for it");
    expect(error.canPass).toBe(false);
  });

  it.each(["fast", "immediate"] as const)("that is restarted (%s) is used again", async (how) => {
    const alarms = createAlarms(captureLog());
    const database = await openReplica(await urlWith({}), { alarms });
    const session = database.session();
    await database.write(remember("before"));
    await server.halt(how);
    await expect.poll(() => session.signal.aborted).toBe(true);
    await expect(database.read("SELECT 1")).rejects.toThrow(StorageError);
    await expect.poll(() => alarms.current().map(({ name }) => name)).toEqual(["store"]);
    await server.start();
    await expect.poll(() => isTrue(database.probe())).toBe(true);
    await expect.poll(() => isTrue(database.side.read("SELECT 1"))).toBe(true);
    await expect.poll(() => alarms.current()).toEqual([]);
    await database.inNameOf(session, async () => {
      await expect(database.write(remember("late"))).rejects.toThrow(StorageError);
    });
    expect(await keysIn(database)).toEqual(["before"]);
  });

  it("that can only be read any more raises the alarm, until it can be written again", async () => {
    const alarms = createAlarms(captureLog());
    const database = await openReplica(await urlWith({}), { alarms });
    await database.write(remember("before"));
    const setReadOnly = async (value: "on" | "off") => {
      await query(
        server.url.replace("/postgres", "/postgres?options=-cdefault_transaction_read_only%3Doff"),
        `ALTER SYSTEM SET default_transaction_read_only = ${value}`,
      );
      await query(server.url, "SELECT pg_reload_conf()");
    };
    await setReadOnly("on");
    await expect.poll(() => isTrue(database.probe())).toBe(false);
    expect(alarms.current()[0]?.advice).toContain("can only be read (25006)");
    // What is asked together with it is still answered.
    const [written, keys] = await Promise.allSettled([
      database.write(remember("late")),
      keysIn(database),
    ]);
    expect(written.status).toBe("rejected");
    expect(keys).toEqual({ status: "fulfilled", value: ["before"] });
    await setReadOnly("off");
    await expect.poll(() => isTrue(database.probe())).toBe(true);
    expect(alarms.current()).toEqual([]);
  });
});

const remember = (key: string) => ({
  sql: "INSERT INTO remembered (key, value) VALUES ($1, '')",
  values: [key],
});

const keysIn = async (database: PostgresDatabase) =>
  (await database.read<{ key: string }>("SELECT key FROM remembered")).map(({ key }) => key);
