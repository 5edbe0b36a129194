import { hash } from "node:crypto";

/** How many shares the lanes are divided into: enough for many replicas, few enough to lock each. */
export const SHARES = 64;

/** Stored with each row: changing it is a migration. */
export const shareOf = (lane: string): number =>
  Buffer.from(hash("sha256", lane, "base64url").slice(0, 6), "base64url").readUInt32BE() % SHARES;

/** The class of the locks on them. */
export const SHARE_LOCKS = "shares";
