import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { holdPlace } from "../../src/state/sqlite/hold-place.ts";

/** A folder with a file; `later`: as if it had not changed for a minute. */
async function held(later: boolean) {
  const folder = await mkdtemp(join(tmpdir(), "place-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const inner = join(folder, "data");
  const path = join(inner, "state.sqlite");
  await mkdir(inner);
  await writeFile(path, "state");
  const check = holdPlace([path, `${path}-wal`], () => Date.now() + (later ? 60_000 : 0));
  check();
  return { folder, inner, path, check };
}

describe.each([[true], [false]])("the place of a file whose folder is settled: %s", (later) => {
  it("is its own as long as nothing happens to it, whatever else is in the folder", async () => {
    const { inner, path, check } = await held(later);
    await writeFile(join(inner, "other"), "");
    await writeFile(path, "more");
    await writeFile(`${path}-wal`, "log");
    for (let time = 0; time < 3; time++) expect(check).not.toThrow();
  });

  it("is lost while the file is moved, and its own again when it is back", async () => {
    const { inner, path, check } = await held(later);
    await rename(path, join(inner, "away"));
    for (let time = 0; time < 3; time++) expect(check).toThrow("is gone");
    await rename(join(inner, "away"), path);
    expect(check).not.toThrow();
  });

  it("is lost when another file is put in its place, or in that of the log", async () => {
    const { inner, path, check } = await held(later);
    await writeFile(`${path}-wal`, "log");
    check();
    await writeFile(join(inner, "other"), "");
    await rename(join(inner, "other"), `${path}-wal`);
    for (let time = 0; time < 3; time++) expect(check).toThrow("-wal is gone");
  });

  it("is lost when its folder is moved, also where another one like it is in its place", async () => {
    const { folder, inner, path, check } = await held(later);
    await rename(inner, join(folder, "away"));
    expect(check).toThrow("is gone");
    await mkdir(inner);
    await writeFile(path, "state");
    for (let time = 0; time < 3; time++) expect(check).toThrow("is gone");
  });
});
