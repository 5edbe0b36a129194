/** The two sides that everything is carried between. */
type Side = "Slack" | "Parley";

/** Whether both sides can be reached from this machine, as far as its own requests tell. */
export interface Reach {
  /** Makes a request that resolves with an answer of this side, whatever it says, or rejects without one. */
  watch<Answer>(side: Side, request: () => Promise<Answer>): Promise<Answer>;
  /** A side has not answered for seconds, although it was asked. */
  isCutOff(): boolean;
  /** A side owes an answer, so that it is worth asking whether it answers at all. */
  isInDoubt(): boolean;
}

/** What one side did. Times are ms, monotonic. */
interface Seen {
  answeredAt: number;
  /** When the first request was sent that failed without an answer, if there was none since. */
  failedAt: number | undefined;
  /** When those were sent that wait for theirs. */
  readonly pending: number[];
}

/** For so long one that failed may be a moment without a network. */
const FAILED_MS = 4_000;
/** An answer may take its time; but if nothing else is answered either for so long, nobody is there. */
const SILENT_MS = 8_000;
/** What takes longer than this makes curious. */
const SLOW_MS = 2_000;

/** `monotonic`: ms that never jump. */
export function createReach(monotonic: () => number): Reach {
  const sides: Readonly<Record<Side, Seen>> = { Slack: createSeen(), Parley: createSeen() };

  /** For how long the oldest request waits that was sent after the last answer. */
  function silenceOf({ pending, answeredAt }: Seen): number {
    const owed = pending.filter((askedAt) => askedAt >= answeredAt);
    return owed.length > 0 ? monotonic() - Math.min(...owed) : 0;
  }

  return {
    async watch(side, request) {
      const seen = sides[side];
      const askedAt = monotonic();
      seen.pending.push(askedAt);
      try {
        const answer = await request();
        seen.answeredAt = monotonic();
        seen.failedAt = undefined;
        return answer;
      } catch (error) {
        if (askedAt >= seen.answeredAt) seen.failedAt ??= askedAt;
        throw error;
      } finally {
        seen.pending.splice(seen.pending.indexOf(askedAt), 1);
      }
    },
    isCutOff: () =>
      Object.values(sides).some(
        (seen) =>
          silenceOf(seen) >= SILENT_MS ||
          (seen.failedAt !== undefined && monotonic() - seen.failedAt >= FAILED_MS),
      ),
    isInDoubt: () =>
      Object.values(sides).some(
        (seen) => seen.failedAt !== undefined || silenceOf(seen) >= SLOW_MS,
      ),
  };
}

const createSeen = (): Seen => ({
  answeredAt: Number.NEGATIVE_INFINITY,
  failedAt: undefined,
  pending: [],
});
