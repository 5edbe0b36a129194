import type { Standing } from "../bridge/stored/last-known-schemas.ts";
import { withinTime } from "../within-time.ts";
import type { Directory } from "./directory.ts";
import type { Remembered } from "./known-members.ts";

export interface KnownPerson {
  /** `undefined`: Slack has never said. */
  readonly standing: Standing | undefined;
  /** Slack was asked and has not answered yet: they may be more by now. */
  readonly isLate: boolean;
}

/** With `withinMs` it takes no longer. `again`: as Slack said some seconds ago at most, where it says anything. Never fails. */
export type PersonOf = (agent: string, withinMs?: number, again?: "again") => Promise<KnownPerson>;

const LATE = Symbol("late");

/**
 * Who somebody is, as Slack says or, while it does not, as any replica heard last, which `remembered` keeps on disk. Without
 * that it is what this process heard.
 */
export function createKnownPersons(
  { personOf }: Pick<Directory, "personOf">,
  remembered?: Remembered<Standing>,
): PersonOf {
  /** What this process has heard last, and what of it is on disk. */
  const heard = new Map<string, Standing>();
  const kept = new Map<string, Standing>();

  /** Another replica may have heard something else since, so the disk is read each time. */
  const recall = async (agent: string): Promise<Standing | undefined> =>
    (await remembered?.get(keyOf(agent)).catch(() => undefined)) ?? heard.get(agent);

  async function ask(agent: string, again?: "again"): Promise<Standing | undefined> {
    const told = await personOf(agent, again);
    if (told) heard.set(agent, told);
    // It is the same object until Slack is asked again.
    if (!told || !remembered || kept.get(agent) === told) return told;
    try {
      const stored = await remembered.get(keyOf(agent));
      if (!isSame(stored, told)) await remembered.set(keyOf(agent), told);
      kept.set(agent, told);
    } catch {
      // It is tried again the next time.
    }
    return told;
  }

  return async (agent, withinMs, again) => {
    const asked = ask(agent, again);
    const told = await (withinMs === undefined ? asked : withinTime(asked, withinMs, LATE));
    if (told === LATE) return { standing: await recall(agent), isLate: true };
    return { standing: told ?? (await recall(agent)), isLate: false };
  };
}

const isSame = (a: Standing | undefined, b: Standing): boolean =>
  a?.is === b.is && a.isColleague === b.isColleague;

const keyOf = (agent: string): string => `person/${agent}`;
