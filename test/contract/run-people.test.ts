import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { systemClock } from "../../src/clock.ts";
import { readStateLocation } from "../../src/config/read-config.ts";
import { createLog } from "../../src/log.ts";
import { runPeople } from "../../src/ops/run-people.ts";
import { openErasures } from "../../src/state/open-erasures.ts";
import { openState } from "../../src/state/open-state.ts";
import { makeStateFile } from "../support/state-file.ts";

it("says that nobody is named so, also where it tells what came of an earlier order", async () => {
  const log = createLog("silent");
  const location = readStateLocation({ STATE_URL: `sqlite:${(await makeStateFile()).path}` });
  const state = await openState(location, { alarms: createAlarms(log), clock: systemClock, log });
  const done = { at: 1, pseudonym: "erased-1", rows: { audit: 3 }, threads: [], doneAt: 2 };
  await openErasures(state).set("1", done);
  await state.close();
  const lines: string[] = [];

  const code = await runPeople(["erase", "typo@muster.example", "--yes"], {
    location: () => location,
    connect: () =>
      Promise.resolve({
        threadEraser: {
          contentOf: () => Promise.reject(new Error("asked")),
          remove: () => Promise.reject(new Error("asked")),
        },
        linkTo: () => "",
      }),
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
  });

  expect(code).toBe(0);
  expect(lines.slice(0, 2)).toEqual([
    "Nothing is kept of a User who is named so.",
    "What came of an order that was given before:",
  ]);
  expect(lines.join()).toContain("3 records of deeds now name erased-1");
});
