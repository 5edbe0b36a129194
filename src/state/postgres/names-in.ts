import { createHash } from "node:crypto";

/** Names that the whole database shares, made so that bridges in different schemas of it do not meet. */
export interface SharedNames {
  /** The key of an advisory lock with one key, as a decimal number. */
  lockKey(lock: string): string;
  /** The first key of advisory locks with two. */
  lockClass(name: string): number;
  /** A channel for NOTIFY. */
  channel(name: string): string;
}

export function namesIn(schema: string): SharedNames {
  const digest = (kind: string, name: string) =>
    createHash("sha256").update(`${schema}\0${kind}\0${name}`).digest();
  return {
    lockKey: (lock) => String(digest("lock", lock).readBigInt64BE()),
    // Positive, because pg_locks shows it without a sign.
    lockClass: (name) => digest("class", name).readUInt32BE() >>> 1,
    channel: (name) => `bridge_${digest("channel", name).toString("hex", 0, 12)}`,
  };
}
