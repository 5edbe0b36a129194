import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { readPostgresUrl } from "../../src/state/postgres/postgres-url.ts";

function writeFile(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), "postgres-url-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const passwordOf = (...given: Parameters<typeof readPostgresUrl>) =>
  readPostgresUrl(...given)
    .password()
    ?.reveal();

describe("readPostgresUrl", () => {
  it("reads where the database is", () => {
    expect(readPostgresUrl("postgres://bridge@db.example.com/desk")).toMatchObject({
      host: "db.example.com",
      port: 5432,
      user: "bridge",
      database: "desk",
      tls: { mode: "prefer" },
    });
    expect(passwordOf("postgres://bridge@db.example.com/desk")).toBeUndefined();
    expect(readPostgresUrl("postgresql://a%40b:c@[::1]:6000/d%2Fe")).toMatchObject({
      host: "::1",
      port: 6000,
      user: "a@b",
      database: "d/e",
    });
  });

  it("reads the folder of a socket, which is never encrypted", () => {
    const socket = { host: "/run/postgresql", tls: { mode: "disable" } };
    for (const url of [
      "postgres://bridge@%2Frun%2Fpostgresql/desk?sslmode=require",
      "postgres://bridge@localhost/desk?host=/run/postgresql&sslmode=require",
    ]) {
      expect(readPostgresUrl(url)).toMatchObject(socket);
    }
  });

  it.each(["disable", "prefer", "require", "verify-ca", "verify-full"])(
    "knows sslmode=%s",
    (mode) => {
      expect(readPostgresUrl(`postgres://u@h/d?sslmode=${mode}`).tls.mode).toBe(mode);
    },
  );

  it("checks the server against the authorities of a file, also with sslmode=require", () => {
    const path = writeFile("authorities");
    const { tls } = readPostgresUrl(`postgres://u@h/d?sslmode=require&sslrootcert=${path}`);
    expect(tls).toMatchObject({ mode: "verify-ca", authorities: "authorities" });
    expect(
      readPostgresUrl("postgres://u@h/d?sslmode=verify-full&sslrootcert=system").tls,
    ).toMatchObject({ mode: "verify-full", authorities: undefined });
  });

  it("takes the password of the address before the environment's, and that before a file's", () => {
    const passFile = writeFile("h:5432:d:u:from file\n");
    const login = { password: "from environment", passFile };
    expect(passwordOf("postgres://u:from%20address@h/d", login)).toBe("from address");
    expect(passwordOf("postgres://u@h/d", login)).toBe("from environment");
    expect(passwordOf("postgres://u@h/d", { passFile })).toBe("from file");
    expect(passwordOf(`postgres://u@h/d?passfile=${passFile}`)).toBe("from file");
  });

  it("reads a file of passwords again for each session, and goes by the last one while it cannot", () => {
    const passFile = writeFile("*:*:*:*:old");
    const { password } = readPostgresUrl("postgres://u@h/d", { passFile });
    expect(password()?.reveal()).toBe("old");
    writeFileSync(passFile, "*:*:*:*:new");
    expect(password()?.reveal()).toBe("new");
    rmSync(passFile);
    expect(password()?.reveal()).toBe("new");
  });

  it("reads a file of passwords as libpq does", () => {
    const passFile = writeFile(
      String.raw`# h:5432:d:u:comment
other:*:*:*:other host
h:5432:d:u\:v:colon\:and\\backslash
localhost:*:*:*:socket
*:*:*:u:any
`.replaceAll("\n", "\r\n"),
    );
    expect(passwordOf("postgres://u%3Av@h/d", { passFile })).toBe(String.raw`colon:and\backslash`);
    expect(passwordOf("postgres://u@h/d", { passFile })).toBe("any");
    expect(passwordOf("postgres://x@%2Frun/d", { passFile })).toBe("socket");
    expect(passwordOf("postgres://x@h/d", { passFile })).toBeUndefined();
  });

  it.each([
    ["no address", "postgres//", "must look like"],
    ["several hosts with ports", "postgres://u@a:1,b:2/d", "must look like"],
    ["no user", "postgres://h/d", "must name a user and a database"],
    ["no database", "postgres://u@h", "must name a user and a database"],
    ["an unknown parameter", "postgres://u@h/d?target_session_attrs=any", "target_session_attrs"],
    ["an unknown sslmode", "postgres://u@h/d?sslmode=allow", "as sslmode"],
    ["a file that is missing", "postgres://u@h/d?sslrootcert=/none", "cannot be read: /none"],
    ["a strange time", "postgres://u@h/d?connect_timeout=0", "connect_timeout"],
    ["a password that is not encoded", "postgres://u:secret%word@h/d", "write %25"],
  ])("refuses %s", (_, url, words) => {
    let error: unknown;
    try {
      readPostgresUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toContain(words);
    expect(inspect(error, { depth: 9 })).not.toContain("secret");
  });

  it("refuses a file of passwords that others may read", () => {
    const passFile = writeFile("*:*:*:*:secret", 0o644);
    expect(() => readPostgresUrl("postgres://u@h/d", { passFile })).toThrow("chmod 600");
    expect(() => readPostgresUrl("postgres://u@h/d", { passFile: "/none" })).toThrow(
      "cannot be read",
    );
  });

  it("shows no password", () => {
    const shown = inspect(readPostgresUrl("postgres://u:secret@h/d"), { depth: 9 });
    expect(shown).not.toContain("secret");
  });
});
