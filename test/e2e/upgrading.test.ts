import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { STATE_VERSION } from "../../src/state/sqlite/state-version.ts";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { type EarlierWorld, putBack } from "../support/earlier-world.ts";
import { createDatabase, describePostgres, query } from "../support/postgres.ts";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { textsIn } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

const STOPPED = join(import.meta.dirname, "../fixtures/stopped");

/** A copy of the file that this version left. */
async function copyOf(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-stopped-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "bridge.sqlite");
  await copyFile(join(STOPPED, `${version}.sqlite`), path);
  return `sqlite:${path}`;
}

/** A database as this version left it. */
async function databaseOf(version: string): Promise<string> {
  const url = await createDatabase();
  await query(url, await readFile(join(STOPPED, `${version}-postgres.sql`), "utf8"));
  return url;
}

/** Starts this version on the state, between a Slack and a Parley that have what the earlier one has seen. */
async function goesOn(stateUrl: string, name: string): Promise<void> {
  const world = await startWorld({
    stopped: true,
    replicas: 1,
    // However long ago it was.
    env: { STATE_URL: stateUrl, RETENTION_DAYS: "3650", RETRY_MAX_AGE_MS: "2592000000" },
  });
  const { slack, parley } = world;
  const earlier = JSON.parse(await readFile(join(STOPPED, `${name}.json`), "utf8")) as EarlierWorld;
  putBack(earlier, world);
  const { open, refused } = earlier;
  const shown = (text: string) => textsIn(world, open.ts).filter((line) => line.includes(text));
  await world.startBridge();

  await parley.until(() => sentTo(world, open.userId).includes("Waits for Parley"));
  await slack.waitFor(() => shown("Waits for Slack").length > 0);
  await parley.userWrites(open.userId, "Written after");
  await slack.waitFor(() => shown("Written after").length > 0);
  await slack.post({ user: "U0ANNA", threadTs: open.ts, text: "Answered after" });
  await parley.until(() => sentTo(world, open.userId).includes("Answered after"));
  const listed = await runDeadLetters(world.env, "list");
  const retried = await runDeadLetters(world.env, "retry", "--all");
  await parley.until(() => sentTo(world, refused.userId).length > 0);

  expect(sentTo(world, open.userId)).toEqual(["Sent before", "Waits for Parley", "Answered after"]);
  for (const text of ["Shown before", "Waits for Slack", "Written after"]) {
    expect(shown(text)).toHaveLength(1);
  }
  expect(listed.lines.at(-1)).toBe("1 dead letter");
  expect(retried.code).toBe(0);
  expect(sentTo(world, refused.userId)).toEqual(["Refused by Parley"]);
}

describe("this version goes on with the file", () => {
  it.each(["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0"])(
    "that %s has left",
    async (version) => {
      await goesOn(await copyOf(version), version);
    },
  );
});

describePostgres("this version goes on with the database", () => {
  it.each(["0.4.0", "0.5.0", "0.6.0", "0.7.0"])("that %s has left", async (version) => {
    await goesOn(await databaseOf(version), `${version}-postgres`);
  });
});

/** What this version says to the state before it ends. */
async function refusalOf(stateUrl: string): Promise<string> {
  const world = await startWorld({ stopped: true, replicas: 1, env: { STATE_URL: stateUrl } });
  const bridge = spawnBridge(world.env);
  expect((await bridge.exited).code).toBe(78);
  expect(bridge.lines).toMatchObject([{ msg: "app.starting", version: packageJson.version }]);
  return bridge.stderr;
}

it("refuses a file that a later version has left", async () => {
  const url = await copyOf("0.7.0");
  const later = new DatabaseSync(url.replace("sqlite:", ""));
  later.exec(`PRAGMA user_version = ${STATE_VERSION + 1}`);
  later.close();

  expect(await refusalOf(url)).toMatch(
    /was written by a later version of the bridge \(\d+, and this one knows \d+\); use that version, or restore a backup/,
  );
});

describePostgres("a database that a later version has changed", () => {
  it("is refused where that version says so", async () => {
    const url = await databaseOf("0.7.0");
    await query(url, "UPDATE bridge_schema SET version = 99, oldest = 99");

    expect(await refusalOf(url)).toMatch(
      /were changed by a later version of the bridge, with which this one cannot share them .*; start that version/,
    );
  });

  it("is gone on with where that version does not mind", async () => {
    const url = await databaseOf("0.7.0");
    await query(url, "ALTER TABLE inbox ADD COLUMN color text");
    await query(url, "UPDATE bridge_schema SET version = 99");

    await goesOn(url, "0.7.0-postgres");
  });
});

it("tells its version first of all, in the metrics, and when it is asked", async () => {
  const world = await startWorld({ stopped: true, replicas: 1 });
  const bridge = await startBridgeProcess(world);
  const { port } = await bridge.line("app.started");
  const metrics = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
  const asked = spawnBridge({}, { args: ["--version"] });
  await asked.exited;

  const { version } = packageJson;
  expect(bridge.lines[0]).toMatchObject({ msg: "app.starting", version });
  expect(metrics).toContain(`parley_bridge_build_info{version="${version}",`);
  expect(asked.stdout).toBe(`${version}\n`);
});
