import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { startWorld } from "../support/world.ts";
import { writeSecret } from "../support/write-secret.ts";

it("exits with 66 where there is no state, and makes none", async () => {
  const { env } = await startWorld({ stopped: true });
  const file = join(env.STATE_URL?.slice("sqlite:".length) ?? "", "../elsewhere/bridge.sqlite");

  for (const _ of ["first", "second"]) {
    const { code, lines } = await runDeadLetters({ STATE_URL: `sqlite:${file}` }, "list");
    expect(code).toBe(66);
    expect(lines).toEqual([expect.stringContaining("There is no state")]);
  }
});

it("finds the state by a file, and needs no other secret", async () => {
  const { env } = await startWorld();
  const path = writeSecret(`${env.STATE_URL ?? ""}\n`);
  const args = ["dead-letters", "list"];

  const listed = await runToEnd({ STATE_URL_FILE: path, SLACK_BOT_TOKEN_FILE: "/none" }, ...args);
  const missed = await runToEnd({ STATE_URL_FILE: "/none" }, ...args);

  expect([listed.code, listed.stdout, listed.stderr]).toEqual([0, "0 dead letters\n", ""]);
  expect(missed.code).toBe(78);
  expect(missed.stderr).toBe("STATE_URL_FILE is /none, which must be a file that is there\n");
});

it("exits with 78 and one line of advice for a state that it cannot read", async () => {
  const { env } = await startWorld({ stopped: true });
  const file = env.STATE_URL?.slice("sqlite:".length) ?? "";
  const earlier = `${file}-of-0.2.0`;
  await writeFile(file, "no database ".repeat(100));
  await copyFile(join(import.meta.dirname, "../fixtures/state/0.2.0.sqlite"), earlier);

  const other = await runDeadLetters({ STATE_URL: "mysql://localhost/bridge" }, "list");
  const damaged = await runDeadLetters(env, "list");
  const old = await runDeadLetters({ STATE_URL: `sqlite:${earlier}` }, "list");

  expect([other.code, damaged.code, old.code]).toEqual([78, 78, 78]);
  expect(other.stderr).toMatch(/^STATE_URL must look like sqlite:.*\n$/);
  expect(damaged.stderr).toMatch(/^SQLite: .* is damaged or no database .*\n$/);
  expect(old.stderr).toMatch(/^\S+-of-0\.2\.0 was written by an earlier version .*\n$/);
});
