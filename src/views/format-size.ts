import type { Texts } from "./texts/en.ts";

/** `9.9 MB`; a MB is a million bytes. */
export function formatSize(bytes: number, texts: Pick<Texts, "number" | "bytes">): string {
  if (bytes < 1_000) return texts.bytes(bytes);
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${texts.number(value)} ${unit}`;
}
