import { describe, expect, it } from "vitest";
import type { Journal, NewRow } from "../../src/delivery/journal.ts";
import { inLaneOrder } from "../../src/delivery/lane-order.ts";
import { toItemId } from "../../src/ids.ts";

/** Opens the journal of an empty outbox, until the end of the test. */
export type OpenJournal = () => Promise<{
  journal: Journal;
  /** The same state, as the next process finds it. */
  reopen: () => Promise<Journal>;
}>;

export const row = (seq: number, more: Partial<NewRow> = {}): NewRow => ({
  seq,
  id: toItemId(`item-${seq}`),
  lane: "user-1",
  barrier: 0,
  sort: "",
  body: `{"n":${seq}}`,
  appendedAt: 1_000 + seq,
  dueAt: 0,
  held: false,
  ...more,
});

export const rows = (...all: number[]) => all.map((seq) => ({ seq }));

export const seqs = async (journal: Journal, lane = "user-1") =>
  (await journal.head(lane, 100)).map(({ seq }) => seq);

/** What every journal has to keep. */
export function describeJournal(name: string, open: OpenJournal): void {
  describe(name, () => {
    it("gives back what was appended, as it was, also after it was reopened", async () => {
      const { journal, reopen } = await open();
      const body = '{"text":"naïve 👩‍👩‍👧‍👦 \\u0000 \'; DROP TABLE outbox; --"}';
      expect(await journal.append(row(7, { body, sort: "0042", barrier: 3 }))).toBe("appended");
      const { held: _, ...appended } = row(7, { body, sort: "0042", barrier: 3 });
      const times = { attempts: 0, triedMs: 0, requeues: 0, pauseMs: 0 };
      const expected = { ...appended, ...times, progress: undefined, begun: false };
      expect(await journal.head("user-1", 1)).toEqual([expected]);
      expect(await (await reopen()).head("user-1", 1)).toEqual([expected]);
    });

    it("orders a lane by barrier, then sort key, then arrival", async () => {
      const { journal } = await open();
      await journal.append(row(1, { barrier: 0, sort: "b" }));
      await journal.append(row(2, { barrier: 2 }));
      await journal.append(row(3, { barrier: 2, sort: "b" }));
      await journal.append(row(4, { barrier: 2, sort: "a" }));
      await journal.append(row(5, { barrier: 0, sort: "a" }));
      await journal.append(row(6, { barrier: 2, sort: "a" }));
      await journal.append(row(7, { lane: "user-2" }));
      expect(await seqs(journal)).toEqual([5, 1, 2, 4, 6, 3]);
      expect((await journal.head("user-1", 2)).map(({ seq }) => seq)).toEqual([5, 1]);
    });

    it("orders sort keys by their bytes, also where JavaScript would not", async () => {
      const { journal } = await open();
      for (const [seq, sort] of ["😀", "\uffee", "z", "é", "za"].entries()) {
        await journal.append(row(seq + 1, { sort }));
      }
      const all = await journal.head("user-1", 100);
      expect(all.map(({ sort }) => sort)).toEqual(["z", "za", "é", "\uffee", "😀"]);
      expect(all.toSorted(inLaneOrder)).toEqual(all);
    });

    it("writes in the order in which it was asked to, also where nobody waits for what was asked before", async () => {
      const { journal, reopen } = await open();
      const { id, body } = row(1);
      const [, saved, cancelled, , again] = await Promise.all([
        journal.append(row(1)),
        journal.saveProgress({ seq: 1, body, progress: "{}", begun: true }),
        journal.cancel({ seq: 2, id }, 1),
        journal.done([1]),
        journal.append(row(3, { id })),
      ]);
      expect([saved, cancelled, again]).toEqual([true, false, "duplicate"]);
      expect(await seqs(await reopen())).toEqual([]);
    });

    it("sees in reading what was written before, also where nobody has waited for it", async () => {
      const { journal } = await open();
      const { id, body } = row(2);
      await journal.append(row(1));
      const [, first] = await Promise.all([journal.append(row(2)), journal.head("user-1", 9)]);
      expect(first.map(({ seq }) => seq)).toEqual([1, 2]);
      const [, second] = await Promise.all([journal.done([1]), journal.head("user-1", 9)]);
      expect(second.map(({ seq }) => seq)).toEqual([2]);
      const change = { seq: 2, body, progress: "{}", begun: true };
      const [, third] = await Promise.all([journal.saveProgress(change), journal.waiting([id])]);
      expect(third).toMatchObject([{ begun: true, progress: "{}" }]);
      const [, found] = await Promise.all([journal.done([2]), journal.find(id)]);
      expect(found).toBeUndefined();
    });

    it("knows an id for good: waiting, done, dead and discarded", async () => {
      const { journal, reopen } = await open();
      for (const seq of [1, 2, 3, 4]) await journal.append(row(seq));
      await journal.done([2]);
      await journal.dead(rows(3, 4), { code: "payload", message: "unreadable" });
      await journal.discard(toItemId("item-4"));
      const again = await reopen();
      for (const seq of [1, 2, 3, 4]) {
        expect(await again.append(row(seq + 10, { id: toItemId(`item-${seq}`) }))).toBe(
          "duplicate",
        );
      }
      expect(await seqs(again)).toEqual([1]);
    });

    it("tells which lanes wait, and the barrier that what comes next must respect", async () => {
      const { journal } = await open();
      await journal.append(row(1, { barrier: 1 }));
      await journal.append(row(2, { barrier: 1, sort: "a" }));
      await journal.append(row(3, { lane: "user-2", sort: "a" }));
      await journal.append(row(4, { lane: "user-3" }));
      await journal.done([1, 4]);
      expect(await journal.pendingLanes()).toEqual([
        { lane: "user-1", barrier: 1 },
        { lane: "user-2", barrier: 0 },
      ]);
    });

    it("remembers the last sequence number, also when its item is done", async () => {
      const { journal, reopen } = await open();
      expect(await journal.lastSeq()).toBe(0);
      await journal.append(row(41));
      await journal.append(row(42));
      await journal.done([41, 42]);
      expect(await (await reopen()).lastSeq()).toBe(42);
    });

    it("keeps progress, attempts and the time of the next one", async () => {
      const { journal, reopen } = await open();
      await journal.append(row(1));
      const progress = '{"steps":{"0":{"intent":null}}}';
      const change = { seq: 1, body: row(1).body, progress, begun: true };
      expect(await journal.saveProgress(change)).toBe(true);
      const times = { triedMs: 12_345.4, dueAt: 99_000.6, pauseMs: 42_000.2 };
      await journal.defer(1, { attempts: 3, ...times });
      const again = await reopen();
      const kept = { attempts: 3, triedMs: 12_345, dueAt: 99_001, pauseMs: 42_000, progress };
      expect(await again.head("user-1", 1)).toMatchObject([{ ...kept, begun: true, requeues: 0 }]);
    });

    it("saves no progress of a row that has another body by now, or does not wait any more", async () => {
      const { journal } = await open();
      await journal.append(row(1));
      const progress = "{}";
      const given = { seq: 1, body: row(1).body, progress, begun: false };
      expect(await journal.saveProgress(given)).toBe(true);
      expect(await journal.replace(toItemId("item-1"), '"other"')).toBe(true);
      expect(await journal.head("user-1", 1)).toMatchObject([{ progress: undefined }]);
      expect(await journal.saveProgress(given)).toBe(false);
      expect(await journal.saveProgress({ ...given, body: '"other"' })).toBe(true);
      expect(await journal.saveProgress({ ...given, body: undefined, begun: true })).toBe(true);
      await journal.done([1]);
      expect(await journal.saveProgress({ ...given, body: undefined })).toBe(false);
      expect(await journal.saveProgress({ ...given, seq: 2 })).toBe(false);
    });

    it("keeps what a row has begun, also when it is requeued, and does not let it be taken back", async () => {
      const { journal, reopen } = await open();
      await journal.append(row(1));
      const progress = '{"uploaded":true}';
      await journal.saveProgress({ seq: 1, body: row(1).body, progress, begun: true });
      const again = await reopen();
      await again.dead(rows(1), { code: "network", message: "refused" });
      for (const requeues of [1, 2]) {
        await again.requeue(toItemId("item-1"), 5_000);
        expect(await again.head("user-1", 1)).toMatchObject([{ progress, begun: true, requeues }]);
        await again.dead(rows(1), { code: "network", message: "refused" });
      }
      expect(await again.replace(toItemId("item-1"), '"other"')).toBe(false);
      expect(await again.cancel({ seq: 2, id: toItemId("item-1") }, 1)).toBe(false);
    });

    it("finds rows by their ids as long as they wait", async () => {
      const { journal } = await open();
      for (const seq of [1, 2, 3]) await journal.append(row(seq));
      await journal.done([2]);
      const found = await journal.waiting(["item-3", "item-2", "item-1", "nobody"].map(toItemId));
      expect(found.map(({ seq }) => seq)).toEqual([1, 3]);
    });

    it("lists dead letters with their reasons", async () => {
      const { journal } = await open();
      for (const seq of [1, 2, 3]) await journal.append(row(seq));
      const before = Date.now();
      await journal.dead(rows(1, 2), { code: "uncertain", message: "POST: no answer" });
      const letters = await journal.deadLetters();
      expect(letters.map(({ id, body, reason }) => ({ id, body, reason }))).toEqual([
        {
          id: "item-1",
          body: '{"n":1}',
          reason: { code: "uncertain", message: "POST: no answer" },
        },
        {
          id: "item-2",
          body: '{"n":2}',
          reason: { code: "uncertain", message: "POST: no answer" },
        },
      ]);
      expect(letters[0]?.diedAt).toBeGreaterThanOrEqual(before);
      expect(await seqs(journal)).toEqual([3]);
    });

    it("requeues only what is dead, as new, and tells its lane", async () => {
      const { journal } = await open();
      await journal.append(row(1));
      const progress = '"half"';
      await journal.saveProgress({ seq: 1, body: undefined, progress, begun: false });
      const times = { triedMs: 7_000, dueAt: 99_000, pauseMs: 5_000 };
      await journal.defer(1, { attempts: 5, ...times });
      expect(await journal.requeue(toItemId("item-1"), 5_000)).toBeUndefined();
      await journal.dead(rows(1), { code: "network", message: "refused" });
      expect(await journal.requeue(toItemId("item-1"), 5_000)).toBe("user-1");
      expect(await journal.head("user-1", 1)).toMatchObject([
        { attempts: 0, triedMs: 0, dueAt: 0, progress, appendedAt: 5_000, body: '{"n":1}' },
      ]);
      expect(await journal.deadLetters()).toEqual([]);
    });

    it("counts what waits, and dead letters", async () => {
      const { journal } = await open();
      expect(await journal.backlog()).toEqual({
        items: 0,
        oldestAppendedAt: undefined,
        deadLetters: 0,
      });
      for (const seq of [3, 1, 2]) await journal.append(row(seq));
      await journal.dead(rows(1), { code: "payload", message: "unreadable" });
      expect(await journal.backlog()).toEqual({
        items: 2,
        oldestAppendedAt: 1_002,
        deadLetters: 1,
      });
    });
  });
}
