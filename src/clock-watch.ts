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

/** Raises `clock` while this machine's clock differs by minutes from Slack's or Parley's: signatures depend on the time. */
export function createClockWatch(
  alarms: Pick<Alarms, "raise" | "clear">,
  now: () => number = Date.now,
): ClockWatch {
  const ahead = new Map<TimeSource, number>();
  const wrong = new Set<TimeSource>();
  return {
    saw(source, date) {
      const theirs = Date.parse(date ?? "");
      if (Number.isNaN(theirs)) return;
      const difference = now() - theirs;
      ahead.set(source, difference);
      if (Math.abs(difference) > WRONG_MS) wrong.add(source);
      else if (Math.abs(difference) < RIGHT_MS) wrong.delete(source);
      const [first] = wrong;
      if (first) alarms.raise("clock", clockAdvice(first, ahead.get(first) ?? 0));
      else alarms.clear("clock");
    },
    aheadOf: (source) => ahead.get(source),
  };
}

/** Says no figure: it would change with every answer, and the alarm with it. */
const clockAdvice = (source: TimeSource, ahead: number): string =>
  `this machine's clock is minutes ${ahead > 0 ? "ahead of" : "behind"} ${source}'s; set it, and let it follow a time server (timedatectl set-ntp true). Until then requests of Slack and to Parley are refused, because their signatures hold the time`;
