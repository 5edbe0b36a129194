import { expect, it, onTestFinished, vi } from "vitest";
import type { ClaimHolder, Claims, Tenure } from "../../src/delivery/claims.ts";
import { createSoleClaims } from "../../src/delivery/sole-claims.ts";
import { StorageError } from "../../src/errors.ts";
import { toItemId } from "../../src/ids.ts";
import { openDatabase } from "../../src/state/sqlite/database.ts";
import { openSqliteClaims } from "../../src/state/sqlite/sqlite-claims.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import { makeStateFile } from "../support/state-file.ts";
import { appendItems } from "./journal-suite.ts";

/** A holder, and what it was told. */
function watchHolder(behave: Partial<ClaimHolder> = {}) {
  const told: string[] = [];
  const tenures: Tenure[] = [];
  const holder: ClaimHolder = {
    async take(tenure) {
      tenures.push(tenure);
      told.push("take");
      await behave.take?.(tenure);
    },
    leave(tenure) {
      told.push(`leave ${tenure.signal.aborted}`);
      return Promise.resolve();
    },
    async changed(lane) {
      told.push(`changed ${lane}`);
      await behave.changed?.(lane);
    },
  };
  return { told, tenures, holder };
}

function stopped(claims: Claims): Claims {
  onTestFinished(() => claims.stop());
  return claims;
}

it("has all lanes from the start until the stop, and then gives them back", async () => {
  const claims = stopped(createSoleClaims(() => Promise.resolve(false)));
  const [inbox, outbox] = [watchHolder(), watchHolder()];

  await claims.start([inbox.holder, outbox.holder]);

  const [tenure] = inbox.tenures;
  expect(tenure?.share).toBe(claims.shareOf("any lane"));
  expect(tenure?.isLost()).toBe(false);
  expect(tenure?.stillOurs()).toBeUndefined();
  expect(tenure?.run(() => "ran")).toBe("ran");
  await claims.stop();
  expect([inbox.told, outbox.told]).toEqual([
    ["take", "leave true"],
    ["take", "leave true"],
  ]);
});

it("takes nothing if a queue cannot be read", async () => {
  const claims = createSoleClaims(() => Promise.resolve(false));
  const inbox = watchHolder();
  const outbox = watchHolder({ take: () => Promise.reject(new StorageError("unreadable")) });

  await expect(claims.start([inbox.holder, outbox.holder])).rejects.toThrow(StorageError);

  expect(inbox.told).toEqual(["take", "leave true"]);
});

it("tells what another process wrote to the file, again until that has been read, and only that", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const file = await makeStateFile();
  const database = await file.open();
  const failures = [new StorageError("unreadable")];
  const { told, holder } = watchHolder({
    async changed() {
      const failure = failures.shift();
      if (failure) throw failure;
    },
  });
  /** The watch looks, and what it does then is done. */
  const look = async () => {
    vi.advanceTimersByTime(1_000);
    for (let question = 0; question < 3; question++) await database.read("SELECT 1");
  };
  const claims = stopped(openSqliteClaims(database));
  await claims.start([holder]);
  await appendItems(openSqliteJournal(database, "outbox"), 1);
  await look();
  expect(told).toEqual(["take"]);

  const other = await openDatabase(file.path, { access: "share" });
  await openSqliteJournal(other, "outbox").discard(toItemId("nobody"));
  await look();
  expect(told).toEqual(["take"]);
  await appendItems(openSqliteJournal(other, "outbox"), 2);
  await other.close();
  for (let times = 0; times < 3; times++) await look();

  expect(told).toEqual(["take", "changed undefined", "changed undefined"]);
});
