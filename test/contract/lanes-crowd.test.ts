import { expect, it, onTestFinished } from "vitest";
import { createEmbeddedLanes } from "../../src/delivery/embedded-lanes.ts";
import { createSoleClaims } from "../../src/delivery/sole-claims.ts";
import { toItemId } from "../../src/ids.ts";
import { createMemoryTable, openMemoryJournal } from "../bridge/support/memory-journal.ts";
import { tellNobody } from "./lanes-suite.ts";

/** Handles three items of each lane, one at a time; returns how often the journal was asked what comes next. */
async function questionsFor(lanesAtOnce: number): Promise<number> {
  const journal = openMemoryJournal(createMemoryTable());
  let questions = 0;
  const claims = createSoleClaims(() => Promise.resolve(false));
  const lanes = createEmbeddedLanes<string>({
    queue: "outbox",
    claims,
    journal: {
      ...journal,
      head(lane, limit) {
        questions += 1;
        return journal.head(lane, limit);
      },
    },
    reader: { readBody: (text) => text, readProgress: () => ({}) },
    backoff: { firstMs: 1, capMs: 1, maxAgeMs: 60_000 },
    concurrency: 1,
    settleMs: 1,
    onAttempt: () => {},
  });
  onTestFinished(() => claims.stop());
  const names = Array.from({ length: lanesAtOnce * 3 }, (_, index) => index);
  await Promise.all(
    names.map((index) =>
      lanes.append({ lane: `${index % lanesAtOnce}`, id: toItemId(`${index}`), body: "" }),
    ),
  );
  lanes.start(() => Promise.resolve(), tellNobody);
  await claims.start([lanes]);
  await expect.poll(async () => (await lanes.backlog()).items).toBe(0);
  return questions;
}

// What is in memory of a lane is not asked for again.
it("keeps the next items of lanes in memory, but only one of each where many lanes wait", async () => {
  expect(await questionsFor(10)).toBe(10);
  expect(await questionsFor(300)).toBeGreaterThan(300);
});
