import { describe, expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { createPostgresAlarm } from "../../src/state/postgres/postgres-alarm.ts";
import { readPostgresUrl } from "../../src/state/postgres/postgres-url.ts";
import { captureLog } from "../support/captured-log.ts";

const TARGET = readPostgresUrl("postgres://bridge:secret@[::1]:6000/desk");

const fault = (code: string, message = "secret value") =>
  Object.assign(new Error(message), { code });

function start() {
  const alarms = createAlarms(captureLog());
  return { alarms, alarm: createPostgresAlarm(TARGET, alarms) };
}

describe("a failure of PostgreSQL", () => {
  it.each([
    ["ENOTFOUND", "the host ::1 of STATE_URL is not known", true],
    ["EAI_AGAIN", "the host ::1 of STATE_URL is not known", true],
    ["ECONNREFUSED", "no PostgreSQL takes connections at [::1]:6000", true],
    ["57P03", "no PostgreSQL takes connections at [::1]:6000", true],
    ["ETIMEDOUT", "does not answer", true],
    ["ECONNRESET", "has ended the connection", true],
    ["57P01", "has ended the connection", true],
    ["57P05", "was silent for too long", true],
    ["28P01", "does not accept the password of bridge", false],
    ["28000", "does not let bridge in", false],
    ["3D000", "there is no database desk", false],
    ["42501", "bridge may not use the database desk", false],
    ["42P01", "bridge sees no tables of the bridge in the database desk", false],
    ["25006", "can only be read", true],
    ["53100", "is full", true],
    ["53300", "the limit of the role bridge or the database desk", true],
    ["57014", "statement_timeout of bridge", true],
    ["XX001", "is damaged", false],
    ["SELF_SIGNED_CERT_IN_CHAIN", "the certificate of PostgreSQL", false],
    ["58030", "cannot be used (58030); look at its log", true],
  ])("says what to do about %s", (code, words, canPass) => {
    const { alarms, alarm } = start();
    // What stands in class 42 names tables and columns only.
    const error = alarm.closed(
      "main",
      fault(code, code.startsWith("42") ? "of a table" : undefined),
    );
    expect(error.message).toContain(words);
    expect(error.canPass).toBe(canPass);
    expect(alarms.current()).toMatchObject([{ name: "store", advice: error.message }]);
    expect(`${error.stack} ${String(error.cause)}`).not.toContain("secret");
    alarm.connected("main");
    expect(alarms.current()).toEqual([]);
  });

  it.each(["53100", "25006", "58030", "XX000", "42501", "42P01"])(
    "raises the alarm when nothing can be stored (%s), until something was stored",
    (code) => {
      const { alarms, alarm } = start();
      alarm.failureOf(fault(code));
      expect(alarms.current()).toHaveLength(1);
      alarm.connected("main");
      expect(alarms.current()).toHaveLength(1);
      alarm.stored();
      expect(alarms.current()).toEqual([]);
    },
  );

  it.each(["23505", "22P02", "42703", "55P03", "57014"])(
    "raises none when only a statement failed (%s)",
    (code) => {
      const { alarms, alarm } = start();
      expect(alarm.failureOf(fault(code, "column")).message).toBe(`PostgreSQL: ${code}`);
      expect(alarms.current()).toEqual([]);
    },
  );

  it("lasts while one of the sessions is missing", () => {
    const { alarms, alarm } = start();
    alarm.closed("main", fault("ECONNREFUSED"));
    alarm.closed("side", fault("53300"));
    alarm.connected("main");
    expect(alarms.current()[0]?.advice).toContain("has no connection left");
    alarm.connected("side");
    expect(alarms.current()).toEqual([]);
  });
});
