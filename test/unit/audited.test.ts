import { describe, expect, it } from "vitest";
import { createAudit } from "../../src/bridge/audit.ts";
import { audited } from "../../src/bridge/audited.ts";
import { NetworkError, StorageError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { createMemoryAudit } from "../bridge/support/memory-audit.ts";
import { captureLog } from "../support/captured-log.ts";

const DEED = { id: toItemId("d_1"), at: 1, what: "change-owner", by: "U0ANNA" } as const;

function openForTest() {
  const records = createMemoryAudit();
  const log = captureLog();
  const users = new Map([["U0ANNA", "Anna"]]);
  const names = { users, channels: new Map(), usergroups: new Map() };
  const audit = createAudit({ records, people: { namesOf: () => Promise.resolve(names) }, log });
  return {
    audit,
    log,
    outcome: () => [...records.records.values()].map(({ result, why }) => why ?? result),
  };
}

describe("what nobody does again after a crash", () => {
  it("is recorded before it is done, and what came of it afterwards", async () => {
    const { audit, outcome } = openForTest();
    const result = await audited(DEED, audit, () => Promise.resolve(outcome()));
    expect(result).toEqual(["begun"]);
    expect(outcome()).toEqual(["done"]);
  });

  it("is recorded as failed with the code of what it throws", async () => {
    const { audit, outcome } = openForTest();
    const doing = audited(DEED, audit, () => Promise.reject(new NetworkError("refused")));
    await expect(doing).rejects.toThrow("refused");
    expect(outcome()).toEqual(["network"]);
  });

  it("is recorded as failed where its result says so", async () => {
    const { audit, outcome } = openForTest();
    const act = () => Promise.resolve(false);
    expect(await audited(DEED, audit, act, (isDone) => (isDone ? undefined : "settled"))).toBe(
      false,
    );
    expect(outcome()).toEqual(["settled"]);
  });

  it("is not done while it cannot be recorded", async () => {
    let isDone = false;
    const audit = { record: () => Promise.reject(new StorageError("full")) };
    const doing = audited(DEED, audit, async () => {
      isDone = true;
    });
    await expect(doing).rejects.toThrow("full");
    expect(isDone).toBe(false);
  });
});

describe("a record", () => {
  it("has the name that Slack tells, which the log has not", async () => {
    const records = createMemoryAudit();
    const { log } = openForTest();
    const users = new Map([["U0ANNA", "Anna"]]);
    const namesOf = () => Promise.resolve({ users, channels: new Map(), usergroups: new Map() });
    await createAudit({ records, people: { namesOf }, log }).record({ ...DEED, result: "done" });
    expect([...records.records.values()]).toEqual([{ ...DEED, result: "done", byName: "Anna" }]);
    expect(JSON.stringify(log.lines)).not.toContain('Anna"');
    expect(log.lines).toMatchObject([
      {
        event: "audit.recorded",
        fields: { deed: "change-owner", agent: "U0ANNA", result: "done" },
      },
    ]);
  });

  it("does not wait for Slack for long", async () => {
    const records = createMemoryAudit();
    const never = new Promise<never>(() => {});
    const people = { namesOf: () => never };
    await createAudit({ records, people, log: captureLog() }).record({ ...DEED, result: "done" });
    expect([...records.records.values()]).toEqual([{ ...DEED, result: "done" }]);
  });

  it("is one line of the log, however often it is made", async () => {
    const { audit, log } = openForTest();
    for (const result of ["begun", "begun", "done", "done"] as const) {
      await audit.record({ ...DEED, result });
    }
    expect(log.lines.map(({ fields }) => fields.result)).toEqual(["begun", "done"]);
  });
});
