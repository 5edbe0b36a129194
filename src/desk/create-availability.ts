import type { Availability, Desk, TeamNow } from "../bridge/desk-ports.ts";
import type { Conversations } from "../bridge/ports.ts";
import type { TeamConfig } from "../config/team-config.ts";
import { defined } from "../defined.ts";
import { toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { recentAnswer } from "../recent-answer.ts";
import { createSparseLog } from "../sparse-log.ts";
import { PRESENCE_MS } from "./active-agents.ts";
import type { TypicalWaits } from "./first-waits.ts";
import { isOpen, opensAt } from "./hours.ts";

export interface AvailabilityOptions {
  teams: readonly TeamConfig[];
  desk: Pick<Desk, "teamOf">;
  conversations: Pick<Conversations, "waiting">;
  typicalWaits: Pick<TypicalWaits, "typicalOf">;
  /** @throws a member of the error family */
  agentsActive: (team: TeamConfig) => Promise<number | undefined>;
  now: () => number;
  monotonic: () => number;
  log: Log;
}

const WAITING_MS = 4_000;
const TYPICAL_MS = 120_000;

/** Whoever asks costs next to nothing: each question goes to the state or to Slack once in its time, however many ask. */
export function createAvailability({
  teams,
  desk,
  conversations,
  typicalWaits,
  agentsActive,
  now,
  monotonic,
  log,
}: AvailabilityOptions): Availability {
  const notAsked = createSparseLog((fields) => log.warn(fields, "availability.not-asked"));
  const recent = <T>(what: string, lifeMs: number, ask: () => Promise<T>) =>
    recentAnswer(ask, {
      lifeMs,
      monotonic,
      onError: (thrown) => notAsked({ what, error: toBridgeError(thrown).message }),
    });

  const waiting = recent("waiting", WAITING_MS, async () => {
    const counts = new Map<string, number>();
    for (const conversation of await conversations.waiting()) {
      const { name } = desk.teamOf(conversation);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  });

  function lookAt(team: TeamConfig): () => Promise<TeamNow> {
    const typical = recent("typical wait", TYPICAL_MS, () => typicalWaits.typicalOf(team));
    const active = recent("presence", PRESENCE_MS / 2, () => agentsActive(team));
    const hours = lastingASecond((at) => hoursOf(team, at));
    return async () => {
      const [counts, typicalWaitSeconds, agents] = await Promise.all([
        waiting(),
        typical(),
        active(),
      ]);
      return {
        ...hours(now()),
        ...defined({
          waiting: counts && (counts.get(team.name) ?? 0),
          typicalWaitSeconds,
          agentsActive: agents,
        }),
      };
    };
  }

  const looks = new Map(teams.map((team) => [team.name, lookAt(team)]));
  return { of: async ({ name }) => (await looks.get(name)?.()) ?? { open: true } };
}

function hoursOf({ rules: { hours } }: TeamConfig, at: number): Pick<TeamNow, "open" | "opensAt"> {
  if (isOpen(hours, at)) return { open: true };
  return { open: false, ...defined({ opensAt: opensAt(hours, at) }) };
}

/** Each look at a calendar costs more than all the rest of an answer. */
function lastingASecond<T>(look: (at: number) => T): (at: number) => T {
  let last: { readonly second: number; readonly value: T } | undefined;
  return (at) => {
    const second = Math.floor(at / 1000);
    if (last?.second !== second) last = { second, value: look(at) };
    return last.value;
  };
}
