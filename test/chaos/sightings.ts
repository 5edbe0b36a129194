import { tokensIn } from "./ledger.ts";

/** One request with messages in it, when it left the network of a replica. */
export interface Sighting {
  /** Its index. */
  readonly replica: number;
  /** ms since the epoch, by the clock of the runner. */
  readonly at: number;
  readonly tokens: readonly string[];
}

/** What each replica sent, in the order of time. */
export interface Sightings {
  readonly all: readonly Sighting[];
  /** Looks for messages in what a replica sends to one side. */
  watch(replica: number, side: "slack" | "parley"): (bytes: Buffer) => void;
}

/** What was written before a move is shown once more in the new thread. */
const TOLD_AGAIN = /conversation[+ ]so[+ ]far|conversation\.txt/;

export function createSightings(): Sightings {
  const all: Sighting[] = [];
  return {
    all,
    watch: (replica, side) => (bytes) => {
      // What comes from Users goes to Slack; elsewhere a message is only quoted.
      const letter = side === "slack" ? "w" : "a";
      const text = bytes.toString("latin1");
      if (TOLD_AGAIN.test(text)) return;
      // A post has its text twice.
      const tokens = new Set(tokensIn(text).filter((token) => token.startsWith(letter)));
      if (tokens.size > 0) all.push({ replica, at: Date.now(), tokens: [...tokens] });
    },
  };
}
