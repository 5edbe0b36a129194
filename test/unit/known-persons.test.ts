import { describe, expect, it, vi } from "vitest";
import type { Standing } from "../../src/bridge/stored/last-known-schemas.ts";
import type { Remembered } from "../../src/desk/known-members.ts";
import { createKnownPersons } from "../../src/desk/known-persons.ts";
import { StorageError } from "../../src/errors.ts";

const is = (kind: Standing["is"]): Standing => ({ is: kind, isColleague: false });

/** What all replicas keep. */
function openDisk() {
  const values = new Map<string, Standing>();
  let isFull = false;
  const get = vi.fn<Remembered<Standing>["get"]>((key) => Promise.resolve(values.get(key)));
  const remembered: Remembered<Standing> = {
    get,
    async set(key, value) {
      if (isFull) throw new StorageError("full");
      values.set(key, value);
    },
  };
  return {
    remembered,
    reads: () => get.mock.calls.length,
    isFull(full: boolean) {
      isFull = full;
    },
  };
}

function startReplica(remembered?: Remembered<Standing>) {
  let slack: () => Promise<Standing | undefined> = () => Promise.resolve(undefined);
  const personOf = createKnownPersons({ personOf: () => slack() }, remembered);
  return {
    says(kind: Standing["is"]) {
      const told = is(kind);
      slack = () => Promise.resolve(told);
    },
    saysNothing() {
      slack = () => Promise.resolve(undefined);
    },
    hangs() {
      slack = () => new Promise(() => {});
    },
    of: (withinMs?: number) => personOf("U1", withinMs),
  };
}

const known = (kind: Standing["is"]) => ({ standing: is(kind), isLate: false });

describe("who somebody is", () => {
  it("is what Slack says, and while it does not what it said last, also after a restart", async () => {
    const { remembered } = openDisk();
    const replica = startReplica(remembered);
    replica.says("guest");
    expect(await replica.of()).toEqual(known("guest"));
    replica.saysNothing();
    expect(await replica.of()).toEqual(known("guest"));
    expect(await startReplica(remembered).of()).toEqual(known("guest"));
  });

  it("is not known where Slack has never said", async () => {
    const nobody = { standing: undefined, isLate: false };
    expect(await startReplica(openDisk().remembered).of()).toEqual(nobody);
    expect(await startReplica().of()).toEqual(nobody);
  });

  it("is told to be of once, where Slack takes longer than there is time", async () => {
    const replica = startReplica(openDisk().remembered);
    replica.says("guest");
    await replica.of();
    replica.hangs();
    expect(await replica.of(1)).toEqual({ standing: is("guest"), isLate: true });
  });

  it.each([
    ["member", "guest"],
    ["guest", "member"],
  ] as const)(
    "is what another replica heard last while Slack does not say: %s, now %s",
    async (before, now) => {
      const { remembered } = openDisk();
      const one = startReplica(remembered);
      const other = startReplica(remembered);
      one.says(before);
      await one.of();
      other.says(now);
      await other.of();
      one.saysNothing();
      expect(await one.of()).toEqual(known(now));
      one.hangs();
      expect((await one.of(1)).standing).toEqual(is(now));
    },
  );

  it("is kept although another replica has kept something else since this one heard the same", async () => {
    const { remembered } = openDisk();
    const one = startReplica(remembered);
    const other = startReplica(remembered);
    one.says("member");
    await one.of();
    other.says("guest");
    await other.of();
    one.says("member");
    await one.of();
    other.saysNothing();
    expect(await other.of()).toEqual(known("member"));
  });

  it("does not become older again by what a replica heard before", async () => {
    const { remembered } = openDisk();
    const one = startReplica(remembered);
    const other = startReplica(remembered);
    one.says("member");
    await one.of();
    other.says("guest");
    await other.of();
    expect(await one.of()).toEqual(known("member"));
    other.saysNothing();
    expect(await other.of()).toEqual(known("guest"));
  });

  it("is kept as soon as that is possible, and read once for each answer of Slack", async () => {
    const { remembered, reads, isFull } = openDisk();
    const replica = startReplica(remembered);
    isFull(true);
    replica.says("member");
    expect(await replica.of()).toEqual(known("member"));
    isFull(false);
    await replica.of();
    expect(await startReplica(remembered).of()).toEqual(known("member"));
    const before = reads();
    await replica.of();
    expect(reads()).toBe(before);
  });

  it("is what this process heard where nothing is kept", async () => {
    const replica = startReplica();
    replica.says("guest");
    await replica.of();
    replica.saysNothing();
    expect(await replica.of()).toEqual(known("guest"));
  });
});
