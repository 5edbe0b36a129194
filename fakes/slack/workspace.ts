import { randomBytes } from "node:crypto";
import type { Journal } from "./journal.ts";
import type { SlackState } from "./state.ts";
import type { Timestamps } from "./timestamps.ts";

/** What every part of the fake shares. */
export interface Workspace {
  readonly state: SlackState;
  readonly journal: Journal;
  readonly timestamps: Timestamps;
  /** ms since the epoch */
  readonly now: () => number;
  /** Base address, known once the server listens. */
  readonly url: () => string;
}

/** An id like Slack's own: a prefix and capital letters and digits (`F0K3X9…`). */
export function makeId(prefix: string, bytes = 5): string {
  return `${prefix}0${randomBytes(bytes).toString("hex").toUpperCase()}`;
}

/** A block id or action id as Slack makes them up when the app gave none. */
export function makeBlockId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}
