import type { DeskDeed } from "./desk-deeds.ts";
import { type Harm, LONGEST_HARM_MS } from "./harms.ts";

/** So long what was on its way may come after what made it pointless. */
const ON_ITS_WAY_MS = LONGEST_HARM_MS;

/** A thawed replica sends what was about to leave within this time. */
const LATE_MS = 1_000;

/** The same post twice in a thread, unless a replica that was frozen sent it once more. */
export function findDoubled(deeds: readonly DeskDeed[], harms: readonly Harm[]): string[] {
  const isLate = ({ at }: DeskDeed) =>
    harms.some(({ kind, until }) => kind === "frozen" && at >= until && at < until + LATE_MS);
  const tagged = deeds.filter(({ tag }) => tag !== undefined);
  return [...Map.groupBy(tagged, ({ step, tag }) => `${step} in ${tag}`)].flatMap(([what, all]) =>
    all.length > 1 && !all.some(isLate) ? [`the desk did twice: ${what}`] : [],
  );
}

/**
 * The same step twice for a User although it was the same wait. `newsOf`: moments at which something happened to a User after which
 * they wait anew, or do not wait any more.
 */
export function findRepeated(
  deeds: readonly DeskDeed[],
  newsOf: (user: number) => readonly number[],
): string[] {
  return [...Map.groupBy(deeds, ({ user, step }) => `${step} of User ${user}`)].flatMap(
    ([what, all]) =>
      all.flatMap(({ user, at }, index) => {
        const before = all[index - 1];
        if (!before) return [];
        const since = before.at - ON_ITS_WAY_MS;
        const isAnew = newsOf(user).some((moment) => moment > since && moment < at);
        return isAnew ? [] : [`the desk did twice in one wait: ${what}`];
      }),
  );
}

/** What one User got and wrote; ms since the epoch. */
export interface Talk {
  /** Answers of which the bridge surely knows that the User has them, in the order of time. */
  readonly answers: readonly { readonly sentAt: number; readonly arrivedAt: number }[];
  /** `shownAt`: when agents could see it: no answer from before then was one to it; Infinity: never. */
  readonly questions: readonly { readonly sentAt: number; readonly shownAt: number }[];
  /** Handovers, and threads that opened: after each the User waits, whatever was answered before. */
  readonly openings: readonly number[];
}

/** A step for a User who waits, although all that they wrote had been answered long before. */
export function findPointless(
  deeds: readonly DeskDeed[],
  talkOf: (user: number) => Talk,
): string[] {
  return deeds.flatMap(({ user, step, at }) => {
    if (!/^(remind|release|tell waiting|tell nobody)/.test(step)) return [];
    const { answers, questions, openings } = talkOf(user);
    const answer = answers.findLast(({ arrivedAt }) => arrivedAt < at - ON_ITS_WAY_MS);
    if (!answer) return [];
    const isAsked = questions.some(
      ({ sentAt, shownAt }) => sentAt < at && shownAt >= answer.sentAt,
    );
    const isAnew = openings.some((moment) => moment > answer.sentAt && moment < at);
    return isAsked || isAnew
      ? []
      : [`${step} of User ${user}, whom somebody had answered ${at - answer.arrivedAt} ms before`];
  });
}
