import { describe, expect, it } from "vitest";
import type { NamedAuditRecord } from "../../src/bridge/audit.ts";
import { StorageError } from "../../src/errors.ts";
import { toConversationId, toItemId, toUserId } from "../../src/ids.ts";
import type { AuditQuery, AuditRecords, StoredAuditRecord } from "../../src/state/audit-records.ts";

/** The records of an empty state, until the end of the test. */
export type OpenAudit = () => Promise<{
  readonly audit: AuditRecords;
  /** The same state, as the next process finds it. */
  readonly reopen: () => Promise<AuditRecords>;
  /** Does something to the table `audit` that no bridge does. */
  readonly run: (sql: string) => Promise<unknown>;
  readonly alias: (from: string, to: string) => Promise<void>;
  /** Does what the bridge does every hour, `days` from now: records are kept for 365. */
  readonly tidyUp: (days: number) => Promise<void>;
}>;

const DAY_MS = 86_400_000;
const ALL: AuditQuery = { since: 0, until: Number.MAX_SAFE_INTEGER };

const record = (number: number, more: Partial<NamedAuditRecord> = {}): NamedAuditRecord => ({
  id: toItemId(`item-${number}`),
  at: number,
  what: "hand-back",
  result: "done",
  ...more,
});

const FULL = record(1, {
  by: "U0ANNA",
  byName: "Anna 🎉",
  userId: toUserId("42"),
  conversation: toConversationId("c_1"),
  from: "agents",
  to: "bot",
  result: "failed",
  why: "network",
});

async function all(audit: AuditRecords, query: Partial<AuditQuery> = {}) {
  const records: StoredAuditRecord[] = [];
  for await (const page of audit.pages({ ...ALL, ...query })) records.push(...page);
  return records;
}

const idsIn = async (audit: AuditRecords, query: Partial<AuditQuery> = {}) =>
  (await all(audit, query)).map(({ id }) => id);

/** What has to be kept by whatever keeps records of deeds. */
export function describeAudit(name: string, openForTest: OpenAudit): void {
  describe(name, () => {
    it("come back as they were, also after a restart", async () => {
      const { audit, reopen } = await openForTest();
      await audit.add(FULL);
      await audit.add(record(2));

      expect(await all(await reopen())).toEqual([FULL, record(2)]);
    });

    it("are kept once for each id, as they were first", async () => {
      const { audit } = await openForTest();
      const added = [record(1), record(1), record(1, { result: "failed", why: "network" })];
      const news = await Promise.all(added.map((each) => audit.add(each)));

      expect(news).toEqual([true, false, false]);
      expect(await all(audit)).toEqual([record(1)]);
    });

    it("that had begun get their outcome, once", async () => {
      const { audit } = await openForTest();
      const begun = record(1, { by: "U0ANNA", result: "begun" });
      expect(await audit.add(begun)).toBe(true);
      expect(await audit.add(begun)).toBe(false);
      expect(await all(audit)).toEqual([begun]);

      expect(await audit.add(record(1, { at: 9, result: "failed", why: "network" }))).toBe(true);
      expect(await audit.add(record(1, { result: "done" }))).toBe(false);
      expect(await audit.add(begun)).toBe(false);

      expect(await all(audit)).toEqual([{ ...begun, result: "failed", why: "network" }]);
    });

    it("are in the order of their time, and of two at the same time the first comes first", async () => {
      const { audit } = await openForTest();
      for (const each of [record(3), record(1), record(2, { at: 1 })]) await audit.add(each);

      expect(await idsIn(audit)).toEqual(["item-1", "item-2", "item-3"]);
    });

    it("are found by time, with its beginning and without its end", async () => {
      const { audit } = await openForTest();
      for (const number of [1, 2, 3, 4]) await audit.add(record(number));

      expect(await idsIn(audit, { since: 2, until: 4 })).toEqual(["item-2", "item-3"]);
      expect(await idsIn(audit, { since: -5, until: 0 })).toEqual([]);
    });

    it("are found by User and by Slack member", async () => {
      const { audit } = await openForTest();
      const users = ["42", "43", "42"].map(toUserId);
      for (const [index, userId] of users.entries()) {
        await audit.add(record(index + 1, { userId, by: index === 0 ? "U0ANNA" : "U0BEN" }));
      }
      await audit.add(record(4));

      expect(await idsIn(audit, { userId: toUserId("42") })).toEqual(["item-1", "item-3"]);
      expect(await idsIn(audit, { by: "U0BEN" })).toEqual(["item-2", "item-3"]);
      const both = { userId: toUserId("42"), by: "U0BEN" };
      expect(await idsIn(audit, both)).toEqual(["item-3"]);
    });

    it("are found under every id that a User ever had, by any of them", async () => {
      const { audit, alias } = await openForTest();
      const ids = ["first", "second", "third", "side", "other"];
      for (const [index, id] of ids.entries()) {
        await audit.add(record(index + 1, { userId: toUserId(id) }));
      }
      await alias("first", "second");
      await alias("second", "third");
      await alias("side", "third");

      for (const id of ids.slice(0, 4)) {
        const found = await idsIn(audit, { userId: toUserId(id) });
        expect(found).toEqual(["item-1", "item-2", "item-3", "item-4"]);
      }
      expect(await idsIn(audit, { userId: toUserId("other") })).toEqual(["item-5"]);
    });

    it("are found also where merged Users lead in a circle", async () => {
      const { audit, alias } = await openForTest();
      await audit.add(record(1, { userId: toUserId("a") }));
      await alias("a", "b");
      await alias("b", "a");

      expect(await idsIn(audit, { userId: toUserId("b") })).toEqual(["item-1"]);
    });

    it("are read some at a time, each once, however many there are and are added meanwhile", async () => {
      const { audit } = await openForTest();
      const numbers = Array.from({ length: 1_234 }, (_, index) => index);
      // Whole pages of the same time.
      const at = (number: number) => Math.floor(number / 700);
      for (const number of numbers) void audit.add(record(number, { at: at(number) }));
      await audit.add(record(9_999, { at: 5 }));

      const found: string[] = [];
      for await (const page of audit.pages({ ...ALL, until: 5 })) {
        expect(page.length).toBeLessThanOrEqual(500);
        found.push(...page.map(({ id }) => id));
        await audit.add(record(10_000 + found.length, { at: 0 }));
      }

      expect(found.filter((id) => id.length < 10)).toEqual(numbers.map((n) => `item-${n}`));
      expect(new Set(found).size).toBe(found.length);
    });

    it("are kept for as long as is wanted, however many there are", async () => {
      const { audit, tidyUp } = await openForTest();
      const at = Date.now();
      for (let number = 0; number < 1_100; number++) void audit.add(record(number, { at }));
      await audit.add(record(2_000, { at: at + 2 * DAY_MS }));

      await tidyUp(364);
      expect(await idsIn(audit)).toHaveLength(1_101);
      await tidyUp(366);
      expect(await idsIn(audit)).toEqual(["item-2000"]);
    });

    it("are found under both ids of a merged User for as long as they are kept", async () => {
      const { audit, alias, tidyUp } = await openForTest();
      const users = ["first", "second"].map(toUserId);
      for (const [index, userId] of users.entries()) {
        await audit.add(record(index + 1, { userId, at: Date.now() + index * DAY_MS }));
      }
      await alias("first", "second");

      await tidyUp(300);
      expect(await idsIn(audit, { userId: toUserId("first") })).toEqual(["item-1", "item-2"]);
      await tidyUp(365.5);
      expect(await idsIn(audit, { userId: toUserId("first") })).toEqual(["item-2"]);
      await tidyUp(400);
      await audit.add(record(3, { userId: toUserId("second") }));
      expect(await idsIn(audit, { userId: toUserId("first") })).toEqual([]);
    });

    it("of a later version are shown as they are", async () => {
      const { audit, run } = await openForTest();
      await audit.add(record(1));
      await run("UPDATE audit SET what = 'later', result = 'elsewhere'");

      expect(await all(audit)).toEqual([{ ...record(1), what: "later", result: "elsewhere" }]);
    });

    it("that cannot be read or stored are no missing ones", async () => {
      const { audit, run } = await openForTest();
      await run("DROP TABLE audit");

      await expect(audit.add(record(1))).rejects.toThrow(StorageError);
      await expect(all(audit)).rejects.toThrow(StorageError);
    });
  });
}
