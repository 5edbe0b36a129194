import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { findPostgres, QUICK, startPostgresServer } from "../support/postgres-server.ts";
import { writeSecret } from "../support/write-secret.ts";

const FOLDER = join(import.meta.dirname, "../../examples/postgres");
const PASSWORD = 'it\'s "secret" $HOME \\';

const programs = findPostgres();

it.skipIf(!programs)(
  "makes a role that stores in a schema of its own, with the password of a file",
  async () => {
    const server = await startPostgresServer(QUICK);
    onTestFinished(() => server.stop());
    const { port, username, hostname } = new URL(server.url);
    // In the image of PostgreSQL the other file lies in the root.
    const script = readFileSync(join(FOLDER, "create-role.sh"), "utf8");
    const here = script.replace("/create-role.sql", join(FOLDER, "create-role.sql"));

    await promisify(execFile)("sh", ["-c", here], {
      env: {
        PATH: `${programs}${delimiter}${process.env.PATH ?? ""}`,
        PGHOST: hostname,
        PGPORT: port,
        PGDATABASE: "postgres",
        POSTGRES_USER: username,
        BRIDGE_DB_PASSWORD_FILE: writeSecret(`${PASSWORD}\n`),
      },
    });

    const role = "parley_bridge";
    const login = { host: hostname, port: Number(port), user: role, database: role };
    const client = new pg.Client({ ...login, password: PASSWORD });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query("CREATE TABLE probe ()");
    const { rows } = await client.query(
      "SELECT schemaname FROM pg_tables WHERE tablename = 'probe'",
    );
    expect(rows).toEqual([{ schemaname: "bridge" }]);
    await expect(client.query("CREATE TABLE public.probe ()")).rejects.toThrow("permission denied");
  },
);
