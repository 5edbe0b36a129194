import { expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { ParleyAccessError } from "../../src/errors.ts";
import { createAccessWatch } from "../../src/parley/access-watch.ts";
import { captureLog } from "../support/captured-log.ts";

const REFUSED = new ParleyAccessError("POST /users/1/messages", 401, ["api_key_not_valid"]);

function watch() {
  const time = { ms: 0 };
  const log = captureLog();
  const alarms = createAlarms(log);
  const access = createAccessWatch(alarms, () => time.ms);
  const isRaised = () => alarms.current().length > 0;
  return { access, time, log, isRaised };
}

it("takes the alarm back as soon as the kind of call works that was refused", () => {
  const { access, isRaised } = watch();
  access.refused("POST /messages", REFUSED);
  access.answered("POST /messages");
  expect(isRaised()).toBe(false);
});

it("is told once while one kind of call is refused and another one works", () => {
  const { access, log, time, isRaised } = watch();
  for (let n = 0; n < 10; n++) {
    access.answered("GET /owner");
    access.refused("POST /messages", REFUSED);
    time.ms += 60_000;
  }
  access.answered("GET /owner");
  expect(isRaised()).toBe(true);
  expect(log.lines.map(({ event }) => event)).toEqual(["alarm.raised"]);
});

it("takes the alarm back when only other calls are made for long", () => {
  const { access, time, isRaised } = watch();
  access.refused("PUT /agent/unset", REFUSED);
  time.ms += 130_000;
  access.answered("GET /owner");
  expect(isRaised()).toBe(false);
});
