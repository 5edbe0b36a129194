import { randomUUID } from "node:crypto";
import { defined } from "../../defined.ts";
import type { CreateRateLimiter, Rate, RateLimiter } from "../../delivery/rate-limiter.ts";
import { createWaitingLine, type WaitingLine } from "../../delivery/waiting-line.ts";
import { StorageError } from "../../errors.ts";
import { askForTurns, forgetUnused, type TurnsGiven } from "./ask-for-turns.ts";
import type { PostgresDatabase, Questions } from "./open-postgres.ts";

/** What limiters need of a database. */
export interface PaceDatabase extends Pick<PostgresDatabase, "boundSignal"> {
  readonly pace: Pick<Questions, "write">;
}

/** So many of those who wait are told of at once. */
const TOLD_AT_ONCE = 40;

/** A turn that was asked for longer ago is not taken: this process was frozen or cut off, and others have gone on. */
const TURN_IS_GOOD_FOR_MS = 1_000;

/** How soon somebody asks again who got no answer. */
const ASK_AGAIN_MS = 250;

/** Whoever waits longer than this without any answer is sent away. */
const PATIENCE_MS = 5_000;

/** What one replica knows of one key. Times are of its own clock that never jumps. */
interface Place {
  readonly key: string;
  readonly line: WaitingLine;
  /** When those at the front of the line may go. */
  turns: number[];
  pausedUntil: number;
  /** How many turns, the last that came, nobody took. */
  unused: number;
  /** What was told with the last turns. */
  evenAt: number;
  /** When those who wait at other replicas are through. */
  othersUntil: number;
  /** What was told of this line is not so any more, so that it must not wait. */
  isOutdated: boolean;
  isAsking: boolean;
  askAt: number;
  unansweredSince: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Makes rate limiters that share their pace with those of the same name of all replicas on this database: together they keep
 * it, and serve whoever came first, wherever. Only the database's clock counts. A replica that dies or freezes holds the others
 * up for two seconds at most. While the database does not answer nobody gets a turn; after some seconds of that those who wait
 * are sent away. So is, at once, whoever waits without a signal in the name of a session that is over.
 */
export function createSharedLimiters(database: PaceDatabase): CreateRateLimiter {
  const replica = randomUUID();
  return (rate) => createSharedLimiter(database, replica, rate);
}

const now = (): number => performance.now();

function createSharedLimiter(database: PaceDatabase, replica: string, rate: Rate): RateLimiter {
  const { name, perSecond, burst } = rate;
  const places = new Map<string, Place>();

  function placeOf(key: string): Place {
    const known = places.get(key);
    if (known) return known;
    const place: Place = {
      key: `${name}/${key}`,
      line: createWaitingLine(now, () => onLeave(place)),
      turns: [],
      pausedUntil: 0,
      unused: 0,
      evenAt: 0,
      othersUntil: 0,
      isOutdated: false,
      isAsking: false,
      askAt: Number.POSITIVE_INFINITY,
      unansweredSince: undefined,
      timer: undefined,
    };
    places.set(key, place);
    return place;
  }

  /** The others need not wait for a place where nobody is any more. */
  function onLeave(place: Place): void {
    if (place.line.size > 0) return;
    place.isOutdated = true;
    goOn(place);
  }

  /** Does what is due, and sets the timer for what comes next. */
  function goOn(place: Place): void {
    clearTimeout(place.timer);
    takeTurns(place);
    const isDue = place.isOutdated || (hasMore(place) && place.askAt <= now());
    if (isDue && !place.isAsking) void ask(place);
    const [nextTurn = Number.POSITIVE_INFINITY] = place.turns;
    const nextAsk = place.isAsking || !hasMore(place) ? Number.POSITIVE_INFINITY : place.askAt;
    const next = Math.min(nextTurn, nextAsk);
    if (next === Number.POSITIVE_INFINITY) return;
    place.timer = setTimeout(() => goOn(place), Math.max(1, Math.ceil(next - now()))).unref();
  }

  /** Whether somebody waits for whom no turn is known. */
  const hasMore = ({ line, turns }: Place): boolean => line.size > turns.length;

  function takeTurns(place: Place): void {
    const at = now();
    while (place.turns.length > 0 && (place.turns[0] ?? 0) <= at) {
      place.turns.shift();
      if (at >= place.pausedUntil && place.line.letThrough()) {
        place.unused = 0;
      } else {
        place.unused += 1;
        place.isOutdated = true;
      }
    }
  }

  async function ask(place: Place): Promise<void> {
    place.isAsking = true;
    // Those who come in the same moment are told of together.
    await Promise.resolve();
    const { key, line, turns, unused, evenAt } = place;
    const askedAt = now();
    const waiting = line.slice(turns.length, turns.length + TOLD_AT_ONCE);
    place.unused = 0;
    place.isOutdated = false;
    const statement = askForTurns({
      key,
      replica,
      perSecond,
      burst,
      ages: waiting.map(({ since }) => askedAt - since),
      normal: waiting.filter(({ isLow }) => !isLow).length,
      waiting: line.size - turns.length,
      pauseMs: Math.max(0, place.pausedUntil - askedAt),
      unused,
      evenAt,
    });
    try {
      const [given] = await database.pace.write<TurnsGiven>(statement);
      if (given) onAnswer(place, given, askedAt);
    } catch (error) {
      onFailure(place, error);
    }
    place.isAsking = false;
    goOn(place);
  }

  function onAnswer(place: Place, given: TurnsGiven, askedAt: number): void {
    const at = now();
    if (given.turns.length > 0) place.evenAt = given.evenAt;
    if (at - askedAt > TURN_IS_GOOD_FOR_MS) {
      place.unused = given.turns.length;
      onFailure(place, new StorageError("PostgreSQL answers too slowly"));
      return;
    }
    place.unansweredSince = undefined;
    place.othersUntil = at + (given.others / perSecond) * 1000;
    place.askAt = at + (given.againInMs ?? 0);
    if (given.isNewKey) forget();
    place.turns.push(...given.turns.map((inMs) => at + inMs));
  }

  function onFailure(place: Place, error: unknown): void {
    const at = now();
    place.unansweredSince ??= at;
    place.askAt = at + ASK_AGAIN_MS;
    if (at - place.unansweredSince < PATIENCE_MS) return;
    place.unansweredSince = undefined;
    place.line.rejectAll(error);
  }

  /** Whenever there is one more key, so that there never are many. */
  function forget(): void {
    // Another time will do.
    database.pace.write(forgetUnused).catch(() => {});
  }

  return {
    acquire(key, { signal = database.boundSignal(), ...options } = {}) {
      const place = placeOf(key);
      const { line } = place;
      const { size } = line;
      // Whoever matters more than all who wait here may come before others elsewhere.
      const isRaised = options.priority !== "low" && line.slice(0, 1)[0]?.isLow === true;
      const turn = line.join({ ...options, ...defined({ signal }) });
      if (line.size > size && (size === 0 || isRaised)) place.isOutdated = true;
      goOn(place);
      return turn;
    },
    pause(key, ms) {
      const place = placeOf(key);
      place.pausedUntil = Math.max(place.pausedUntil, now() + ms);
      place.isOutdated = true;
      goOn(place);
    },
    waitMs(key) {
      const place = places.get(key);
      if (!place) return 0;
      return (place.line.size / perSecond) * 1000 + Math.max(0, place.othersUntil - now());
    },
  };
}
