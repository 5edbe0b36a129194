import { describe, expect, it } from "vitest";
import type { Members } from "../../src/bridge/stored/last-known-schemas.ts";
import { createKnownMembers, type Remembered } from "../../src/desk/known-members.ts";
import { NetworkError, RateLimitedError, StorageError } from "../../src/errors.ts";
import { captureLog } from "../support/captured-log.ts";

const MINUTE_MS = 60_000;

/** What all replicas keep. */
function openDisk() {
  const values = new Map<string, Members>();
  const remembered: Remembered<Members> = {
    get: (key) => Promise.resolve(values.get(key)),
    async set(key, value) {
      values.set(key, value);
    },
  };
  return { values, remembered };
}

function startReplica(remembered: Remembered<Members> = openDisk().remembered) {
  let now = 1_000_000;
  let calls = 0;
  let slack: () => Promise<readonly string[]> = () => Promise.resolve(["U1"]);
  const log = captureLog();
  const known = createKnownMembers({
    membersOf() {
      calls += 1;
      return slack();
    },
    remembered,
    clock: { now: () => now, monotonic: () => now },
    log,
  });
  return {
    log,
    calls: () => calls,
    says(...members: string[]) {
      slack = () => Promise.resolve(members);
    },
    fails(error: Error = new NetworkError("usergroups.users.list: ECONNREFUSED")) {
      slack = () => Promise.reject(error);
    },
    hangs() {
      slack = () => new Promise(() => {});
    },
    pass(ms: number) {
      now += ms;
    },
    of: async (again?: "again") => {
      const members = await known.of("S1", again);
      return members && [...members];
    },
    last: async () => {
      const members = await known.lastOf("S1");
      return members && [...members];
    },
  };
}

describe("the members of a group", () => {
  it("are asked once for some minutes, and once for all who wait", async () => {
    const replica = startReplica();
    expect(await Promise.all([replica.of(), replica.of(), replica.of()])).toEqual([
      ["U1"],
      ["U1"],
      ["U1"],
    ]);
    replica.says("U2");
    replica.pass(4 * MINUTE_MS);
    expect(await replica.of()).toEqual(["U1"]);
    expect(replica.calls()).toBe(1);
    replica.pass(MINUTE_MS);
    expect(await replica.of()).toEqual(["U2"]);
  });

  it("are read again before a refusal, but not for each of a crowd", async () => {
    const replica = startReplica();
    await replica.of();
    replica.says("U2");
    replica.pass(5_000);
    const crowd = Array.from({ length: 20 }, () => replica.of("again"));
    expect(await Promise.all(crowd)).toEqual(crowd.map(() => ["U2"]));
    replica.says("U3");
    replica.pass(4_999);
    expect(await replica.of("again")).toEqual(["U2"]);
    expect(replica.calls()).toBe(2);
    replica.pass(1);
    expect(await replica.of("again")).toEqual(["U3"]);
    expect(await replica.of()).toEqual(["U3"]);
  });

  it("are none once the last has gone", async () => {
    const replica = startReplica();
    await replica.of();
    replica.says();
    replica.pass(5_000);
    expect(await replica.of("again")).toEqual([]);
  });

  it("stay as they were while Slack cannot be asked", async () => {
    const replica = startReplica();
    await replica.of();
    replica.fails();
    for (let hours = 0; hours < 5; hours++) {
      replica.pass(60 * MINUTE_MS);
      expect(await replica.of()).toEqual(["U1"]);
      expect(await replica.of("again")).toEqual(["U1"]);
    }
    replica.says("U2");
    replica.pass(30_000);
    expect(await replica.of()).toEqual(["U2"]);
    expect(replica.log.lines.map(({ event }) => event)).toEqual(["members.not-read"]);
  });

  it("stay as they were while Slack is slow, without anybody waiting long", async () => {
    const replica = startReplica();
    await replica.of();
    replica.hangs();
    replica.pass(5 * MINUTE_MS);
    expect(await replica.of()).toEqual(["U1"]);
    expect(await replica.last()).toEqual(["U1"]);
  });

  it("are not asked for as long as Slack forbids it", async () => {
    const replica = startReplica();
    await replica.of();
    replica.fails(new RateLimitedError("usergroups.users.list: rate limited", 90_000));
    replica.pass(5 * MINUTE_MS);
    await replica.of();
    replica.says("U2");
    replica.pass(89_999);
    expect(await replica.of()).toEqual(["U1"]);
    expect(await replica.of("again")).toEqual(["U1"]);
    expect(replica.calls()).toBe(2);
    replica.pass(1);
    expect(await replica.of()).toEqual(["U2"]);
  });

  it("are known after a restart while Slack cannot be asked", async () => {
    const { remembered } = openDisk();
    await startReplica(remembered).of();
    const restarted = startReplica(remembered);
    restarted.fails();
    expect(await restarted.of()).toEqual(["U1"]);
    const slow = startReplica(remembered);
    slow.hangs();
    expect(await slow.last()).toEqual(["U1"]);
  });

  it("are known as another replica heard of them last", async () => {
    const { remembered } = openDisk();
    const one = startReplica(remembered);
    const other = startReplica(remembered);
    await one.of();
    other.pass(1);
    other.says("U2");
    await other.of();
    one.fails();
    one.pass(5_000);
    expect(await one.of("again")).toEqual(["U2"]);
    other.fails();
    other.pass(5_000);
    expect(await other.of("again")).toEqual(["U2"]);
  });

  it("are not known where Slack has never said", async () => {
    const replica = startReplica();
    replica.fails();
    expect(await replica.of()).toBeUndefined();
    expect(await replica.last()).toBeUndefined();
  });

  it("are those that Slack says although they cannot be kept", async () => {
    const lost = () => Promise.reject(new StorageError("full"));
    const replica = startReplica({ get: lost, set: lost });
    expect(await replica.of()).toEqual(["U1"]);
    replica.fails();
    replica.pass(5 * MINUTE_MS);
    expect(await replica.of()).toEqual(["U1"]);
  });
});
