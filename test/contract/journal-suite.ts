import { describe, expect, it } from "vitest";
import type { Journal, NewRow, Place } from "../../src/delivery/journal.ts";
import { inLaneOrder } from "../../src/delivery/lane-order.ts";
import { toItemId } from "../../src/ids.ts";

/** However many an engine has. */
const ALL_SHARES: readonly number[] = Array.from({ length: 64 }, (_, share) => share);

/** Opens the journal of an empty outbox, until the end of the test. */
export type OpenJournal = () => Promise<{
  journal: Journal;
  /** The same state, as the next process finds it. */
  reopen: () => Promise<Journal>;
}>;

/** The row of the item `item-1` for 1, without a `sort`. */
export const row = (number: number, more: Partial<NewRow> = {}): NewRow => ({
  id: toItemId(`item-${number}`),
  lane: "user-1",
  body: `{"n":${number}}`,
  appendedAt: 1_000 + number,
  dueAt: 0,
  held: false,
  ...more,
});

/** Appends one after the other; returns where each is. */
async function append(journal: Journal, ...rows: readonly NewRow[]): Promise<Placed[]> {
  const places: Placed[] = [];
  for (const each of rows) {
    const place = await journal.append(each);
    if (place === "duplicate") throw new Error(`${each.id} is known`);
    places.push(place);
  }
  return places;
}

type Placed = Pick<Place, "seq" | "barrier">;

/** Appends these items without a `sort`; returns the `seq` of each. */
export const appendItems = async (journal: Journal, ...numbers: readonly number[]) =>
  (await append(journal, ...numbers.map((number) => row(number)))).map(({ seq }) => seq);

export const rows = (...all: readonly (number | undefined)[]) => all.map((seq = 0) => ({ seq }));

/** The numbers of the items that wait in a lane, in order. */
export const waitingIn = async (journal: Journal, lane = "user-1") =>
  (await journal.head(lane, 100)).map(({ id }) => Number(id.replace("item-", "")));

/** What every journal has to keep. */
export function describeJournal(name: string, open: OpenJournal): void {
  describe(name, () => {
    it("gives back what was appended, as it was, also after it was reopened", async () => {
      const { journal, reopen } = await open();
      const body = '{"text":"naïve 👩‍👩‍👧‍👦 \\u0000 \'; DROP TABLE outbox; --"}';
      const { held: _, ...given } = row(7, { body, sort: "0042" });
      const [place] = await append(journal, row(7, { body, sort: "0042" }));
      const appended = { ...given, ...place };
      const times = { attempts: 0, triedMs: 0, requeues: 0, pauseMs: 0 };
      const expected = { ...appended, ...times, progress: undefined, begun: false };
      expect(await journal.head("user-1", 1)).toEqual([expected]);
      expect(await (await reopen()).head("user-1", 1)).toEqual([expected]);
    });

    it("orders a lane by barrier, then sort key, then arrival", async () => {
      const { journal } = await open();
      await append(
        journal,
        row(1, { sort: "b" }),
        row(2, { sort: "a" }),
        row(3),
        row(4, { sort: "b" }),
        row(5, { sort: "a" }),
        row(6, { sort: "a" }),
        row(7, { lane: "user-2" }),
        row(8),
        row(9, { sort: "0" }),
      );
      expect(await waitingIn(journal)).toEqual([2, 1, 3, 5, 6, 4, 8, 9]);
      expect((await journal.head("user-1", 2)).map(({ id }) => id)).toEqual(["item-2", "item-1"]);
    });

    it("sorts nothing in front of what has no sort key and arrived before, also when that is done", async () => {
      const { journal, reopen } = await open();
      const [barrier] = await append(journal, row(1), row(2, { sort: "5" }));
      await journal.done([barrier?.seq ?? 0]);
      const again = await reopen();
      await append(again, row(3, { sort: "6" }), row(4, { sort: "4" }));
      expect(await waitingIn(again)).toEqual([4, 2, 3]);
    });

    it("gives each row a greater number than all before it, and those of a lane one order, also where many come at once", async () => {
      const { journal, reopen } = await open();
      const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
      const sortOf = (number: number) => (number % 4 === 0 ? {} : { sort: `${number % 3}` });
      const places = await Promise.all(
        numbers.map((number) => journal.append(row(number, sortOf(number)))),
      );
      const seqs = places.map((place) => (place === "duplicate" ? 0 : place.seq));
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(seqs.length);
      let barrier = 0;
      for (const [index, place] of places.entries()) {
        if ((index + 1) % 4 === 0) barrier = seqs[index] ?? 0;
        expect(place).toMatchObject({ barrier });
      }
      const read = await journal.head("user-1", 100);
      expect(read.toSorted(inLaneOrder)).toEqual(read);
      const last = Math.max(...seqs);
      await journal.done(seqs);
      await journal.cancel(toItemId("never seen"), 1);
      const [next] = await append(await reopen(), row(31, { sort: "1" }));
      expect(next?.seq).toBeGreaterThan(last);
      expect(next?.barrier).toBe(0);
    });

    it("orders sort keys by their bytes, also where JavaScript would not", async () => {
      const { journal } = await open();
      const sorts = ["😀", "\uffee", "z", "é", "za"];
      await append(journal, ...sorts.map((sort, index) => row(index, { sort })));
      const all = await journal.head("user-1", 100);
      expect(all.map(({ sort }) => sort)).toEqual(["z", "za", "é", "\uffee", "😀"]);
      expect(all.toSorted(inLaneOrder)).toEqual(all);
    });

    it("writes in the order in which it was asked to, also where nobody waits for what was asked before", async () => {
      const { journal, reopen } = await open();
      const [seq = 0] = await appendItems(journal, 1);
      const { id, body } = row(1);
      const [, saved, cancelled, , again] = await Promise.all([
        journal.append(row(2)),
        journal.saveProgress({ seq, body, progress: "{}", begun: true }),
        journal.cancel(id, 1),
        journal.done([seq]),
        journal.append(row(3, { id })),
        journal.cancel(row(2).id, 1),
      ]);
      expect([saved, cancelled, again]).toEqual([true, false, "duplicate"]);
      expect(await waitingIn(await reopen())).toEqual([]);
    });

    it("sees in reading what was written before, also where nobody has waited for it", async () => {
      const { journal } = await open();
      const { id, body } = row(2);
      const [one = 0] = await appendItems(journal, 1);
      const [, first] = await Promise.all([journal.append(row(2)), journal.head("user-1", 9)]);
      expect(first.map((each) => each.id)).toEqual(["item-1", "item-2"]);
      const two = first[1]?.seq ?? 0;
      const [, second] = await Promise.all([journal.done([one]), journal.head("user-1", 9)]);
      expect(second.map(({ seq }) => seq)).toEqual([two]);
      const change = { seq: two, body, progress: "{}", begun: true };
      const [, third] = await Promise.all([journal.saveProgress(change), journal.waiting([id])]);
      expect(third).toMatchObject([{ begun: true, progress: "{}" }]);
      const [, found] = await Promise.all([journal.done([two]), journal.find(id)]);
      expect(found).toBeUndefined();
    });

    it("knows an id for good: waiting, done, dead and discarded", async () => {
      const { journal, reopen } = await open();
      const [, two = 0, three, four] = await appendItems(journal, 1, 2, 3, 4);
      await journal.done([two]);
      await journal.dead(rows(three, four), { code: "payload", message: "unreadable" });
      await journal.discard(toItemId("item-4"));
      const again = await reopen();
      for (const number of [1, 2, 3, 4]) {
        expect(await again.append(row(number, { body: "{}" }))).toBe("duplicate");
        expect(await again.append(row(number, { body: "{}", sort: "1" }))).toBe("duplicate");
      }
      expect(await waitingIn(again)).toEqual([1]);
    });

    it("tells in which lanes something waits", async () => {
      const { journal } = await open();
      const [one, , , four] = await append(
        journal,
        row(1),
        row(2, { sort: "a" }),
        row(3, { lane: "user-2", sort: "a" }),
        row(4, { lane: "user-3" }),
        row(5, { lane: "user-4", held: true }),
      );
      await journal.done([one?.seq ?? 0, four?.seq ?? 0]);
      expect((await journal.pendingLanes(ALL_SHARES)).toSorted()).toEqual(["user-1", "user-2"]);
    });

    it("keeps progress, attempts and the time of the next one", async () => {
      const { journal, reopen } = await open();
      const [seq = 0] = await appendItems(journal, 1);
      const progress = '{"steps":{"0":{"intent":null}}}';
      const change = { seq, body: row(1).body, progress, begun: true };
      expect(await journal.saveProgress(change)).toBe(true);
      const times = { triedMs: 12_345.4, dueAt: 99_000.6, pauseMs: 42_000.2 };
      await journal.defer(seq, { attempts: 3, ...times });
      const again = await reopen();
      const kept = { attempts: 3, triedMs: 12_345, dueAt: 99_001, pauseMs: 42_000, progress };
      expect(await again.head("user-1", 1)).toMatchObject([{ ...kept, begun: true, requeues: 0 }]);
    });

    it("saves no progress of a row that has another body by now, or does not wait any more", async () => {
      const { journal } = await open();
      const [seq = 0] = await appendItems(journal, 1);
      const progress = "{}";
      const given = { seq, body: row(1).body, progress, begun: false };
      expect(await journal.saveProgress(given)).toBe(true);
      expect(await journal.replace(toItemId("item-1"), '"other"')).toBe(true);
      expect(await journal.head("user-1", 1)).toMatchObject([{ progress: undefined }]);
      expect(await journal.saveProgress(given)).toBe(false);
      expect(await journal.saveProgress({ ...given, body: '"other"' })).toBe(true);
      expect(await journal.saveProgress({ ...given, body: undefined, begun: true })).toBe(true);
      await journal.done([seq]);
      expect(await journal.saveProgress({ ...given, body: undefined })).toBe(false);
      expect(await journal.saveProgress({ ...given, seq: seq + 1 })).toBe(false);
    });

    it("keeps what a row has begun, also when it is requeued, and does not let it be taken back", async () => {
      const { journal, reopen } = await open();
      const [seq = 0] = await appendItems(journal, 1);
      const progress = '{"uploaded":true}';
      await journal.saveProgress({ seq, body: row(1).body, progress, begun: true });
      const again = await reopen();
      await again.dead(rows(seq), { code: "network", message: "refused" });
      for (const requeues of [1, 2]) {
        await again.requeue(toItemId("item-1"), 5_000);
        expect(await again.head("user-1", 1)).toMatchObject([{ progress, begun: true, requeues }]);
        await again.dead(rows(seq), { code: "network", message: "refused" });
      }
      expect(await again.replace(toItemId("item-1"), '"other"')).toBe(false);
      expect(await again.cancel(toItemId("item-1"), 1)).toBe(false);
    });

    it("finds rows by their ids as long as they wait", async () => {
      const { journal } = await open();
      const [, two = 0] = await appendItems(journal, 1, 2, 3);
      await journal.done([two]);
      const found = await journal.waiting(["item-3", "item-2", "item-1", "nobody"].map(toItemId));
      expect(found.map(({ id }) => id)).toEqual(["item-1", "item-3"]);
    });

    it("lists dead letters with their reasons", async () => {
      const { journal } = await open();
      const [one, two] = await appendItems(journal, 1, 2, 3);
      const before = Date.now();
      await journal.dead(rows(one, two), { code: "uncertain", message: "POST: no answer" });
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
      expect(await waitingIn(journal)).toEqual([3]);
    });

    it("requeues only what is dead, as new, and tells its lane", async () => {
      const { journal } = await open();
      const [seq = 0] = await appendItems(journal, 1);
      const progress = '"half"';
      await journal.saveProgress({ seq, body: undefined, progress, begun: false });
      const times = { triedMs: 7_000, dueAt: 99_000, pauseMs: 5_000 };
      await journal.defer(seq, { attempts: 5, ...times });
      expect(await journal.requeue(toItemId("item-1"), 5_000)).toBeUndefined();
      await journal.dead(rows(seq), { code: "network", message: "refused" });
      expect(await journal.requeue(toItemId("item-1"), 5_000)).toBe("user-1");
      expect(await journal.head("user-1", 1)).toMatchObject([
        { attempts: 0, triedMs: 0, dueAt: 0, progress, appendedAt: 5_000, body: '{"n":1}' },
      ]);
      expect(await journal.deadLetters()).toEqual([]);
    });

    it("requeues with another body only what has not begun, in one step with the look at it", async () => {
      const { journal } = await open();
      const [one = 0, two = 0] = await appendItems(journal, 1, 2);
      const id = toItemId("item-1");
      await journal.saveProgress({ seq: one, body: undefined, progress: '"half"', begun: false });
      expect(await journal.requeue(id, 5_000, '"other"')).toBeUndefined();
      await journal.saveProgress({ seq: two, body: undefined, progress: '"half"', begun: true });
      await journal.dead(rows(one, two), { code: "network", message: "refused" });
      const answers = await Promise.all([
        journal.requeue(id, 5_000, '"first"'),
        journal.requeue(id, 5_000, '"second"'),
        journal.requeue(toItemId("item-2"), 5_000, '"other"'),
      ]);
      expect(answers).toEqual(["user-1", undefined, undefined]);
      expect(await journal.head("user-1", 2)).toMatchObject([
        { body: '"first"', progress: undefined, appendedAt: 5_000 },
      ]);
    });

    it("counts what waits, and dead letters", async () => {
      const { journal } = await open();
      expect(await journal.backlog()).toEqual({
        items: 0,
        oldestAppendedAt: undefined,
        deadLetters: 0,
      });
      const [, one] = await appendItems(journal, 3, 1, 2);
      await journal.dead(rows(one), { code: "payload", message: "unreadable" });
      expect(await journal.backlog()).toEqual({
        items: 2,
        oldestAppendedAt: 1_002,
        deadLetters: 1,
      });
    });
  });
}
