import { randomBytes } from "node:crypto";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";

/** One message that somebody wrote, and whether its sender was told that the bridge has it. Times in ms. */
export interface Entry {
  /** Occurs in this text alone, e.g. `w-0012-00034-9f3c`. */
  readonly token: string;
  readonly from: "user" | "agent";
  /** Number of the User whom it comes from or goes to. */
  readonly user: number;
  /** Grows with every message of the run. */
  readonly number: number;
  readonly sentAt: number;
  /** Not set: the sender was never answered, and may have given up. */
  acknowledgedAt?: number;
  /** When the request began that was acknowledged: the bridge has it from some time in between on. */
  offeredAt?: number;
  /** Agents' messages: where they stand in Slack. */
  place?: { readonly channel: string; readonly ts: string };
  /** Set for the text that goes along with handing a User back: the root of the thread. */
  readonly lastWordIn?: string;
  /** An agent pressed "Send again", so it is late on purpose. */
  isSentAgain?: true;
  /** The User was taken over for it, so it must arrive. */
  isTakenOver?: true;
}

/** Everything that was written during a run. */
export interface Ledger {
  readonly entries: readonly Entry[];
  write(entry: Pick<Entry, "from" | "user" | "lastWordIn">): Entry;
  /** `tookMs`: so long the request was under way. */
  acknowledge(token: string, at?: number, tookMs?: number): void;
  /** When Parley got each of the agents' messages, by Parley's message id. */
  readonly arrivedAt: ReadonlyMap<number, number>;
}

const TOKEN = /[wa]-\d{4}-\d{5}-[0-9a-f]{4}/g;

/** The tokens in a text, in order. */
export const tokensIn = (text: string): string[] => text.match(TOKEN) ?? [];

export function createLedger(parley: FakeParley): Ledger {
  const entries: Entry[] = [];
  const byToken = new Map<string, Entry>();
  const arrivedAt = new Map<number, number>();
  parley.subscribe((change) => {
    if (change.kind === "message") arrivedAt.set(change.message.id, Date.now());
  });
  return {
    entries,
    arrivedAt,
    write({ from, user, lastWordIn }) {
      const number = entries.length;
      const who = String(user).padStart(4, "0");
      const letter = from === "user" ? "w" : "a";
      const token = `${letter}-${who}-${String(number).padStart(5, "0")}-${randomBytes(2).toString("hex")}`;
      const entry: Entry = {
        token,
        from,
        user,
        number,
        sentAt: Date.now(),
        ...(lastWordIn && { lastWordIn }),
      };
      entries.push(entry);
      byToken.set(token, entry);
      return entry;
    },
    acknowledge(token, at = Date.now(), tookMs = 0) {
      const entry = byToken.get(token);
      if (!entry) return;
      entry.acknowledgedAt = Math.min(at, entry.acknowledgedAt ?? at);
      entry.offeredAt = Math.min(at - tookMs, entry.offeredAt ?? at);
    },
  };
}
