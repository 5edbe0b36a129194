import type { Team } from "../bridge/desk-ports.ts";
import type { FirstWaits } from "../bridge/stored/last-known-schemas.ts";
import { toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createSparseLog } from "../sparse-log.ts";
import type { InTurn } from "../turns.ts";
import type { Remembered } from "./known-members.ts";

/** How long the Users of each team have waited for their first answer, for all replicas. */
export interface TypicalWaits {
  /** A User was answered first, after so long. Never fails: what cannot be kept is missing. */
  answered(team: string, seconds: number): Promise<void>;
  /**
   * The median of the last seven days; `undefined`: of too few it is known.
   *
   * @throws {StorageError}
   */
  typicalOf(team: Pick<Team, "name">): Promise<number | undefined>;
}

const DAYS_MS = 7 * 86_400_000;
/** Of a busy team only the newest are kept: they tell most about the next one. */
const MAX_KEPT = 200;
/** Of fewer the median says little. */
const MIN_KNOWN = 5;

export function createFirstWaits({
  remembered,
  inTurn,
  now,
  log,
}: {
  remembered: Remembered<FirstWaits>;
  inTurn: InTurn<string>;
  now: () => number;
  log: Log;
}): TypicalWaits {
  const notKept = createSparseLog((fields) => log.warn(fields, "wait.not-kept"));

  async function recentOf(team: string): Promise<FirstWaits["waits"]> {
    const { waits } = (await remembered.get(keyOf(team))) ?? { waits: [] };
    return waits.filter(({ at }) => now() - at <= DAYS_MS);
  }

  return {
    async answered(team, seconds) {
      try {
        await inTurn(keyOf(team), async () => {
          const waits = [...(await recentOf(team)), { at: now(), seconds }].slice(-MAX_KEPT);
          await remembered.set(keyOf(team), { waits });
        });
      } catch (thrown) {
        notKept({ team, error: toBridgeError(thrown).message });
      }
    },
    async typicalOf({ name }) {
      const sorted = (await recentOf(name)).map(({ seconds }) => seconds).toSorted((a, b) => a - b);
      return sorted.length < MIN_KNOWN ? undefined : medianOf(sorted);
    },
  };
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return Math.round((lower + upper) / 2);
}

const keyOf = (team: string): string => `waits/${team}`;
