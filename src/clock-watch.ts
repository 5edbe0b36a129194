import type { Alarms } from "./alarms.ts";

/** Whose clock ours is compared with. */
type TimeSource = "Slack" | "Parley";

export interface ClockWatch {
  /** To be called as soon as an answer arrives; `date` is its header. Ignored if it is no date. */
  saw(source: TimeSource, date: string | null | undefined): void;
  /** How far this machine's clock is ahead of theirs, ms; `undefined` before the first answer. */
  aheadOf(source: TimeSource): number | undefined;
}

/** Below the five minutes after which Slack and we refuse a signature, and above what an answer takes to arrive. */
const WRONG_MS = 120_000;
/** Lower, so that a clock at the limit does not raise and clear the alarm all the time. */
const RIGHT_MS = 90_000;

/**
 * Raises `clock` while this machine's clock differs by minutes from Slack's or Parley's, because signatures depend on the time; or
 * while the one by which all replicas go does, which is so far ahead of this machine's: what is compared with Slack's posts
 * and Parley's messages depends on that.
 */
export function createClockWatch(
  alarms: Pick<Alarms, "raise" | "clear">,
  sharedAheadMs: () => number,
  now: () => number = Date.now,
): ClockWatch {
  const ahead = new Map<TimeSource, number>();
  /** What to do about each that is wrong. */
  const wrong = new Map<string, string>();

  function compare(name: string, difference: number, advice: string): void {
    if (Math.abs(difference) > WRONG_MS) wrong.set(name, advice);
    else if (Math.abs(difference) < RIGHT_MS) wrong.delete(name);
  }

  return {
    saw(source, date) {
      const theirs = Date.parse(date ?? "");
      if (Number.isNaN(theirs)) return;
      const own = now() - theirs;
      const shared = own + sharedAheadMs();
      ahead.set(source, own);
      compare(source, own, machineAdvice(source, own));
      compare(`shared ${source}`, shared, serverAdvice(source, shared));
      const [first] = wrong.values();
      if (first) alarms.raise("clock", first);
      else alarms.clear("clock");
    },
    aheadOf: (source) => ahead.get(source),
  };
}

// Neither says a figure: it would change with every answer, and the alarm with it.

const machineAdvice = (source: TimeSource, difference: number): string =>
  `this machine's clock is minutes ${how(difference)} ${source}'s; set it, and let it follow a time server (timedatectl set-ntp true). Until then requests of Slack and to Parley are refused, because their signatures hold the time`;

const serverAdvice = (source: TimeSource, difference: number): string =>
  `the clock of the database server is minutes ${how(difference)} ${source}'s; set it, and let it follow a time server. Until then a post whose answer was lost may be overlooked and made again`;

const how = (difference: number): string => (difference > 0 ? "ahead of" : "behind");
