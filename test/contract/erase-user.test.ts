import { onTestFinished } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { systemClock } from "../../src/clock.ts";
import { readStateLocation } from "../../src/config/read-config.ts";
import { createLog } from "../../src/log.ts";
import { openState } from "../../src/state/open-state.ts";
import type { State } from "../../src/state/state.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { everyRow } from "../support/whole-state.ts";
import { describeEraseUser, type OpenState } from "./erase-user-suite.ts";

const log = createLog("silent");

const opener =
  (makeUrl: () => Promise<string>): OpenState =>
  async () => {
    const env = { STATE_URL: await makeUrl() };
    let state: State | undefined;
    async function reopen(): Promise<State> {
      await state?.close();
      const options = { alarms: createAlarms(log), clock: systemClock, log };
      state = await openState(readStateLocation(env), options);
      return state;
    }
    onTestFinished(async () => await state?.close());
    return { state: await reopen(), reopen, everyRow: () => everyRow({ env }) };
  };

describeEraseUser(
  "on SQLite",
  opener(async () => `sqlite:${(await makeStateFile()).path}`),
);

describePostgres("PostgreSQL", () => {
  describeEraseUser("on PostgreSQL", opener(createTables));
});
