import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A `bridge.yaml` that says this, in a folder of its own that goes with the test; returns its path. */
export function writeBridgeFile(source: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "bridge-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "bridge.yaml");
  writeFileSync(path, source);
  return path;
}
