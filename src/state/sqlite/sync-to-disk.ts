import { closeSync, fsyncSync, openSync } from "node:fs";

/** What a file holds, or which names a folder has, survives a power cut once this returns. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
