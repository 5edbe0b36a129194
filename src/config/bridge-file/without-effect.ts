import type { BridgeFile } from "./bridge-file-schema.ts";

/** What the file may say already, but what this version does not carry out. */
const WITHOUT_EFFECT: readonly string[] = ["answers"];

/** The keys of the file that have no effect. */
export function withoutEffect(file: BridgeFile): readonly string[] {
  const written = new Set([file, ...(file.teams ?? [])].flatMap((part) => Object.keys(part)));
  return WITHOUT_EFFECT.filter((key) => written.has(key));
}
