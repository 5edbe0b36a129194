import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { measureAvailability } from "../../bench/availability.ts";
import { measureBusyChannel } from "../../bench/busy-channel.ts";
import { inFolder } from "../../bench/folder.ts";
import { measureNoise } from "../../bench/noise.ts";
import { measurePending } from "../../bench/pending.ts";
import { describeProfiles } from "../../bench/profile-report.ts";
import { measureRelay, type Relayed } from "../../bench/relay.ts";
import {
  describeNoise,
  tableOfAvailability,
  tableOfChannel,
  tableOfPending,
  tableOfRelays,
  tableOfStored,
  tableOfTakeOvers,
} from "../../bench/report.ts";
import {
  tableOfReplicaRatios,
  tableOfReplicas,
  tableOfStatements,
} from "../../bench/report-replicas.ts";
import type { Size } from "../../bench/settings.ts";
import { measureStored } from "../../bench/stored.ts";
import { measureTakeOvers } from "../../bench/take-overs.ts";
import { startUpstreams, type Upstreams } from "../../bench/upstreams.ts";
import { describePostgres } from "../support/postgres.ts";

/** All of it, and none of it long enough to say how fast anything is. */
const TINY: Size = {
  conversations: [1, 10],
  warmUpSeconds: 0.1,
  warmUpMessages: 100,
  latencySeconds: 0.2,
  throughputSeconds: 0.2,
  settleSeconds: 0,
  limitPerConversation: 20,
  channelSeconds: 5,
  pendingItems: 50,
  pendingSeconds: 0,
  stored: [20, 60],
  storedOpen: 20,
  takeOverUsers: 8,
  takeOverPerSecond: 40,
  kills: 2,
  freezes: 1,
};

async function startUpstreamsForTest(): Promise<Upstreams> {
  const upstreams = await startUpstreams();
  onTestFinished(() => upstreams.close());
  return upstreams;
}

describe("the benchmark", () => {
  it.each([
    ["bridge", 1],
    ["bridge", 10],
    ["naive", 1],
    ["naive", 10],
  ] as const)("relays through the program %s with conversations: %i", async (program, open) => {
    const upstreams = await startUpstreamsForTest();
    const results = await measureRelay({ program }, open, TINY, upstreams);
    expect(results).toMatchObject([
      { direction: "Parley -> Slack", lost: 0, doubled: 0 },
      { direction: "Slack -> Parley", lost: 0, doubled: 0 },
    ]);
    for (const { acknowledgement, relay } of results) {
      expect(acknowledgement.count).toBeGreaterThan(0);
      expect(relay.count).toBe(acknowledgement.count);
    }
    expect(tableOfRelays(results)).not.toContain("NaN");
  });

  it("drains a busy channel", async () => {
    const upstreams = await startUpstreamsForTest();
    const result = await measureBusyChannel(TINY, upstreams);
    expect(result.posts).toBeGreaterThan(0);
    expect(result.messages).toBeGreaterThanOrEqual(result.posts);
    expect(tableOfChannel(result)).toContain(`| ${result.posts} `);
  });

  it("starts the bridge with items that wait", async () => {
    const upstreams = await startUpstreamsForTest();
    const results = await measurePending(TINY, upstreams);
    expect(results.map(({ what }) => what)).toEqual([
      "nothing pending",
      "50 pending of 5 Users",
      "50 pending of 50 new Users",
    ]);
    expect(tableOfPending(results)).not.toContain("NaN");
  });

  it("fills the store", async () => {
    const upstreams = await startUpstreamsForTest();
    const results = await measureStored(TINY, upstreams);
    const all = { lost: 0, doubled: 0 };
    expect(results).toMatchObject([
      { stored: 20, open: 20, fromParley: all, fromSlack: all },
      { stored: 60, open: 20, fromParley: all, fromSlack: all },
    ]);
    expect(tableOfStored(results)).not.toContain("NaN");
  });

  it("asks what bots ask before they hand over", async () => {
    const upstreams = await startUpstreamsForTest();
    const results = await measureAvailability(TINY, upstreams);
    expect(results.map(({ question }) => question)).toEqual(["/healthz", "/parley/availability"]);
    for (const { perSecond } of results) expect(perSecond).toBeGreaterThan(0);
    expect(tableOfAvailability(results)).not.toContain("NaN");
  });

  it("profiles the bridge", async () => {
    const upstreams = await startUpstreamsForTest();
    await inFolder(async (folder) => {
      await measureRelay({ program: "bridge" }, 1, TINY, upstreams, folder);
      expect(describeProfiles(folder)).toContain("Thread 1, busy");
    });
  });

  it("tells where each thread was busy, the busiest first", async () => {
    const root = new URL("../..", import.meta.url).href;
    const at = (functionName: string, url: string) => ({ functionName, url, lineNumber: 1 });
    const worker = {
      nodes: [{ id: 1, callFrame: at("", "node:internal/streams/readable") }],
      samples: [1],
      timeDeltas: [1_000_000],
    };
    const main = {
      nodes: [
        { id: 1, callFrame: at("(idle)", "") },
        { id: 2, callFrame: at("run", `${root}src/delivery/lane.ts`) },
        { id: 3, callFrame: at("post", `${root}node_modules/@slack/web-api/dist/client.js`) },
      ],
      samples: [1, 2, 3, 2],
      timeDeltas: [6_000_000, 1_000_000, 1_000_000, 2_000_000],
    };
    await inFolder(async (folder) => {
      await writeFile(join(folder, "1.cpuprofile"), JSON.stringify(worker));
      await writeFile(join(folder, "2.cpuprofile"), JSON.stringify(main));
      const [first = "", second = ""] = describeProfiles(folder).split(/(?=Thread 2)/);
      expect(first).toContain("busy 4.0 of 10.0 s");
      expect(first).toMatch(/\| src\/delivery +\| 75\.0 % \|\n\| @slack\/web-api +\| 25\.0 % \|/);
      expect(first).toContain("| run src/delivery/lane.ts:2 ");
      expect(second).toContain("busy 1.0 of 1.0 s");
      expect(second).toContain("| (anonymous) node:internal/streams/readable:2 | 100.0 % |");
    });
  });

  it("says how noisy the machine is", async () => {
    const noise = await measureNoise();
    expect(noise.sync.count).toBeGreaterThan(0);
    expect(describeNoise(noise, "before")).not.toContain("NaN");
  });
});

describePostgres("the benchmark of replicas", { timeout: 240_000 }, () => {
  it("relays through one and through two, next to SQLite", async () => {
    const upstreams = await startUpstreamsForTest();
    const round: Relayed[] = [];
    for (const replicas of [undefined, 1, 2]) {
      round.push(...(await measureRelay({ program: "bridge", replicas }, 10, TINY, upstreams)));
    }
    for (const { lost, doubled, saturated, atRate, replicas } of round) {
      expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
      for (const counts of [saturated, atRate]) {
        if (replicas === undefined) expect(counts).toBeUndefined();
        else expect(counts?.statements).toBeGreaterThan(counts?.commits ?? Number.NaN);
      }
    }
    const table = tableOfReplicas(round);
    expect(table).not.toContain("NaN");
    for (const name of ["SQLite", "Postgres x 1", "Postgres x 2"]) {
      expect(table).toContain(`| ${name} `);
    }
    expect(round.map(tableOfStatements).at(-1)).toContain("pg_advisory_xact_lock");
    const ratios = tableOfReplicaRatios([round, round, round]);
    expect(ratios).toContain("| Postgres x 1 / SQLite ");
    expect(ratios).toContain("| Postgres x 2 / Postgres x 1 ");
  });

  it("takes over from a replica that is killed or frozen", async () => {
    const upstreams = await startUpstreamsForTest();
    const results = await measureTakeOvers(2, TINY, upstreams);
    expect(results).toMatchObject([
      { fault: "killed", faults: 2 },
      { fault: "frozen", faults: 1 },
    ]);
    for (const { takeOver, wait } of results) {
      expect(takeOver.count).toBeGreaterThan(0);
      expect(wait.count).toBe(takeOver.count);
    }
    expect(tableOfTakeOvers(results)).not.toContain("NaN");
  });
});
