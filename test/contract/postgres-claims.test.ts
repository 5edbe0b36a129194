import { expect, it, onTestFinished } from "vitest";
import type { ClaimHolder, Tenure } from "../../src/delivery/claims.ts";
import { StorageError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import type { PostgresDatabase } from "../../src/state/postgres/open-postgres.ts";
import { createPostgresClaims } from "../../src/state/postgres/postgres-claims.ts";
import { openPostgresJournal } from "../../src/state/postgres/postgres-journal.ts";
import { SHARES, shareOf } from "../../src/state/postgres/shares.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createTables, describePostgres, endSessions, query } from "../support/postgres.ts";
import { row } from "./journal-suite.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };

/** Which shares a replica has, as its lanes are told. */
function createHolder() {
  const tenures = new Map<number, Tenure>();
  const changes: (string | undefined)[] = [];
  /** Handlers that do not return yet, of one share or of all. */
  let busy: { readonly share: number | undefined; readonly until: Promise<void> } | undefined;
  const failures: Error[] = [];
  const failIfAsked = () => {
    const failure = failures.pop();
    if (failure) throw failure;
  };
  const holder: ClaimHolder = {
    async take(tenure) {
      failIfAsked();
      expect(tenures.has(tenure.share)).toBe(false);
      tenures.set(tenure.share, tenure);
    },
    async leave(tenure) {
      expect(tenure.signal.aborted).toBe(true);
      if (busy && (busy.share ?? tenure.share) === tenure.share) await busy.until;
      if (tenures.get(tenure.share) === tenure) tenures.delete(tenure.share);
    },
    async changed(lane) {
      failIfAsked();
      changes.push(lane);
    },
  };
  return {
    holder,
    tenures,
    changes,
    /** The next call fails, and as many after it as there are more of these. */
    failures,
    /** Until the result is called no handler returns. */
    keepBusy(share?: number): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      busy = { share, until: promise };
      return resolve;
    },
  };
}

async function startReplica(url: string, lanes = createHolder(), canDeliver = () => true) {
  const database = await openReplica(url);
  const errors: unknown[] = [];
  const claims = createPostgresClaims(database, { onError: (error) => errors.push(error) });
  const journal = openPostgresJournal(database, "inbox", claims);
  onTestFinished(() => claims.stop());
  await claims.start([lanes.holder], canDeliver);
  return { database, claims, journal, errors, ...lanes };
}

type Replica = Awaited<ReturnType<typeof startReplica>>;

const sharesOf = (...replicas: Pick<Replica, "tenures">[]) =>
  replicas.map(({ tenures }) => tenures.size);

/** Each share is somebody's, and nobody's twice. */
function areAllHeldOnce(replicas: readonly Pick<Replica, "tenures">[]): boolean {
  const all = replicas.flatMap(({ tenures }) => [...tenures.keys()]);
  return all.length === SHARES && new Set(all).size === SHARES;
}

/** A lane of this share. */
function laneIn(share: number): string {
  for (let user = 0; ; user++) if (shareOf(`user/${user}`) === share) return `user/${user}`;
}

const firstOf = ({ tenures }: Pick<Replica, "tenures">): Tenure => {
  const [tenure] = tenures.values();
  if (!tenure) throw new Error("it has no share");
  return tenure;
};

const backendOf = async (database: PostgresDatabase): Promise<number> => {
  const [found] = await database.read<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return found?.pid ?? 0;
};

const endSession = (url: string, pid: number) =>
  query(url, "SELECT pg_terminate_backend($1)", [pid]);

describePostgres("claims on PostgreSQL", () => {
  it("give a replica that is alone every share, from the start", async () => {
    const replica = await startReplica(await createTables());
    expect(areAllHeldOnce([replica])).toBe(true);
  });

  it.each([2, 3, 8])("divide the shares fairly among %i replicas", async (count) => {
    const url = await createTables();
    const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(url)));
    const fair = Math.ceil(SHARES / count);
    const isFair = () =>
      areAllHeldOnce(replicas) && sharesOf(...replicas).every((held) => held <= fair);
    await expect.poll(isFair, PATIENCE).toBe(true);
  });

  it("are left to those that can deliver, but not while there are none", async () => {
    const url = await createTables();
    let cutOff: readonly string[] = [];
    const start = (name: string) => startReplica(url, createHolder(), () => !cutOff.includes(name));
    const [one, other] = [await start("one"), await start("other")];
    const becomes = (...shares: number[]) =>
      expect
        .poll(() => areAllHeldOnce([one, other]) && sharesOf(one, other), PATIENCE)
        .toEqual(shares);
    await becomes(SHARES / 2, SHARES / 2);
    cutOff = ["one"];
    await becomes(0, SHARES);
    cutOff = ["one", "other"];
    await becomes(SHARES / 2, SHARES / 2);
    cutOff = ["other"];
    await becomes(SHARES, 0);
    cutOff = [];
    await becomes(SHARES / 2, SHARES / 2);
  });

  it("never give a share to two replicas, whoever comes and goes", async () => {
    const url = await createTables();
    const replicas = [await startReplica(url), await startReplica(url)];
    let twice = 0;
    const count = () => {
      const all = replicas.flatMap(({ tenures }) =>
        [...tenures.values()].filter(({ signal }) => !signal.aborted).map(({ share }) => share),
      );
      twice += all.length - new Set(all).size;
    };
    const watch = setInterval(count, 5);
    onTestFinished(() => clearInterval(watch));
    replicas.push(await startReplica(url));
    await expect.poll(() => areAllHeldOnce(replicas), PATIENCE).toBe(true);
    await replicas.shift()?.claims.stop();
    await expect.poll(() => areAllHeldOnce(replicas), PATIENCE).toBe(true);
    replicas.push(await startReplica(url));
    await expect.poll(() => Math.max(...sharesOf(...replicas)), PATIENCE).toBe(22);
    await expect.poll(() => areAllHeldOnce(replicas), PATIENCE).toBe(true);
    expect(twice).toBe(0);
  });

  it("give what a replica had to the others when its session ends", async () => {
    const url = await createTables();
    const [ended, other] = [await startReplica(url), await startReplica(url)];
    await expect.poll(() => sharesOf(ended, other), PATIENCE).toEqual([32, 32]);
    const release = ended.keepBusy();
    onTestFinished(release);
    const tenures = [...ended.tenures.values()];

    await endSession(url, await backendOf(ended.database));

    await expect.poll(() => sharesOf(other), PATIENCE).toEqual([SHARES]);
    expect(tenures.every((tenure) => tenure.isLost() && tenure.signal.aborted)).toBe(true);
    // Its handlers have not returned: it claims nothing on its next session.
    await expect.poll(() => backendOf(ended.database).catch(() => 0), PATIENCE).toBeGreaterThan(0);
    expect(sharesOf(ended)).toEqual([32]);
    release();
    await expect.poll(() => sharesOf(ended, other), PATIENCE).toEqual([32, 32]);
    expect([...ended.tenures.values()].some((tenure) => tenures.includes(tenure))).toBe(false);
  });

  it("claim, where nobody else does, all but what a handler of the lost session still works on", async () => {
    const url = await createTables();
    const lanes = createHolder();
    const slow = Promise.withResolvers<void>();
    onTestFinished(() => slow.resolve());
    const leave = async (tenure: Tenure) => {
      if (tenure.share === 7) await slow.promise;
      await lanes.holder.leave(tenure);
    };
    const replica = await startReplica(url, { ...lanes, holder: { ...lanes.holder, leave } });
    const lost = replica.tenures.get(7);

    await endSession(url, await backendOf(replica.database));

    const current = () => [...replica.tenures.values()].filter((each) => !each.isLost()).length;
    await expect.poll(current, PATIENCE).toBe(SHARES - 1);
    expect(replica.tenures.get(7)).toBe(lost);
    slow.resolve();
    await expect.poll(current, PATIENCE).toBe(SHARES);
  });

  it("let a handler finish before its share is given to a replica that joins", async () => {
    const url = await createTables();
    const first = await startReplica(url);
    const release = first.keepBusy();
    const second = await startReplica(url);
    const left = () => [...first.tenures.values()].filter(({ signal }) => signal.aborted).length;
    await expect.poll(left, PATIENCE).toBe(SHARES / 2);
    expect(sharesOf(first, second)).toEqual([SHARES, 0]);
    const leaving = [...first.tenures.values()].find(({ signal }) => signal.aborted);
    expect(leaving?.isLost()).toBe(false);
    await leaving?.stillOurs();

    release();

    await expect.poll(() => sharesOf(first, second), PATIENCE).toEqual([32, 32]);
  });

  it("give everything back when a replica stops", async () => {
    const url = await createTables();
    const [first, second] = [await startReplica(url), await startReplica(url)];
    await first.claims.stop();
    await first.claims.stop();
    expect(first.tenures.size).toBe(0);
    await expect.poll(() => sharesOf(second), PATIENCE).toEqual([SHARES]);
    expect(first.database.session().signal.aborted).toBe(false);
  });

  it("are over for the handlers in the moment of a stop, and each share is the others' as soon as it is left", async () => {
    const url = await createTables();
    const [first, second] = [await startReplica(url), createHolder()];
    const release = first.keepBusy(firstOf(first).share);
    const stopped = first.claims.stop();
    const tenures = [...first.tenures.values()];
    expect(tenures.every(({ signal }) => signal.aborted)).toBe(true);

    await startReplica(url, second);
    await expect.poll(() => sharesOf(second), PATIENCE).toEqual([SHARES - 1]);
    expect(tenures.some((tenure) => tenure.isLost())).toBe(false);
    release();
    await stopped;

    await expect.poll(() => sharesOf(second), PATIENCE).toEqual([SHARES]);
  });

  it("do not meet those of another schema of the same database", async () => {
    const url = await createTables();
    await query(url, "CREATE SCHEMA other");
    const other = new URL(url);
    other.searchParams.set("options", "-csearch_path=other");
    const replicas = [await startReplica(url), await startReplica(other.href)];
    expect(sharesOf(...replicas)).toEqual([SHARES, SHARES]);
  });

  it("tell the holder what others change in its lanes, and nobody else", async () => {
    const url = await createTables();
    const [first, second] = [await startReplica(url), await startReplica(url)];
    await expect.poll(() => sharesOf(first, second), PATIENCE).toEqual([32, 32]);
    const [ours, theirs] = [laneIn(firstOf(first).share), laneIn(firstOf(second).share)];
    const append = (id: number, lane: string) => first.journal.append(row(id, { lane }));

    await append(1, ours);
    await append(2, theirs);
    await expect.poll(() => second.changes, PATIENCE).toEqual([theirs]);
    await second.journal.cancel(toItemId("item-1"), 1);
    await first.journal.replace(toItemId("item-2"), "{}");

    await expect.poll(() => second.changes, PATIENCE).toEqual([theirs, theirs]);
    await expect.poll(() => first.changes, PATIENCE).toEqual([ours]);
  });

  it("tell the holder what a tool requeues", async () => {
    const url = await createTables();
    const { journal, changes } = await startReplica(url);
    await journal.append(row(1, { lane: "user/1" }));
    const [waiting] = await journal.head("user/1", 1);
    await journal.dead([{ seq: waiting?.seq ?? 0 }], { code: "network", message: "refused" });
    const tool = openPostgresJournal(await openReplica(url, { access: "share" }), "inbox", {
      shareOf,
      heldBy: () => null,
    });
    await tool.requeue(toItemId("item-1"), 5_000);
    await expect.poll(() => changes, PATIENCE).toEqual(["user/1"]);
  });

  it("tell again what a holder could not read", async () => {
    const url = await createTables();
    const lanes = createHolder();
    lanes.failures.push(new StorageError("not now"), new StorageError("not now"));
    const replica = await startReplica(url, lanes);
    await expect.poll(() => areAllHeldOnce([replica]), PATIENCE).toBe(true);
    const { journal, changes, failures, errors } = replica;
    expect(errors).toHaveLength(1);
    failures.push(new StorageError("not now"));
    await journal.append(row(1, { lane: "user/1" }));
    await journal.replace(toItemId("item-1"), "{}");
    await expect.poll(() => changes, PATIENCE).toEqual(["user/1"]);
  });

  it("notice that something was missed", async () => {
    const url = await createTables();
    const { changes } = await startReplica(url);
    await query(url, "SELECT nextval('changes')");
    await expect.poll(() => changes, PATIENCE).toContain(undefined);
  });

  it("let nothing be written any more in the name of a share that was lost", async () => {
    const url = await createTables();
    const replica = await startReplica(url);
    const { journal } = replica;
    const tenure = firstOf(replica);
    const lane = laneIn(tenure.share);
    await journal.append(row(1, { lane }));
    const [waiting] = await journal.head(lane, 1);
    const seq = waiting?.seq ?? 0;

    await endSessions(url, "main");
    await expect.poll(() => tenure.isLost(), PATIENCE).toBe(true);
    await expect.poll(() => replica.tenures.get(tenure.share), PATIENCE).not.toBe(tenure);

    await expect(tenure.run(() => journal.done([seq]))).rejects.toThrow(StorageError);
    await expect(tenure.stillOurs()).rejects.toThrow(StorageError);
    expect(await query(url, "SELECT 1 FROM inbox WHERE state = 'waiting'")).toHaveLength(1);
    // Outside of the tenure it is the next session that writes.
    await expect.poll(() => areAllHeldOnce([replica]), PATIENCE).toBe(true);
    await journal.done([seq]);
    expect(await query(url, "SELECT 1 FROM inbox WHERE state = 'waiting'")).toHaveLength(0);
  });
});
