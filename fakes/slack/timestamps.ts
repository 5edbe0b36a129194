/** Hands out message timestamps as Slack does: unique, strictly increasing, `seconds.micros` (`1763821234.000119`). */
export interface Timestamps {
  next(): string;
}

export function createTimestamps(now: () => number = Date.now): Timestamps {
  let lastMicros = 0;
  let count = 0;
  return {
    next() {
      count += 1;
      // Slack's micros are a counter rather than a clock; theirs, like ours, rarely end in zeros.
      lastMicros = Math.max(now() * 1000 + ((count * 119) % 1000), lastMicros + 1);
      const micros = String(lastMicros);
      return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
    },
  };
}

/** Orders two timestamps by time; both have the same number of micros, so it never rounds. */
export function compareTs(a: string, b: string): number {
  const [secondsA = "0", microsA = "0"] = a.split(".");
  const [secondsB = "0", microsB = "0"] = b.split(".");
  return Number(secondsA) - Number(secondsB) || Number(microsA) - Number(microsB);
}

export function isTs(text: string): boolean {
  return /^\d{1,12}\.\d{1,6}$/.test(text);
}
