import { expect, it } from "vitest";
import { keep, nothingAhead } from "../../src/delivery/ahead.ts";
import type { Row } from "../../src/delivery/journal.ts";
import { toItemId } from "../../src/ids.ts";

const row = (seq: number, body: string): Row => ({
  seq,
  id: toItemId(`item ${seq}`),
  lane: "lane",
  barrier: 0,
  sort: String(seq),
  body,
  appendedAt: 0,
  attempts: 0,
  triedMs: 0,
  requeues: 0,
  begun: false,
  dueAt: 0,
  pauseMs: 0,
  progress: undefined,
});

it("keeps no long body of a lane that waits, because there may be thousands, and remembers that there is one", () => {
  const ahead = nothingAhead();
  const lane = { mayKeep: 8 };

  keep(lane, ahead, row(1, "short"));
  keep(lane, ahead, row(3, "x".repeat(1_000_000)));
  keep(lane, ahead, row(4, "behind it"));
  keep(lane, ahead, row(0, "before all"));

  expect(ahead.rows.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(ahead.isAll).toBe(false);
});
