import { execFile } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { it, onTestFinished } from "vitest";
import {
  isAlarm,
  makeSecretsFolder,
  startWithSecrets,
  untilLogged,
} from "../support/changing-secrets.ts";
import { findUser } from "../support/kept-process.ts";
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { createDatabase, describePostgres, endSessions, query } from "../support/postgres.ts";
import { QUICK, startPostgresServer } from "../support/postgres-server.ts";

/** A role of the server with a password, and a database of its own. */
async function startSecured() {
  const folder = makeSecretsFolder();
  const hba = join(folder, "pg_hba.conf");
  writeFileSync(hba, "host all secured all scram-sha-256\nhost all bench all trust\n");
  const user = await findUser();
  if (user) for (const path of [folder, hba]) chownSync(path, user.uid, user.gid);
  const server = await startPostgresServer({ ...QUICK, hba_file: hba });
  onTestFinished(() => server.stop());
  await query(server.url, "CREATE ROLE secured LOGIN PASSWORD 'old one'");
  const admin = await createDatabase(server.url);
  await query(admin, "GRANT CREATE ON SCHEMA public TO secured");
  return {
    admin,
    url: Object.assign(new URL(admin), { username: "secured" }).href,
    changePassword: () => query(admin, "ALTER ROLE secured PASSWORD 'new one'"),
  };
}

/** Some start four processes and a server. */
const BUSY = { timeout: 180_000 };

describePostgres(
  "no message is lost or doubled at two replicas while the password changes",
  BUSY,
  () => {
    it("in the file of passwords, which each session reads anew, without a restart", async () => {
      const { admin, url, changePassword } = await startSecured();
      const file = join(makeSecretsFolder(), "pgpass");
      const putPassword = (password: string) =>
        writeFileSync(file, `*:*:*:secured:${password}\n`, { mode: 0o600 });
      putPassword("old one");
      const env = { STATE_URL: url, PGPASSFILE: file };
      const { bridges, traffic } = await startWithSecrets({ count: 2, names: [], env });

      await changePassword();
      await traffic.more();
      await endSessions(admin, "main", "side", "pace");
      await untilLogged(bridges, isAlarm("store"));
      putPassword("new one");

      await traffic.more();
      await traffic.arrives();
    });

    it.skipIf(!hasPgBouncer)("of PgBouncer too, which is told to read its users anew", async () => {
      const { admin, url, changePassword } = await startSecured();
      const folder = makeSecretsFolder();
      const [file, users] = [join(folder, "pgpass"), join(folder, "users")];
      const putPassword = (password: string) =>
        writeFileSync(file, `*:*:*:secured:${password}\n`, { mode: 0o600 });
      putPassword("old one");
      const user = await findUser();
      if (user) chownSync(folder, user.uid, user.gid);
      const withPassword = Object.assign(new URL(url), { password: "old one" }).href;
      const through = await startPgBouncer(withPassword, "session", {
        auth_type: "scram-sha-256",
        auth_file: users,
        admin_users: "secured",
      });
      const console = Object.assign(new URL(through), { pathname: "/pgbouncer" }).href;
      const env = { STATE_URL: Object.assign(new URL(through), { password: "" }).href };
      const { traffic } = await startWithSecrets({
        count: 2,
        names: [],
        env: { ...env, PGPASSFILE: file },
      });

      await changePassword();
      await traffic.more();
      putPassword("new one");
      writeFileSync(users, '"secured" "new one"\n');
      await promisify(execFile)("psql", [console, "-c", "RELOAD"]);
      await endSessions(admin, "main", "side", "pace");

      await traffic.more();
      await traffic.arrives();
    });

    it("in the environment, which a restart reads", async () => {
      const name = "PGPASSWORD";
      const { url, changePassword } = await startSecured();
      const env = { STATE_URL: url, PGPASSWORD: "old one" };
      const { bridges, traffic, put } = await startWithSecrets({ count: 2, names: [name], env });

      await changePassword();
      await traffic.more();
      put(name, "new one");
      await bridges.restart();

      await traffic.more();
      await traffic.arrives();
    });
  },
);
